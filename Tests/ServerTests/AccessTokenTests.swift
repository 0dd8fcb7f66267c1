// SPDX-License-Identifier: Apache-2.0

import Logging
import TestSupport
import Testing

@testable import Server

@Suite("Tokens and refusals")
struct AccessTokenTests {
    @Test(
        "tokens are made of letters, digits and . _ ~ -, 16 at least",
        arguments: ["0123456789abcdef", "a.b_c~d-EFGH01234567"]
    )
    func goodTokens(_ text: String) throws {
        let token = try AccessToken(text)
        #expect(token.matches(text))
        #expect(!token.matches(text.dropLast()))
        #expect(!token.matches(text + "x"))
        #expect(!token.matches(text + text))
        #expect(!token.matches(""))
        for index in text.indices {
            var other = text
            other.replaceSubrange(index...index, with: "!")
            #expect(!token.matches(other))
        }
    }

    @Test(
        "any other is refused without being repeated",
        arguments: [
            "", "short", "0123456789abcde", "0123456789abcdef\n", "0123456789 abcdef", "0123456789abcdéf",
            "0123456789abcdef/",
        ]
    )
    func badTokens(_ text: String) {
        let error = #expect(throws: AccessError.self) { try AccessToken(text) }
        if text.count > 4 { #expect(error?.description.contains(text) == false) }
    }

    @Test("a token prints nothing of itself")
    func masked() throws {
        let secret = "0123456789abcdef"
        let token = try AccessToken(secret)
        let configuration = try AccessConfiguration(token: token)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [
            "\(token)", String(reflecting: token), "\(configuration)", String(reflecting: configuration), dumped,
        ] {
            #expect(!text.contains(secret))
            // Nor its bytes, as a dump of an array would show them.
            #expect(!text.contains("48, 49, 50"))
            #expect(!text.contains("- 48"))
        }
    }

    @Test("a bucket lets its rate through at once, then its rate a second")
    func bucket() {
        var bucket = TokenBucket(rate: 4)
        func taken(_ times: Int, at now: Duration) -> Int { (0..<times).count { _ in bucket.take(at: now) } }
        #expect(taken(6, at: .zero) == 4)
        #expect(taken(1, at: .milliseconds(249)) == 0)
        #expect(taken(2, at: .milliseconds(250)) == 1)
        // Time that runs backwards buys nothing.
        #expect(taken(1, at: .zero) == 0)
        #expect(taken(6, at: .seconds(100)) == 4)
    }

    @Test(
        "over any time a bucket lets through no more than its rate and what it saved",
        arguments: 0..<50 as Range<UInt64>
    )
    func bucketLaw(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let rate = Int.random(in: 1...200, using: &random)
        var bucket = TokenBucket(rate: rate)
        var now = Duration.zero
        var taken = 0
        for _ in 0..<2000 {
            now += .microseconds(Int.random(in: 0...20_000, using: &random))
            if bucket.take(at: now) { taken += 1 }
        }
        let seconds = Double(now.components.seconds) + Double(now.components.attoseconds) / 1e18
        #expect(Double(taken) <= Double(rate) * (seconds + 1) + 1, "seed \(seed)")
        #expect(Double(taken) >= min(2000, Double(rate) * seconds) * 0.5 - 1, "seed \(seed)")
    }

    @Test("refusals are logged with what would allow them, five a second, and what was left out is counted")
    func refusalLog() {
        let book = LogBook()
        let clock = TestClock()
        let log = RefusalLog(logger: book.logger, clock: clock)
        for _ in 0..<100 { log.note(AccessRefusal(.tokenMissing), method: "GET", path: "/logs") }
        #expect(book.lines(with: "--token-file").count == RefusalLog.linesPerSecond)
        clock.advance(by: .seconds(1))
        log.note(AccessRefusal(.origin("https://dash.example")), method: "GET", path: "/logs")
        let last = book.lines(with: "--allow-origin https://dash.example")
        #expect(last.count == 1)
        #expect(last.first?.contains("unlogged=95") ?? false)
        #expect(log.counts.map(\.code) == ["origin_not_allowed", "unauthorized"])
        #expect(log.counts.map(\.count) == [1, 100])
    }
}

/// SplitMix64, for inputs that a seed makes again.
private struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
