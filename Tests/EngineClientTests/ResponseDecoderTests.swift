// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EngineClient

@Suite("Decoding responses")
struct ResponseDecoderTests {
    /// What a decoder makes of bytes that come in pieces, then end.
    struct Outcome: Equatable {
        var status: Int?
        var body: [UInt8] = []
        var isComplete = false
        var keepsConnection = false
        var unused = 0
        var fault: ResponseFault?
    }

    static func decode(_ pieces: [[UInt8]], isHeadRequest: Bool = false) -> Outcome {
        var decoder = ResponseDecoder(isHeadRequest: isHeadRequest)
        var outcome = Outcome()
        do throws(ResponseFault) {
            for piece in pieces {
                let consumed = try decoder.decode(piece.span.bytes, into: &outcome.body)
                outcome.unused += piece.count - consumed
            }
            try decoder.finish()
        } catch {
            outcome.fault = error
        }
        outcome.status = decoder.head?.status
        outcome.isComplete = decoder.isComplete
        outcome.keepsConnection = decoder.keepsConnection
        return outcome
    }

    static func decode(_ text: String, isHeadRequest: Bool = false) -> Outcome {
        decode([Array(text.utf8)], isHeadRequest: isHeadRequest)
    }

    static let engineFields = """
        Api-Version: 1.41\r
        Docker-Experimental: false\r
        Ostype: linux\r
        Server: Docker/20.10.24+dfsg1 (linux)\r
        Date: Mon, 23 Nov 2026 12:00:00 GMT\r

        """

