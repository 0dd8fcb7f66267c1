// SPDX-License-Identifier: Apache-2.0

/// Times in the text form of RFC 3339, read and written with all nine decimals.
///
/// Foundation's formatters lose nanoseconds and cost a thousand times as much, hence our own.
public enum RFC3339 {
    /// The number of bytes that ``append(_:to:)`` writes.
    public static let length = 30

    /// Appends a time as `2026-11-23T10:45:47.654376303Z`: UTC, always nine decimals.
    public static func append(_ time: Timestamp, to bytes: inout [UInt8]) {
        let (seconds, fraction) = time.nanoseconds.flooredQuotient(by: 1_000_000_000)
        let (days, secondOfDay) = seconds.flooredQuotient(by: 86_400)
        let (year, month, day) = civilDate(daysSinceEpoch: days)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer in
            // SAFETY: every index written lies in 0..<30, the capacity, and all of them are initialised.
            writeDigits(UInt32(truncatingIfNeeded: year), 4, at: 0, into: buffer)
            buffer[4] = UInt8(ascii: "-")
            writeDigits(UInt32(truncatingIfNeeded: month), 2, at: 5, into: buffer)
            buffer[7] = UInt8(ascii: "-")
            writeDigits(UInt32(truncatingIfNeeded: day), 2, at: 8, into: buffer)
            buffer[10] = UInt8(ascii: "T")
            writeDigits(UInt32(truncatingIfNeeded: secondOfDay / 3600), 2, at: 11, into: buffer)
            buffer[13] = UInt8(ascii: ":")
            writeDigits(UInt32(truncatingIfNeeded: secondOfDay / 60 % 60), 2, at: 14, into: buffer)
            buffer[16] = UInt8(ascii: ":")
            writeDigits(UInt32(truncatingIfNeeded: secondOfDay % 60), 2, at: 17, into: buffer)
            buffer[19] = UInt8(ascii: ".")
            writeDigits(UInt32(truncatingIfNeeded: fraction), 9, at: 20, into: buffer)
            buffer[29] = UInt8(ascii: "Z")
            bytes.append(contentsOf: UnsafeBufferPointer(buffer))
        }
    }

    /// Reads a time in RFC 3339, with up to nine decimals and `Z` or an offset.
    ///
    /// - Returns: `nil` when the bytes are not such a time, when more than nine decimals are given, or when the
    ///   time lies outside the range of ``Timestamp`` (as the engine's unset time does).
    public static func parse(_ text: Span<UInt8>) -> Timestamp? {
        guard text.count >= 20,
            let year = digits(text, 0, 4), text[4] == UInt8(ascii: "-"),
            let month = digits(text, 5, 2), text[7] == UInt8(ascii: "-"),
            let day = digits(text, 8, 2), text[10] | 0x20 == UInt8(ascii: "t"),
            let hour = digits(text, 11, 2), text[13] == UInt8(ascii: ":"),
            let minute = digits(text, 14, 2), text[16] == UInt8(ascii: ":"),
            let second = digits(text, 17, 2),
            (1678...2261).contains(year), (1...12).contains(month), day >= 1, day <= daysIn(month: month, of: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        guard let fraction = parseFraction(text, &index), let offset = parseOffset(text, &index),
            index == text.count
        else { return nil }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        return Timestamp(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: fraction)
    }

    /// Reads a time in RFC 3339 from a string.
    public static func parse(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        return parse(bytes.span)
    }

    /// Reads `.654376303`, or nothing, as nanoseconds.
    private static func parseFraction(_ text: Span<UInt8>, _ index: inout Int) -> Int64? {
        guard text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var value: Int64 = 0
        var count = 0
        while index < text.count, let digit = digit(text[index]) {
            guard count < 9 else { return nil }
            value = value * 10 + digit
            count += 1
            index += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<9 { value *= 10 }
        return value
    }

    /// Reads `Z` or `+01:00` as seconds east of Greenwich.
    private static func parseOffset(_ text: Span<UInt8>, _ index: inout Int) -> Int64? {
        guard index < text.count else { return nil }
        let sign = text[index]
        if sign | 0x20 == UInt8(ascii: "z") {
            index += 1
            return 0
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), index + 6 <= text.count,
            let hours = digits(text, index + 1, 2), text[index + 3] == UInt8(ascii: ":"),
            let minutes = digits(text, index + 4, 2), hours < 24, minutes < 60
        else { return nil }
        index += 6
        let seconds = hours * 3600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func writeDigits(
        _ value: UInt32,
        _ count: Int,
        at offset: Int,
        into buffer: UnsafeMutableBufferPointer<UInt8>
    ) {
        var value = value
        var index = offset + count
        while index > offset {
            index -= 1
            buffer[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? Int64(value) : nil
    }

    private static func digits(_ text: Span<UInt8>, _ offset: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in offset..<(offset + count) {
            guard let digit = digit(text[index]) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func daysIn(month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, by counting eras of 400 years from March.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.flooredQuotient(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date that lies a number of days after 1970-01-01.
    private static func civilDate(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotient(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    /// The quotient rounded down, and the remainder that is never negative.
    fileprivate func flooredQuotient(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
