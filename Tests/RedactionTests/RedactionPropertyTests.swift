// SPDX-License-Identifier: Apache-2.0

import Bytes
import Redaction
import TestSupport
import Testing

@Suite("Laws of redaction")
struct RedactionPropertyTests {
    private static let pieces = [
        "password", "passwd", "secret", "token", "api_key", "Authorization", "Bearer ", "Basic ", "cookie", "://", "@",
        "sk-", "AKIAIOSFODNN7", "ghp_", "eyJhbGci.eyJhbGci.x", "-----BEGIN PRIVATE KEY-----", "mysql -p", "curl -u ",
        "=", ":", ": ", " ", "\"", "'", "\\\"", "\\", "{", "}", "[", "]", ",", ";", "&", "<", ">", "--", "abc1", "X",
        "hunter2", "é", "‹redacted›", "‹", "\n", "\t", "null", "%5D", "$", "(", ")", "1234567", "\u{1B}[0m", "MII+/=",
    ]

    private static func text(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            if UInt8.random(in: 0..<12, using: &random) == 0 {
                bytes.append(UInt8.random(in: 0...255, using: &random))
            } else {
                bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
            }
        }
        return bytes
    }

    @Test("any bytes are redacted without end or harm, and a second time changes nothing")
    func twice() throws {
        let redactors = [
            try Redactor(patterns: [], secrets: true),
            try Redactor(patterns: ["a", "h.*?r", "b(?!b)", "(?<secret>[a-z])=", "t$", "(?<!X)X", "."], secrets: true),
            try Redactor(patterns: [#"\d+"#, "red|act", "(?:a|b)*c", "›"], secrets: false),
        ]
        for seed in UInt64(0)..<4000 {
            var random = SplitMix64(seed: seed)
            let line = Self.text(&random)
            for (index, redactor) in redactors.enumerated() {
                guard let once = redactor.redact(line: line[...]) else { continue }
                #expect(once != line)
                #expect(redactor.redact(line: once[...]) == nil, "seed \(seed), redactor \(index)")
            }
        }
    }

    @Test("random JSON with secrets in it stays JSON of the same shape")
    func json() throws {
        let redactor = try Redactor(patterns: [], secrets: true)
        var changed = 0
        for seed in UInt64(0)..<3000 {
            var random = SplitMix64(seed: seed)
            var bytes: [UInt8] = []
            Self.appendValue(&random, depth: 0, to: &bytes)
            let before = try JSONDocument(bytes[...])
            for kind in EngineJSON.allKinds {
                let redacted = redactor.redact(json: bytes[...], kind: kind)
                #expect(JSONShape(try JSONDocument(redacted[...]).root) == JSONShape(before.root), "seed \(seed)")
            }
            guard let line = redactor.redact(line: bytes[...]) else { continue }
            changed += 1
            let after = try? JSONDocument(line[...])
            #expect(after.map { JSONShape($0.root) } == JSONShape(before.root), "seed \(seed)")
        }
        #expect(changed > 500)
    }

    /// An object with strings and names of the pieces, and numbers that no password has.
    private static func appendValue(_ random: inout SplitMix64, depth: Int, to bytes: inout [UInt8]) {
        func string(_ random: inout SplitMix64) {
            let text = Self.text(&random)
            bytes.append(UInt8(ascii: "\""))
            text.withUnsafeBufferPointer { JSONEscape.append($0, to: &bytes) }
            bytes.append(UInt8(ascii: "\""))
        }
        let names = [
            "password", "token", "Config", "Env", "Cmd", "Labels", "Action", "Args", "cookies", "authorization",
        ]
        let isObject = depth == 0 || Bool.random(using: &random)
        bytes.append(UInt8(ascii: isObject ? "{" : "["))
        for index in 0..<Int.random(in: 0...4, using: &random) {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if isObject {
                if Bool.random(using: &random) {
                    bytes += Array("\"\(names.randomElement(using: &random) ?? "")\"".utf8)
                } else {
                    string(&random)
                }
                bytes.append(UInt8(ascii: ":"))
            }
            switch UInt8.random(in: 0..<8, using: &random) {
            case 0: bytes += Array("42".utf8)
            case 1: bytes += Array("null".utf8)
            case 2, 3: depth < 4 ? appendValue(&random, depth: depth + 1, to: &bytes) : string(&random)
            default: string(&random)
            }
        }
        bytes.append(UInt8(ascii: isObject ? "}" : "]"))
    }

    @Test(
        "long lines of hints without end are redacted soon",
        arguments: ["password", "token: ", "\\\"", "://a:", "a=b;"]
    )
    func long(piece: String) throws {
        let redactor = try Redactor(patterns: [], secrets: true)
        for beginning in [
            "", "password=\\\"", "{\"password\":\"", "cookie: ", "mysql ", "-----BEGIN PRIVATE KEY-----a",
        ] {
            let line = Array((beginning + String(repeating: piece, count: (64 << 10) / piece.utf8.count)).utf8)
            let clock = ContinuousClock()
            let start = clock.now
            if let once = redactor.redact(line: line[...]) {
                let isSettled = redactor.redact(line: once[...]) == nil
                #expect(isSettled)
            }
            #expect(clock.now - start < .seconds(20), "\(beginning)")
        }
    }

    @Test("many threads redact with one redactor")
    func threads() async throws {
        let redactor = try Redactor(patterns: [#"\d{4}"#], secrets: true)
        let results = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    (0..<500).allSatisfy { _ in
                        redactor.redacted("task \(task) token=abcdef 1234")
                            == "task \(task) token=‹redacted› ‹redacted›"
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results == Array(repeating: true, count: 16))
    }
}
