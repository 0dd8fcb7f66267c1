// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Decoding logs")
struct LogDecoderTests {
    @Test("a frame with a newline is a line, without its timestamp and newline")
    func line() {
        let decoding = Decoding([frame(.stderr, "\(stamp(5)) hello\r\n")], .multiplexed)
        #expect(decoding.error == nil)
        #expect(
            decoding.lines == [DecodedLine(bytes: Array("hello\r".utf8)[...], timestamp: time(5), stream: .stderr)]
        )
    }

    @Test("a line that lies whole in the array is a slice of it")
    func sliceOfTheArray() throws {
        let bytes = frame(.stdout, "\(stamp(1)) first\n") + frame(.stdout, "\(stamp(2)) second\n")
        var decoder = LogDecoder(framing: .multiplexed)
        var lines: [DecodedLine] = []
        try decoder.decode(bytes, into: &lines)
        #expect(lines.map(\.bytes.startIndex) == [39, 84])
        let inside = bytes.withUnsafeBufferPointer { whole in
            lines.allSatisfy { line in
                line.bytes.withUnsafeBufferPointer { part in
                    guard let start = whole.baseAddress, let found = part.baseAddress else { return false }
                    return found >= start && found + part.count <= start + whole.count
                }
            }
        }
        #expect(inside)
        #expect(!decoder.isPending)
    }

    @Test("parts share their timestamp and become one line, streams apart")
    func parts() {
        let bytes =
            frame(.stdout, "\(stamp(1)) out-") + frame(.stderr, "\(stamp(2)) err-")
            + frame(.stdout, "\(stamp(1)) more-") + frame(.stderr, "\(stamp(2)) end\n")
            + frame(.stdout, "\(stamp(1)) end\n")
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == ["err-end", "out-more-end"])
        #expect(decoding.lines.map(\.timestamp) == [time(2), time(1)])
    }

    @Test("another timestamp behind an unterminated line begins a new line")
    func unterminatedRun() {
        let bytes = frame(.stdout, "\(stamp(1)) last words") + frame(.stdout, "\(stamp(2)) first words\n")
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == ["last words", "first words"])
        #expect(decoding.lines.map(\.isUnterminated) == [true, false])
        #expect(decoding.lines.map(\.timestamp) == [time(1), time(2)])
    }

    @Test("at the end unterminated lines come in the order of their times")
    func unterminatedEnd() {
        let bytes = frame(.stdout, "\(stamp(9)) out") + frame(.stderr, "\(stamp(3)) err")
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == ["err", "out"])
        #expect(decoding.lines.allSatisfy { $0.isUnterminated })
    }

    @Test("a payload may hold several lines, with or without timestamps")
    func severalLines() {
        let bytes =
            frame(.stdout, "\(stamp(1)) one\ntwo\n\(stamp(3)) three\nfour") + frame(.stdout, "\(stamp(4)) five\n")
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == ["one", "two", "three", "four", "five"])
        #expect(decoding.lines.map(\.timestamp) == [1, 1, 3, 3, 4].map { time($0) })
        #expect(decoding.lines.map(\.isUnterminated) == [false, false, false, true, false])
    }

    @Test("a message without a timestamp keeps its bytes, and has its stream's last time")
    func withoutTimestamp() {
        let bytes =
            frame(.stdout, "early\n") + frame(.stdout, "\(stamp(1)) stamped\n") + frame(.stdout, "later\n")
            + frame(.stderr, "2026-11-23 10:45:47 no RFC 3339\n")
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == ["early", "stamped", "later", "2026-11-23 10:45:47 no RFC 3339"])
        #expect(decoding.lines.map(\.timestamp) == [nil, time(1), time(1), nil])
    }

    @Test(
        "timestamps of another length are taken too",
        arguments: ["2026-11-23T11:25:38Z", "2026-11-23T11:25:38.25Z", "2026-11-23T12:25:38.000000001+01:00"]
    )
    func oddTimestamps(stamp: String) {
        let decoding = Decoding([frame(.stdout, "\(stamp) text\n")], .multiplexed)
        #expect(decoding.texts == ["text"])
        #expect(decoding.lines.first?.timestamp == RFC3339.parse(stamp))
        #expect(decoding.lines.first?.timestamp != nil)
    }

    @Test("an application's own timestamp behind the engine's is text")
    func ownTimestamp() {
        let decoding = Decoding([frame(.stdout, "\(stamp(1)) \(stamp(2)) text\n")], .multiplexed)
        #expect(decoding.texts == ["\(stamp(2)) text"])
    }

    @Test("NUL, escapes, carriage returns and bytes that are no UTF-8 come through")
    func bytesComeThrough() {
        let text: [UInt8] = [0x00, 0x1B, 0x5B, 0x0D, 0x80, 0xFF, 0xC3]
        var bytes: [UInt8] = []
        LogEncoder(framing: .multiplexed).append(text[...], stream: .stdout, timestamp: time(1), to: &bytes)
        #expect(Decoding([bytes], .multiplexed).lines.map { Array($0.bytes) } == [text])
    }

    @Test("the engine's own words are thrown when everything is read")
    func systemError() {
        var decoder = LogDecoder(framing: .multiplexed)
        var lines: [DecodedLine] = []
        let bytes =
            frame(.stdout, "\(stamp(1)) a\n") + frame(.systemError, "Error grabbing logs: EOF\n")
            + frame(.stdout, "\(stamp(2)) b\n")
        #expect(throws: LogStreamError.systemError("Error grabbing logs: EOF")) {
            try decoder.decode(bytes, into: &lines)
        }
        #expect(lines.count == 2)
        #expect(throws: Never.self) { try decoder.decode(frame(.stdout, "\(stamp(3)) c\n"), into: &lines) }
        #expect(lines.count == 3)
    }

    @Test("what is no multiplexed stream is refused, now and later, with the lines before")
    func malformed() {
        var decoder = LogDecoder(framing: .multiplexed)
        var lines: [DecodedLine] = []
        let bytes = frame(.stdout, "\(stamp(1)) a\n") + Array("plain text\r\n".utf8)
        for _ in 0..<2 {
            #expect { try decoder.decode(bytes, into: &lines) } throws: { error in
                guard case .malformed? = error as? LogStreamError else { return false }
                return true
            }
        }
        #expect(lines.count == 1)
    }

    @Test("a stream that ends inside a frame was cut, and its begun line is none")
    func truncated() {
        let bytes = frame(.stdout, "\(stamp(1)) a\n") + frame(.stdout, "\(stamp(2)) abc\n").dropLast(2)
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.error == .truncated)
        #expect(decoding.texts == ["a"])
    }

    @Test("a line over the limit comes in pieces of whole characters, nothing lost")
    func pieces() {
        let text = String(repeating: "añ€😀", count: 50)
        let decoding = Decoding([frame(.stdout, "\(stamp(1)) \(text)\n")], .multiplexed, maximumLine: 64)
        #expect(decoding.lines.count == 8)
        #expect(decoding.lines.allSatisfy { (61...64).contains($0.bytes.count) || !$0.continues })
        #expect(decoding.lines.dropLast().allSatisfy { $0.continues })
        #expect(decoding.lines.last?.continues == false)
        #expect(decoding.lines.allSatisfy { $0.timestamp == time(1) })
        #expect(decoding.texts.joined() == text)
        #expect(decoding.lines.allSatisfy { UTF8Scan.isValid($0.bytes.span) })
    }

    @Test("a line of just the limit is whole", arguments: [63, 64, 65])
    func limit(count: Int) {
        let text = String(repeating: "x", count: count)
        let decoding = Decoding([frame(.stdout, "\(stamp(1)) \(text)\n")], .multiplexed, maximumLine: 64)
        #expect(decoding.lines.map(\.bytes.count) == (count <= 64 ? [count] : [64, 1]))
        #expect(decoding.lines.map(\.continues) == (count <= 64 ? [false] : [true, false]))
    }

    @Test("a TTY's lines keep their carriage returns and lose the timestamps inside", arguments: [100, 16_383, 40_000])
    func raw(count: Int) {
        var bytes: [UInt8] = []
        let encoder = LogEncoder(framing: .raw)
        let text = [UInt8](repeating: 0x61, count: count) + [0x0D]
        encoder.append(text[...], stream: .stdout, timestamp: time(1), to: &bytes)
        encoder.append(Array("after".utf8)[...], stream: .stdout, timestamp: time(2), isTerminated: false, to: &bytes)
        let decoding = Decoding([bytes], .raw)
        #expect(decoding.lines.map { Array($0.bytes) } == [text, Array("after".utf8)])
        #expect(decoding.lines.map(\.timestamp) == [time(1), time(2)])
        #expect(decoding.lines.map(\.isUnterminated) == [false, true])
    }

    @Test("a timestamp in a TTY's line that is not at a part's border, or not the line's, is text")
    func rawOwnTimestamp() {
        let inside = "\(stamp(1)) a \(stamp(1)) b\r\n"
        #expect(Decoding([Array(inside.utf8)], .raw).texts == ["a \(stamp(1)) b\r"])
    }

    @Test("a TTY's parts are counted alike for any cuts, also behind a line that has no timestamp")
    func rawWithoutTimestamp() {
        let text = String(repeating: "x", count: LogEncoder.partSize)
        let bytes = Array("\(stamp(1)) a\n\(text)\(stamp(1)) rest\n".utf8)
        for longest in [1, 20, bytes.count] {
            var random = Seeded(1)
            let decoding = Decoding(longest == bytes.count ? [bytes] : random.cut(bytes, longest: longest), .raw)
            #expect(decoding.texts == ["a", "\(text)rest"], "cuts of \(longest)")
        }
    }

    @Test("the first bytes tell the framing when nothing else does")
    func sniffing() {
        let framed = frame(.stdout, "\(stamp(1)) text\n")
        let raw = Array("\(stamp(1)) text\r\n".utf8)
        for size in [1, 3, 4, 100] {
            var random = Seeded(UInt64(size))
            #expect(Decoding(random.cut(framed, longest: size), .unknown).texts == ["text"])
            #expect(Decoding(random.cut(raw, longest: size), .unknown).texts == ["text\r"])
        }
        #expect(Decoding([], .unknown).lines.isEmpty)
        #expect(Decoding([[0x01, 0x00]], .unknown).lines.map { Array($0.bytes) } == [[1, 0]])
    }

    @Test("without timestamps the text is all that there is")
    func noTimestamps() {
        let bytes = frame(.stdout, "\(stamp(1)) te") + frame(.stdout, "xt\n")
        let decoding = Decoding([bytes], .multiplexed, hasTimestamps: false)
        #expect(decoding.texts == ["\(stamp(1)) text"])
        #expect(decoding.lines.map(\.timestamp) == [nil])
    }
}

