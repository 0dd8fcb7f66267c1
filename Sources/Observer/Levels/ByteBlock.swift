// SPDX-License-Identifier: Apache-2.0

/// Sixteen bytes of a line, looked at in a few instructions.
///
/// Each property tells of all sixteen whether they are of a kind, and agrees with ``ByteKind`` on each.
/// Both sides of every comparison are vectors: the compiler makes a loop of those against a single number.
struct ByteBlock {
    typealias Vector = SIMD16<UInt8>
    typealias Mask = SIMDMask<SIMD16<Int8>>

    /// The number of bytes in a block.
    static let width = 16

    private let bytes: Vector

    /// The block that begins at an index.
    @inline(__always)
    init(_ line: Span<UInt8>, at index: Int) {
        // SAFETY: the load checks that its sixteen bytes lie within the span, and any bytes make a vector.
        bytes = line.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: Vector.self)
    }

    /// The block that begins at an index, which the caller has checked: all of the block lies within the line.
    @inline(__always)
    init(_ line: Span<UInt8>, unchecked index: Int) {
        // SAFETY: the caller has checked the index, and any bytes make a vector.
        bytes = line.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: Vector.self)
    }

    @inline(__always)
    private static func all(_ byte: UInt8) -> Vector { Vector(repeating: byte) }

    /// The bytes that equal one.
    @inline(__always)
    func equal(_ byte: UInt8) -> Mask { bytes .== Self.all(byte) }

    /// The letters.
    @inline(__always)
    var letters: Mask { (bytes | Self.all(0x20)) &- Self.all(0x61) .< Self.all(26) }

    /// All but the letters.
    @inline(__always)
    var others: Mask { (bytes | Self.all(0x20)) &- Self.all(0x61) .>= Self.all(26) }

    /// Blanks and control characters.
    @inline(__always)
    var blanks: Mask { bytes .<= Self.all(0x20) }

    /// The bytes that end the tokens of a header.
    @inline(__always)
    var tokenEnds: Mask {
        // `:;<=>`.
        let signs = bytes &- Self.all(0x3A) .< Self.all(5)
        // `()`.
        let rounds = (bytes & Self.all(0xFE)) .== Self.all(0x28)
        // `[]{}|`, and the backslash, which is `|` but for the case bit.
        let brackets = (bytes | Self.all(0x20)) &- Self.all(0x7B) .< Self.all(3)
        return blanks .| signs .| rounds .| (brackets .& (bytes .!= Self.all(0x5C)))
            .| equal(UInt8(ascii: "\"")) .| equal(UInt8(ascii: ","))
    }
}

extension SIMDMask where Storage == SIMD16<Int8> {
    // SAFETY: a mask of sixteen bytes has the size of two words, and any bytes make words.
    @inline(__always)
    private var halves: SIMD2<UInt64> { unsafeBitCast(self, to: SIMD2<UInt64>.self) }

    /// Whether none is set.
    @inline(__always)
    var isEmpty: Bool {
        let halves = halves
        return halves[0] | halves[1] == 0
    }

    /// The position of the first that is set, if any.
    @inline(__always)
    var first: Int? {
        let halves = halves
        let low = UInt64(littleEndian: halves[0])
        if low != 0 { return low.trailingZeroBitCount / 8 }
        let high = UInt64(littleEndian: halves[1])
        return high != 0 ? 8 &+ high.trailingZeroBitCount / 8 : nil
    }

    /// How many are set.
    @inline(__always)
    var count: Int {
        let halves = halves
        let ones: UInt64 = 0x0101_0101_0101_0101
        // One or none from each half in each byte; the product's top byte is the sum of the bytes.
        let sums = (halves[0] & ones) &+ (halves[1] & ones)
        return Int(truncatingIfNeeded: (sums &* ones) >> 56)
    }

    /// One bit for each, the first one's lowest.
    @inline(__always)
    var bits: UInt64 {
        let halves = halves
        return Self.gather(UInt64(littleEndian: halves[0])) | Self.gather(UInt64(littleEndian: halves[1])) << 8
    }

    /// The lowest bits of eight bytes, side by side.
    @inline(__always)
    private static func gather(_ word: UInt64) -> UInt64 {
        ((word & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) >> 56
    }
}

/// Telling letters from other bytes, 64 at once.
enum LetterBlock {
    /// The number of bytes: one bit each in a word.
    static let width = 64
}

extension Span where Element == UInt8 {
    /// One bit for each letter among the 64 bytes from an index on; none at and behind `end`.
    @inline(__always)
    func lettersMask(_ start: Int, before end: Int) -> UInt64 {
        var mask: UInt64 = 0
        var offset = 0
        let count = Swift.min(LetterBlock.width, end &- start)
        while offset &+ ByteBlock.width <= count {
            mask |= ByteBlock(self, at: start &+ offset).letters.bits << UInt64(offset)
            offset &+= ByteBlock.width
        }
        guard offset < count else { return mask }
        let last = count &- ByteBlock.width
        if start &+ last >= 0 {
            // The last block overlaps the one before it, or begins before the first byte.
            let bits = ByteBlock(self, at: start &+ last).letters.bits
            return mask | (last >= 0 ? bits << UInt64(last) : bits >> UInt64(-last))
        }
        while offset < count {
            if ByteKind.isLetter(self[start &+ offset]) { mask |= 1 << UInt64(offset) }
            offset &+= 1
        }
        return mask
    }
}
