// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Reads the timestamps before messages, most of which differ from the last one in their fraction alone.
struct TimestampReader: Sendable {
    /// The length of the engine's timestamps with the blank behind: nine decimals always (fact H4).
    static let length = RFC3339.length + 1

    /// The longest timestamp with the blank behind, of engines that write an offset in place of `Z`.
    static let maximumLength = 36

    enum Prefix {
        case undecided
        case none
        /// A timestamp, and its length with the blank.
        case time(Timestamp, Int)
    }

    /// The last timestamp's bytes up to the decimal point, and the second that they tell.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt32 = 0
    private var nanoseconds: Int64 = 0

    /// Reads a timestamp of the usual form and the blank behind it.
    @inline(__always)
    mutating func read(_ bytes: Span<UInt8>, at start: Int, _ end: Int) -> Timestamp? {
        guard end - start >= Self.length else { return nil }
        let raw = bytes.bytes
        let first = raw.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let second = raw.unsafeLoadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
        let third = raw.unsafeLoadUnaligned(fromByteOffset: start + 16, as: UInt32.self)
        let decimals = UInt64(
            littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: start + 20, as: UInt64.self)
        )
        let last = bytes[start + 28] &- UInt8(ascii: "0")
        guard bytes[start + 29] == UInt8(ascii: "Z"), bytes[start + 30] == UInt8(ascii: " "), last < 10,
            Self.areDigits(decimals)
        else { return nil }
        let fraction = Int64(Self.value(of: decimals)) &* 10 &+ Int64(last)
        if first != self.first || second != self.second || third != self.third {
            guard bytes[start + 19] == UInt8(ascii: "."),
                let time = RFC3339.parse(bytes.extracting(start..<(start + RFC3339.length)))
            else { return nil }
            self.first = first
            self.second = second
            self.third = third
            nanoseconds = time.nanoseconds &- fraction
        }
        return Timestamp(nanoseconds: nanoseconds &+ fraction)
    }

    /// Looks for a timestamp of any length at a message's start.
    ///
    /// The answer depends on the message alone, not on how much of it there is yet.
    static func prefix(of text: [UInt8], isComplete: Bool) -> Prefix {
        let span = text.span
        for index in 0..<min(span.count, maximumLength) {
            switch span[index] {
            case UInt8(ascii: "\n"): return .none
            case UInt8(ascii: " "):
                guard let time = RFC3339.parse(span.extracting(0..<index)) else { return .none }
                return .time(time, index + 1)
            default: break
            }
        }
        return isComplete || span.count >= maximumLength ? .none : .undecided
    }

    /// Whether all eight bytes are decimal digits.
    @inline(__always)
    private static func areDigits(_ word: UInt64) -> Bool {
        let highs: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        return word & highs == 0x3030_3030_3030_3030
            && (word &+ 0x0606_0606_0606_0606) & highs == 0x3030_3030_3030_3030
    }

    /// The number that eight digits tell, the first in the lowest byte: pairs, then fours, then all eight are joined.
    @inline(__always)
    private static func value(of word: UInt64) -> UInt64 {
        let digits = word & 0x0F0F_0F0F_0F0F_0F0F
        let pairs = ((digits &* 2561) >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = ((pairs &* 6_553_601) >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 42_949_672_960_001) >> 32
    }
}
