// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// What relative times and marks refer to.
public struct TimeReference: Sendable, Hashable {
    /// The present: `10m` is ten minutes before it.
    public var now: Timestamp
    /// The start of what is observed: `+90s` is 90 seconds after it.
    public var start: Timestamp
    /// The times of the marks.
    public var marks: [String: Timestamp]

    /// Makes a reference.
    public init(now: Timestamp, start: Timestamp, marks: [String: Timestamp] = [:]) {
        self.now = now
        self.start = start
        self.marks = marks
    }
}

/// The one grammar for times: RFC 3339, `10m` (ago), `+90s` (after the start), `@mark`, `@mark-30s`.
///
/// Durations are numbers with units, `1h30m` or `1.5s`; units are `ns`, `us`, `ms`, `s`, `m`, `h` and `d`.
public enum TimeExpression {
    /// What the grammar takes, as the end of a sentence.
    public static let grammar =
        "RFC 3339 (2026-11-23T10:45:47Z), 10m (ago), +90s (after the start), @mark or @mark-30s"

    /// The moment that an expression stands for, or `nil` when it is malformed or names a mark that is not there.
    public static func resolve(_ text: String, _ reference: TimeReference) -> Timestamp? {
        switch text.utf8.first {
        case UInt8(ascii: "+"):
            return duration(text.dropFirst()).map { reference.start.advanced(byNanoseconds: $0) }
        case UInt8(ascii: "@"):
            return mark(text.dropFirst(), reference)
        default:
            if let time = RFC3339.parse(text) { return time }
            return duration(text[...]).map { reference.now.advanced(byNanoseconds: -$0) }
        }
    }

    /// A duration such as `1h30m` in nanoseconds, or `nil` when it is malformed or longer than 292 years.
    static func duration(_ text: Substring) -> Int64? {
        var rest = text.utf8[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let whole = rest.prefix { isDigit($0) }
            rest = rest.dropFirst(whole.count)
            var fraction = rest.prefix(0)
            if rest.first == UInt8(ascii: ".") {
                fraction = rest.dropFirst().prefix { isDigit($0) }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(1 + fraction.count)
            }
            let unit = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(unit.count)
            guard let scale = units[String(Substring(unit))], let part = scaled(whole, fraction, by: scale) else {
                return nil
            }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        return total
    }

    private static let units: [String: Int64] = [
        "ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A decimal number of units in nanoseconds; what lies below a nanosecond is left out.
    private static func scaled(_ whole: Substring.UTF8View, _ fraction: Substring.UTF8View, by scale: Int64) -> Int64? {
        guard let units = Int64(Substring(whole)) else { return nil }
        var (total, overflow) = units.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        var place = scale
        for digit in fraction {
            place /= 10
            (total, overflow) = total.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")) * place)
            guard !overflow else { return nil }
        }
        return total
    }

    /// A mark, or a time before or after one; names may hold signs themselves, and the longest that is a mark counts.
    private static func mark(_ text: Substring, _ reference: TimeReference) -> Timestamp? {
        if let time = reference.marks[String(text)] { return time }
        var end = text.endIndex
        while let sign = text[..<end].lastIndex(where: { $0 == "-" || $0 == "+" }) {
            if let time = reference.marks[String(text[..<sign])],
                let distance = duration(text[text.index(after: sign)...])
            {
                return time.advanced(byNanoseconds: text[sign] == "-" ? -distance : distance)
            }
            end = sign
        }
        return nil
    }
}
