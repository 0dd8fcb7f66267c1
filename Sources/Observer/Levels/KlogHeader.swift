// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The header of klog and glog: a letter, the date's digits, the time. `E0102 15:04:05.000000`
///
/// klog writes month and day, CockroachDB adds two digits of the year, newer glog four.
enum KlogHeader {
    /// The level of the header at `start`.
    static func level(_ line: Span<UInt8>, at start: Int, before end: Int) -> Level? {
        switch line.byte(start, before: end) {
        case UInt8(ascii: "I"), UInt8(ascii: "W"), UInt8(ascii: "E"), UInt8(ascii: "F"), UInt8(ascii: "D"),
            UInt8(ascii: "V"):
            break
        default: return nil
        }
        let dateEnd = line.digitsEnd(start + 1, before: end)
        let count = dateEnd - start - 1
        guard count == 4 || count == 6 || count == 8, line.byte(dateEnd, before: end) == 0x20,
            ByteKind.isDigit(line.byte(dateEnd + 1, before: end)),
            ByteKind.isDigit(line.byte(dateEnd + 2, before: end)),
            line.byte(dateEnd + 3, before: end) == UInt8(ascii: ":")
        else { return nil }
        return LevelWords.find(letter: line[start])
    }
}
