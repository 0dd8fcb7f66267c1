// SPDX-License-Identifier: Apache-2.0

/// A word of at most 16 bytes in two integers, whatever its case, so that it is compared in two instructions.
///
/// Each byte has bit 5 set, which makes letters small and leaves digits and dots alone; literals are packed the same
/// way.
struct PackedWord {
    let low: UInt64
    let high: UInt64

    /// The longest word that can be packed.
    static let maximumCount = 16

    private static let caseBits: UInt64 = 0x2020_2020_2020_2020

    /// Packs the bytes of a range; `nil` for an empty or too long one.
    @inline(__always)
    init?(_ line: Span<UInt8>, _ start: Int, _ end: Int) {
        let count = end &- start
        guard count > 0, count <= Self.maximumCount else { return nil }
        if end >= 8 {
            // The eight bytes before the end, of which the shift drops those before the word, or those in `low`.
            let last = line.word(at: end &- 8) | Self.caseBits
            if count <= 8 {
                low = last &>> UInt64(64 &- count &* 8)
                high = 0
            } else {
                low = line.word(at: start) | Self.caseBits
                high = last &>> UInt64(128 &- count &* 8)
            }
            return
        }
        // A word among the line's first bytes.
        var word: UInt64 = 0
        for index in start..<end { word |= UInt64(line[index] | 0x20) &<< UInt64((index &- start) &* 8) }
        low = word
        high = 0
    }

    /// The first byte, small.
    @inline(__always)
    var first: UInt8 { UInt8(truncatingIfNeeded: low) }

    /// Whether the word is this one, in any case.
    @inline(__always)
    func `is`(_ text: StaticString) -> Bool {
        low == Self.pack(text, from: 0) && high == Self.pack(text, from: 8)
    }

    /// Whether the word has `count` bytes, at most eight, and begins with a text.
    @inline(__always)
    func hasPrefix(_ text: StaticString, count: Int) -> Bool {
        let mask = UInt64.max >> UInt64(64 &- text.utf8CodeUnitCount &* 8)
        return high == 0 && low & mask == Self.pack(text, from: 0) && (71 &- low.leadingZeroBitCount) / 8 == count
    }

    /// Eight bytes of a literal; folded to a constant where the compiler optimises.
    @inline(__always)
    private static func pack(_ text: StaticString, from start: Int) -> UInt64 {
        var word: UInt64 = 0
        var index = min(text.utf8CodeUnitCount, start &+ 8)
        while index > start {
            index &-= 1
            // SAFETY: `index` is below the static string's number of bytes.
            word = word << 8 | UInt64(text.utf8Start[index] | 0x20)
        }
        return word
    }
}