    /// Answers as engines give them, and what must come of them.
    static let samples: [(name: String, text: String, body: String, keeps: Bool)] = [
        (
            "a ping", "HTTP/1.1 200 OK\r\n\(engineFields)Content-Length: 2\r\n\r\nOK", "OK", true
        ),
        (
            "an error",
            "HTTP/1.1 404 Not Found\r\n\(engineFields)Content-Length: 34\r\n\r\n"
                + "{\"message\":\"No such container: x\"}", "{\"message\":\"No such container: x\"}", true
        ),
        (
            "log frames, one a chunk",
            "HTTP/1.1 200 OK\r\n\(engineFields)Transfer-Encoding: chunked\r\n\r\n"
                + "e\r\n\u{1}\0\0\0\0\0\0\u{6}hello\n\r\nd\r\n\u{2}\0\0\0\0\0\0\u{5}oops\n\r\n0\r\n\r\n",
            "\u{1}\0\0\0\0\0\0\u{6}hello\n\u{2}\0\0\0\0\0\0\u{5}oops\n", true
        ),
        (
            "extensions and trailers",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
                + "0005;a=b;c=\"d\"\r\nhello\r\n1 ; x\r\n!\r\n000;z\r\nExpires: never\r\nX: y\r\n\r\n", "hello!", true
        ),
        (
            "an interim response first",
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
                + "Content-Length: 1\r\n\r\nx", "x", true
        ),
        ("a body until the end", "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nall of it", "all of it", false),
        ("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", false),
        ("no content", "HTTP/1.1 204 No Content\r\n\(engineFields)\r\n", "", true),
        ("not modified, with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", true),
        ("an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true),
        ("a farewell", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nhi", "hi", false),
        ("no reason phrase", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi", true),
        ("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "hi", true),
    ]

    @Test("A response is the same wherever its bytes are split", arguments: samples.indices)
    func splits(index: Int) {
        let sample = Self.samples[index]
        let bytes = Array(sample.text.utf8)
        let whole = Self.decode([bytes])
        #expect(whole.fault == nil, "\(sample.name)")
        #expect(String(decoding: whole.body, as: UTF8.self) == sample.body, "\(sample.name)")
        #expect(whole.isComplete)
        #expect(whole.keepsConnection == sample.keeps, "\(sample.name)")
        #expect(whole.unused == 0)
        for split in bytes.indices {
            #expect(Self.decode([Array(bytes[..<split]), Array(bytes[split...])]) == whole, "split at \(split)")
        }
        #expect(Self.decode(bytes.map { [$0] }) == whole, "byte by byte")
    }

    @Test("Every beginning of a response is told to be cut, unless only the end of the connection tells its end")
    func prefixes() {
        for sample in Self.samples where sample.name != "a body until the end" {
            let bytes = Array(sample.text.utf8)
            let whole = Self.decode([bytes])
            for count in 0..<bytes.count {
                let outcome = Self.decode([Array(bytes[..<count])])
                guard case .truncated = outcome.fault else {
                    Issue.record("\(sample.name), \(count) bytes: \(outcome)")
                    continue
                }
                #expect(whole.body.starts(with: outcome.body), "what came before the cut is kept")
            }
        }
    }

    @Test("Random chunked bodies come out whole under random splits", arguments: 0..<32)
    func randomChunks(block: Int) {
        for seed in UInt64(block * 64)..<UInt64(block * 64 + 64) {
            var random = SplitMix64(seed: seed)
            var body: [UInt8] = []
            var wire = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let size = Int.random(in: 1...(Bool.random(using: &random) ? 20 : 300), using: &random)
                let chunk = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: size)
                let digits = String(size, radix: 16, uppercase: Bool.random(using: &random))
                let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
                let suffix = Int.random(in: 0...9, using: &random) == 0 ? ";name=value" : ""
                wire += Array("\(zeros)\(digits)\(suffix)\r\n".utf8) + chunk + Array("\r\n".utf8)
                body += chunk
            }
            wire += Array("0\r\n\r\n".utf8)
            let surplus = Int.random(in: 0...3, using: &random)
            wire += Array(repeating: 88, count: surplus)
            var pieces: [[UInt8]] = []
            var rest = wire[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...(Bool.random(using: &random) ? 5 : 900), using: &random))
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let outcome = Self.decode(pieces)
            #expect(outcome.body == body, "seed \(seed)")
            #expect(outcome.isComplete && outcome.fault == nil, "seed \(seed)")
            #expect(outcome.unused == surplus, "seed \(seed)")
        }
    }

    @Test("Random damage to a response never crashes the decoder and never makes more than came", arguments: 0..<32)
    func damage(block: Int) {
        for seed in UInt64(block * 100)..<UInt64(block * 100 + 100) {
            var random = SplitMix64(seed: seed)
            var bytes = Array(Self.samples[Int.random(in: 0..<Self.samples.count, using: &random)].text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            let split = Int.random(in: 0...bytes.count, using: &random)
            let whole = Self.decode([bytes])
            let halves = Self.decode([Array(bytes[..<split]), Array(bytes[split...])])
            #expect(whole.body.count <= bytes.count, "seed \(seed)")
            #expect(whole == halves, "seed \(seed)")
        }
    }

    @Test(
        "What is no HTTP/1.1 response is refused",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "\r\n\r\n", "\n",
            "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 200 OK\r\nAb\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
            "HTTP/1.1 101 UPGRADED\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]
    )
    func malformedHeads(text: String) {
        let outcome = Self.decode(text)
        guard case .malformed = outcome.fault else {
            Issue.record("\(text.debugDescription) gave \(outcome)")
            return
        }
    }

    @Test(
        "Chunks that are not what they say are refused, and what came before them is kept",
        arguments: [
            "\r\n", "x\r\n", "-1\r\n", " 1\r\n", ";\r\n", "1\n", "1\rx", "1;a\nb", "1\r\nab\r\n", "1\r\na\n",
            "1\r\na\rx",
            "fffffffffffffffff\r\n", "7fffffffffffffff0\r\n", "0\r\n\n", "0\r\nA: b\n", "0\r\n\rx", "0\r\nA: b\rx",
            "0x5\r\n", "g\r\n", "1g\r\n",
        ]
    )
    func malformedChunks(text: String) {
        let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
        let outcome = Self.decode(start + text)
        guard case .malformed = outcome.fault else {
            Issue.record("\(text.debugDescription) gave \(outcome)")
            return
        }
        #expect(outcome.body.starts(with: "ok".utf8))
        #expect(!outcome.isComplete)
    }

    @Test("The head, a chunk's size line, the trailers and interim responses are bounded")
    func bounds() {
        let long = String(repeating: "a", count: ResponseDecoder.maximumHeadLength)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let endless = [
            "HTTP/1.1 200 OK\r\nA: \(long)", chunked + "1;" + long, chunked + String(repeating: "0", count: 5000),
            chunked + "0\r\nA: " + long, chunked + "0\r\n" + String(repeating: "A: b\r\n", count: 5000),
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9), long + long,
        ]
        for text in endless {
            guard case .malformed = Self.decode(text).fault else {
                Issue.record("not bounded: \(text.prefix(60))")
                continue
            }
        }
        let fits = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: \(long.dropLast(200))\r\n\r\n"
        #expect(Self.decode(fits).fault == nil)
    }

    @Test("The answer to HEAD has no body, whatever its length says")
    func headRequests() {
        let outcome = Self.decode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", isHeadRequest: true)
        #expect(outcome == Outcome(status: 200, isComplete: true, keepsConnection: true))
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(Self.decode(chunked, isHeadRequest: true).isComplete)
    }

    @Test("After a fault the decoder takes nothing more")
    func faultsStay() throws {
        var decoder = ResponseDecoder()
        var body: [UInt8] = []
        #expect(throws: ResponseFault.self) {
            _ = try decoder.decode(Array("nonsense\r\n".utf8).span.bytes, into: &body)
        }
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".utf8)
        #expect(throws: ResponseFault.self) { _ = try decoder.decode(answer.span.bytes, into: &body) }
        #expect(throws: ResponseFault.self) { try decoder.finish() }
        #expect(body.isEmpty)
    }

    @Test("What was missing at a cut is told")
    func shortfalls() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let expected = [
            ("", "any answer"), ("HTTP/1.1 200 OK\r\n", "the end of the head"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "3 bytes of the body"),
            (chunked, "the terminating chunk"), (chunked + "5\r\nab", "3 bytes of a chunk"),
            (chunked + "2\r\nab", "the end of a chunk"), (chunked + "2\r\nab\r\n", "the terminating chunk"),
            (chunked + "0\r\n", "the terminating chunk"),
        ]
        for (text, missing) in expected {
            #expect(Self.decode(text).fault == .truncated(missing), "\(text.debugDescription)")
        }
    }

    @Test("Fields are found in any case of letters, the first of equal names, without the blanks around their values")
    func fields() throws {
        var decoder = ResponseDecoder()
        var body: [UInt8] = []
        let text =
            "HTTP/1.1 200 All right\r\nAPI-Version: \t1.41 \r\napi-version: 2\r\nEmpty:\r\nContent-Length: 0\r\n\r\n"
        _ = try decoder.decode(Array(text.utf8).span.bytes, into: &body)
        let head = try #require(decoder.head)
        #expect(head["Api-Version"] == "1.41")
        #expect(head["empty"] == "")
        #expect(head["missing"] == nil)
        #expect(head.reason == "All right")
        #expect(head.fields.count == 4)
    }
}
