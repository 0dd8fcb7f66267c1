// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Containers' ids by their text: lines of many containers come mixed.
struct ContainerCache: Sendable {
    /// How many ids are remembered, each in the place that its text leads to: 24 KiB, which stay near the processor.
    private static let size = 256
    private static let wordCount = 8

    /// The texts, eight words each; zeros are no text.
    private var texts = [UInt64](repeating: 0, count: size * wordCount)
    private var ids = [ContainerID?](repeating: nil, count: size)

    /// Reads the 64 hexadecimal digits at a place, which must lie within the bytes; `nil` for something else.
    @inline(__always)
    mutating func container(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> ContainerID? {
        // SAFETY: the caller has 64 bytes from the offset.
        func word(_ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self)
        }
        // Multiplied, the word's upper bits depend on all of its digits.
        let slot = Int(truncatingIfNeeded: (word(0) &* 0x9E37_79B9_7F4A_7C15) >> 56)
        let base = slot * Self.wordCount
        let difference = texts.withUnsafeBufferPointer { texts in
            var difference: UInt64 = 0
            for index in 0..<Self.wordCount { difference |= texts[base + index] ^ word(index) }
            return difference
        }
        if difference == 0 { return ids[slot] }
        return read(bytes, at: offset, slot: slot)
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, at offset: Int, slot: Int) -> ContainerID? {
        let digits = Array(bytes[offset..<(offset + 64)])
        guard let id = ContainerID(digits[...]) else { return nil }
        for index in 0..<Self.wordCount {
            texts[slot * Self.wordCount + index] = bytes.loadUnaligned(
                fromByteOffset: offset + 8 * index,
                as: UInt64.self
            )
        }
        ids[slot] = id
        return id
    }
}

/// Reads times of 30 bytes; those of the second that came last are not read anew.
struct SecondCache: Sendable {
    /// `2026-11-23T10:45:47.` of the time's 30 bytes.
    private static let secondLength = 20

    /// The second's text as two words and a half; at first that of a second like any other.
    private var text: (UInt64, UInt64, UInt32)
    private var second = Timestamp(nanoseconds: 0)

    init() {
        let epoch: StaticString = "1970-01-01T00:00:00."
        // SAFETY: the text has 20 bytes.
        let bytes = UnsafeRawPointer(epoch.utf8Start)
        text = (
            bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        )
    }

    /// Reads the time at a place, which must lie within the bytes and end with a `Z`; `nil` for something else.
    @inline(__always)
    mutating func time(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Timestamp? {
        // SAFETY: the caller has 30 bytes from the offset.
        let first = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let middle = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        let last = bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt32.self)
        guard (first ^ text.0) | (middle ^ text.1) | UInt64(last ^ text.2) == 0 else {
            return read(bytes, at: offset, (first, middle, last))
        }
        let digit = bytes[offset + 28] &- UInt8(ascii: "0")
        let word = bytes.loadUnaligned(fromByteOffset: offset + Self.secondLength, as: UInt64.self)
        guard digit < 10, let digits = Self.eightDigits(UInt64(littleEndian: word)) else { return nil }
        return second.advanced(byNanoseconds: Int64(digits) &* 10 &+ Int64(digit))
    }

    private mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        _ text: (UInt64, UInt64, UInt32)
    ) -> Timestamp? {
        let digits = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + RFC3339.length)])
            .assumingMemoryBound(to: UInt8.self)
        guard digits[10] == UInt8(ascii: "T"), digits[Self.secondLength - 1] == UInt8(ascii: "."),
            let time = RFC3339.parse(digits.span)
        else { return nil }
        // What was read has nine decimals, as it has 30 bytes and ends with a `Z`.
        let fraction = digits[Self.secondLength..<(RFC3339.length - 1)].reduce(Int64(0)) {
            $0 &* 10 &+ Int64($1 &- UInt8(ascii: "0"))
        }
        self.text = text
        second = time.advanced(byNanoseconds: -fraction)
        return time
    }

    /// The number that eight digits make, the first in the lowest byte: pairs, fours and then all are joined by
    /// multiplying.
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64? {
        let highs: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        // A digit's upper half is 3, and still is with 6 added.
        guard word & highs | ((word &+ 0x0606_0606_0606_0606) & highs) >> 4 == 0x3333_3333_3333_3333 else { return nil }
        let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* 2561) >> 8
        let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
        return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
    }
}