@Suite("Reading the timestamps of logs")
struct LogTimestampTests {
    @Test("times within and across seconds are read as RFC 3339 reads them", arguments: 0..<20)
    func times(seed: UInt64) {
        var random = Seeded(seed)
        let times = (0..<100).map { _ in
            // Half of the times share three seconds, so that a second is met again and again.
            let second = Bool.random(using: &random) ? Int64.random(in: 0...2, using: &random) : 86_400 * 400
            return time(second * 1_000_000_000 + Int64.random(in: 0..<1_000_000_000, using: &random))
        }
        let bytes = times.flatMap { frame(.stdout, "\($0) x\n") }
        #expect(Decoding([bytes], .multiplexed).lines.map(\.timestamp) == times, "seed \(seed)")
    }

    @Test(
        "what only looks like the last timestamp is text",
        arguments: [
            "2026-11-23T11:25:38.00000000:Z", "2026-11-23T11:25:38.0000000/1Z", "2026-11-23T11:25:38.000000001z ",
            "2026-11-23T11:25:38,000000001Z", "2026-11-23T11:25:38.000000001X", "2026-13-23T11:25:38.000000001Z",
        ]
    )
    func lookalikes(text: String) {
        let decoding = Decoding([frame(.stdout, "\(stamp(1)) a\n\(text) b\n")], .multiplexed)
        #expect(decoding.texts.count == 2)
        #expect(decoding.texts.last?.hasSuffix("b") == true)
        #expect(decoding.lines.last?.timestamp == time(1))
        if text.utf8.last != UInt8(ascii: " ") { #expect(decoding.texts.last == "\(text) b") }
    }
}
