// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("Times in RFC 3339")
struct RFC3339Tests {
    static func text(_ time: Timestamp) -> String {
        var bytes: [UInt8] = []
        RFC3339.append(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "known times are read, and written in UTC with nine decimals",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00.000000000Z"),
            ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
            ("2000-02-29T00:00:00Z", 951_782_400, 0, "2000-02-29T00:00:00.000000000Z"),
            ("2004-02-29T12:00:00.5Z", 1_078_056_000, 500_000_000, "2004-02-29T12:00:00.500000000Z"),
            ("2038-01-19T03:14:08Z", 2_147_483_648, 0, "2038-01-19T03:14:08.000000000Z"),
            ("2100-03-01T00:00:00Z", 4_107_542_400, 0, "2100-03-01T00:00:00.000000000Z"),
            ("2026-11-23T10:45:47.654376303Z", 1_795_430_747, 654_376_303, "2026-11-23T10:45:47.654376303Z"),
            // Fact B11: the engine's inspect drops trailing zeros.
            ("2026-11-23T10:45:48.54365092Z", 1_795_430_748, 543_650_920, "2026-11-23T10:45:48.543650920Z"),
            ("2026-11-23t10:45:47.1z", 1_795_430_747, 100_000_000, "2026-11-23T10:45:47.100000000Z"),
            ("2026-11-23T12:45:47+02:00", 1_795_430_747, 0, "2026-11-23T10:45:47.000000000Z"),
            ("2026-11-22T19:15:47.25-15:30", 1_795_430_747, 250_000_000, "2026-11-23T10:45:47.250000000Z"),
            ("2026-11-23T10:45:47-00:00", 1_795_430_747, 0, "2026-11-23T10:45:47.000000000Z"),
            ("2024-12-31T23:30:00-01:00", 1_735_691_400, 0, "2025-01-01T00:30:00.000000000Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_800, 0, "2017-01-01T00:00:00.000000000Z"),
            ("1678-01-01T00:00:00Z", -9_214_560_000, 0, "1678-01-01T00:00:00.000000000Z"),
            ("2261-12-31T23:59:59.999999999Z", 9_214_646_399, 999_999_999, "2261-12-31T23:59:59.999999999Z"),
        ]
    )
    func known(text: String, seconds: Int64, nanoseconds: Int64, canonical: String) {
        let time = RFC3339.parse(text)
        #expect(time == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(time.map(Self.text) == canonical)
        #expect(canonical.utf8.count == RFC3339.length)
    }

    @Test(
        "what is no such time is none",
        arguments: [
            "", "Z", "now", "2026-11-23", "2026-11-23T10:45:47", "2026-11-23 10:45:47Z", "2026-11-23T10:45Z",
            "2026-11-23T10:45:47.Z", "2026-11-23T10:45:47.1234567890Z", "2026-11-23T10:45:47,5Z",
            "2026-11-23T10:45:47.5", "2026-11-23T10:45:47ZZ", "2026-11-23T10:45:47Z ", " 2026-11-23T10:45:47Z",
            "2026-11-23T10:45:47+0200", "2026-11-23T10:45:47+02", "2026-11-23T10:45:47+24:00",
            "2026-11-23T10:45:47+02:60", "2026-11-23T10:45:47+02:0", "2026-11-23T10:45:47 02:00",
            "2026-00-23T10:45:47Z", "2026-13-23T10:45:47Z", "2026-11-00T10:45:47Z", "2026-11-31T10:45:47Z",
            "2026-02-29T10:45:47Z", "2100-02-29T10:45:47Z", "1900-02-29T00:00:00Z", "2024-02-30T10:45:47Z",
            "2026-11-23T24:00:00Z", "2026-11-23T10:60:47Z", "2026-11-23T10:45:61Z", "2O26-11-23T10:45:47Z",
            "2026-11-23T10:45:4:Z", "+026-11-23T10:45:47Z", "12026-11-23T10:45:47Z", "2026/11/23T10:45:47Z",
            "0001-01-01T00:00:00Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        ]
    )
    func bad(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("every prefix and every change of a byte is refused or read, never worse")
    func damaged() {
        let text = Array("2026-11-23T10:45:47.654376303+01:30".utf8)
        for end in 0..<text.count {
            let prefix = Array(text[..<end])
            _ = RFC3339.parse(prefix.span)
        }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                _ = RFC3339.parse(changed.span)
            }
        }
        #expect(RFC3339.parse(String(decoding: text, as: UTF8.self)) != nil)
    }

    @Test("any time of the range survives a round trip", arguments: 0..<50)
    func roundTrip(seed: UInt64) {
        var random = Seeded(seed)
        let range = Timestamp(seconds: -9_214_560_000).nanoseconds...Timestamp(seconds: 9_214_646_399).nanoseconds
        for _ in 0..<200 {
            let time = Timestamp(nanoseconds: Int64.random(in: range, using: &random))
            #expect(RFC3339.parse(Self.text(time)) == time, "seed \(seed)")
        }
    }

    @Test("each day of the range follows the one before, by the calendar")
    func calendar() {
        var (year, month, day) = (1678, 1, 1)
        var seconds: Int64 = -9_214_560_000
        var wrong = 0
        while year < 2262 {
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let text = "\(year)-\(two(month))-\(two(day))T00:00:00.000000000Z"
            if Self.text(Timestamp(seconds: seconds)) != text { wrong += 1 }
            if day == 1 || day > 27, RFC3339.parse(text) != Timestamp(seconds: seconds) { wrong += 1 }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            seconds += 86_400
        }
        #expect(wrong == 0)
        #expect(seconds == 9_214_646_400)
    }

    @Test("the extremes of the type are written without harm")
    func extremes() {
        #expect(Self.text(Timestamp(nanoseconds: .min)) == "1677-09-21T00:12:43.145224192Z")
        #expect(Self.text(Timestamp(nanoseconds: .max)) == "2262-04-11T23:47:16.854775807Z")
        #expect(Timestamp(nanoseconds: 1).description == "1970-01-01T00:00:00.000000001Z")
    }
}

@Suite("Timestamps")
struct TimestampTests {
    @Test("moving beyond the range stops at its end")
    func moving() {
        #expect(Timestamp(nanoseconds: 5).advanced(byNanoseconds: -7).nanoseconds == -2)
        #expect(Timestamp(nanoseconds: .max - 1).advanced(byNanoseconds: 5).nanoseconds == .max)
        #expect(Timestamp(nanoseconds: .min + 1).advanced(byNanoseconds: -5).nanoseconds == .min)
        #expect(Timestamp(nanoseconds: 0).advanced(by: .seconds(10_000_000_000)).nanoseconds == .max)
        #expect(Timestamp(seconds: 1).advanced(by: .milliseconds(-1)).nanoseconds == 999_000_000)
    }

    @Test("durations are whole nanoseconds within the range")
    func durations() {
        #expect(Duration.seconds(2).wholeNanoseconds == 2_000_000_000)
        #expect(Duration.nanoseconds(-1).wholeNanoseconds == -1)
        #expect((Duration.nanoseconds(1) / 2).wholeNanoseconds == 0)
        #expect(Duration.seconds(-10_000_000_000).wholeNanoseconds == .min)
        #expect(Timestamp(seconds: 3).duration(since: Timestamp(seconds: 1)) == .seconds(2))
        #expect(Timestamp(seconds: 1) < Timestamp(seconds: 1, nanoseconds: 1))
    }
}
