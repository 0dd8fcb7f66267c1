// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The headers of Android's logcat that put a letter and a tag together: `E/ActivityManager(  123): `, `W/System.err:
/// `.
///
/// Its `threadtime` format, where the letter stands alone behind the time, is read by ``HeaderScan``.
enum LogcatHeader {
    /// How long a tag may be; Android cut them at 23 characters for long, and newer ones are class names.
    private static let maximumTag = 64

    /// The level of the header at `start`.
    static func level(_ line: Span<UInt8>, at start: Int, before end: Int) -> Level? {
        guard line.byte(start + 1, before: end) == UInt8(ascii: "/"), isPriority(line.byte(start, before: end)) else {
            return nil
        }
        let limit = min(end, start + 2 + maximumTag)
        var index = start + 2
        while index < limit {
            switch line[index] {
            case UInt8(ascii: "("):
                let pid = line.blanksEnd(index + 1, before: end)
                let pidEnd = line.digitsEnd(pid, before: end)
                let isHeader = pidEnd > pid && line.byte(pidEnd, before: end) == UInt8(ascii: ")")
                return isHeader ? LevelWords.find(letter: line[start]) : nil
            case UInt8(ascii: ":"):
                // `I/O: …` is no header.
                let isHeader = index > start + 3 && line.byte(index + 1, before: end) == 0x20
                return isHeader ? LevelWords.find(letter: line[start]) : nil
            case 0x20:
                let next = line.byte(line.blanksEnd(index, before: end), before: end)
                guard next == UInt8(ascii: "(") || next == UInt8(ascii: "]") || next == UInt8(ascii: ":") else {
                    return nil
                }
                if next != UInt8(ascii: "(") { return LevelWords.find(letter: line[start]) }
            default:
                break
            }
            index += 1
        }
        return nil
    }

    private static func isPriority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "V"), UInt8(ascii: "D"), UInt8(ascii: "I"), UInt8(ascii: "W"), UInt8(ascii: "E"),
            UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
