// SPDX-License-Identifier: Apache-2.0

import Patterns
import Redaction
import Testing

@Suite("Patterns that are given")
struct GivenPatternTests {
    private func redacted(_ line: String, _ patterns: String...) throws -> String {
        try Redactor(patterns: patterns, secrets: false).redacted(line)
    }

    @Test(
        "every match in the line is masked, and matches that touch become one mask",
        arguments: [
            (#"\d+"#, "a1b22c", "a‹redacted›b‹redacted›c"), (".", "abc", "‹redacted›"),
            ("a", "banana", "b‹redacted›n‹redacted›n‹redacted›"),
            ("^.*$", "all of it", "‹redacted›"), ("x", "abc", "abc"), ("é+", "aéé€", "a‹redacted›€"),
            (#"(?<=id=)\w+"#, "id=abc id=d", "id=‹redacted› id=‹redacted›"), ("(a)(b)", "cabd", "c‹redacted›d"),
        ]
    )
    func matches(pattern: String, line: String, expected: String) throws {
        #expect(try redacted(line, pattern) == expected)
    }

    @Test(
        "a group named secret is masked alone, and the whole match where it took no part",
        arguments: [
            (#"user=(?<secret>\w+) ok"#, "user=bob ok", "user=‹redacted› ok"),
            (#"foo|bar(?<secret>x)"#, "foo barx", "‹redacted› bar‹redacted›"),
            (#"(?J)a(?<secret>1)|b(?<secret>2)"#, "a1 b2", "a‹redacted› b‹redacted›"),
            (#"user=(?<secret>)"#, "user=bob", "user=bob"),
        ]
    )
    func group(pattern: String, line: String, expected: String) throws {
        #expect(try redacted(line, pattern) == expected)
    }

    @Test("empty matches mask nothing and end", arguments: ["", "a*", "^", "$", "(?=b)", "x?", #"a*?\K"#])
    func empty(pattern: String) throws {
        guard !pattern.isEmpty else {
            #expect(throws: PatternRefusal.self) { try redacted("bbb", pattern) }
            return
        }
        #expect(try redacted("bbb", pattern) == "bbb")
        #expect(try redacted("", pattern) == "")
    }

    @Test("several patterns all count, and come after the built-in ones")
    func several() throws {
        #expect(try redacted("a b c", "a", "c") == "‹redacted› b ‹redacted›")
        let redactor = try Redactor(patterns: ["bob"], secrets: true)
        #expect(redactor.redacted("user=bob password=x1") == "user=‹redacted› password=‹redacted›")
        #expect(redactor.redacted("password=bobby") == "password=‹redacted›")
    }

    @Test(
        "a search that runs out of its limits masks the whole line, soon",
        arguments: ["(a+)+$", "(a|aa)+$", "(?:a*)*[bc]", "(.*)*[xy]", "a.*a.*a.*a.*[bc]"]
    )
    func limits(pattern: String) throws {
        let redactor = try Redactor(patterns: [pattern], secrets: false)
        let line = String(repeating: "a", count: 64 << 10) + "!"
        let clock = ContinuousClock()
        let start = clock.now
        let isMasked = redactor.redacted(line) == "‹redacted›"
        #expect(isMasked)
        // Without the limits it would take years.
        #expect(clock.now - start < .seconds(20))
    }

    @Test("bytes that are not UTF-8 are neither read astray nor lost")
    func invalid() throws {
        let redactor = try Redactor(patterns: ["secret", "."], secrets: false)
        let line: [UInt8] = [0xFF, 0xC3] + Array("a".utf8) + [0x80]
        let mask = Array("‹redacted›".utf8)
        #expect(redactor.redact(line: line[...]) == [0xFF, 0xC3] + mask + [0x80])
        #expect(redactor.redact(line: [0xFF, 0xFE]) == nil)
    }

    @Test("a slice is read by its own bounds")
    func slice() throws {
        let redactor = try Redactor(patterns: ["[a-z]+"], secrets: true)
        let bytes = Array("aa12bbtoken=12345678".utf8)
        #expect(redactor.redact(line: bytes[2..<4]) == nil)
        #expect(redactor.redact(line: bytes[2..<6]) == Array("12‹redacted›".utf8))
    }

    @Test("a refusal names the pattern and the reason", arguments: ["(", "[b-a]", "(?<secret>a", "a**+"])
    func refusal(pattern: String) {
        #expect {
            try Redactor(patterns: ["ok", pattern], secrets: false)
        } throws: { error in
            "\(error)".contains("'\(pattern)' is malformed at character")
        }
    }

    @Test("too many patterns, and too large ones, are refused")
    func bounds() {
        let many = (0...Redactor.patternLimit).map { "a\($0)" }
        #expect(throws: PatternRefusal.self) { try Redactor(patterns: many, secrets: false) }
        #expect(throws: PatternRefusal.self) { try Redactor(patterns: ["(?:[a-z]{1,500}){1,100}"], secrets: false) }
        #expect(throws: PatternRefusal.self) {
            try Redactor(patterns: [String(repeating: "a", count: 1025)], secrets: false)
        }
    }

    @Test("without patterns nothing changes")
    func idle() throws {
        let redactor = try Redactor(patterns: [], secrets: false)
        #expect(redactor.isIdle)
        #expect(redactor.redacted("password=hunter2") == "password=hunter2")
        #expect(redactor.redacted(json: "{ no JSON", .event) == "{ no JSON")
    }
}
