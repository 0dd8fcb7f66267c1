// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The header of Redis and its kin: process and role, date, time, and a sign for the level.
///
/// `1:M 23 Nov 2026 10:00:00.000 # …`, before 3.0 `[1] 23 Nov 10:00:00.000 * …`; `.` debug, `-` verbose, `*` notice,
/// `#` warning.
enum RedisHeader {
    /// The level of the header at `start`.
    static func level(_ line: Span<UInt8>, at start: Int, before end: Int) -> Level? {
        let isOld = line.byte(start, before: end) == UInt8(ascii: "[")
        let pid = isOld ? start + 1 : start
        var index = line.digitsEnd(pid, before: end)
        guard index > pid else { return nil }
        if isOld {
            guard line.byte(index, before: end) == UInt8(ascii: "]") else { return nil }
            index += 1
        } else {
            guard line.byte(index, before: end) == UInt8(ascii: ":"),
                ByteKind.isUpper(line.byte(index + 1, before: end))
            else { return nil }
            index += 2
        }
        // Day, month, and from 3.0 on the year.
        guard let day = number(line, after: index, end), line.byte(day, before: end) == 0x20 else { return nil }
        index = line.lettersEnd(day + 1, before: end)
        guard index == day + 4 else { return nil }
        if let year = number(line, after: index, end), line.byte(year, before: end) == 0x20 { index = year }
        guard let hour = number(line, after: index, end), line.byte(hour, before: end) == UInt8(ascii: ":") else {
            return nil
        }
        index = line.tokenEnd(hour + 1, before: end)
        while line.byte(index, before: end) == UInt8(ascii: ":") { index = line.tokenEnd(index + 1, before: end) }
        guard line.byte(index, before: end) == 0x20, line.byte(index + 2, before: end) == 0x20 else { return nil }
        return level(sign: line.byte(index + 1, before: end))
    }

    /// The end of the digits behind one blank.
    private static func number(_ line: Span<UInt8>, after index: Int, _ end: Int) -> Int? {
        guard line.byte(index, before: end) == 0x20 else { return nil }
        let digitsEnd = line.digitsEnd(index + 1, before: end)
        return digitsEnd > index + 1 ? digitsEnd : nil
    }

    private static func level(sign: UInt8) -> Level? {
        switch sign {
        case UInt8(ascii: "."), UInt8(ascii: "-"): .debug
        case UInt8(ascii: "*"): .info
        case UInt8(ascii: "#"): .warning
        default: nil
        }
    }
}
