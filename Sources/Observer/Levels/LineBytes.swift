// SPDX-License-Identifier: Apache-2.0

/// The kinds of bytes that log lines are made of.
enum ByteKind {
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    @inline(__always)
    static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    /// Whether a byte inside or beside a word makes it part of a name, a path or a number: `error.log`, `/error`,
    /// `on_error`.
    @inline(__always)
    static func joins(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "$"),
            UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "+"),
            UInt8(ascii: "~"), UInt8(ascii: "\\"), UInt8(ascii: "?"):
            true
        default:
            byte >= 0x80 || isAlphanumeric(byte)
        }
    }

    /// Whether a byte ends the tokens of a header.
    @inline(__always)
    static func endsToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "\""):
            true
        default:
            false
        }
    }
}

/// Moving about in a line. Each function stops at `end`, and never beyond the span.
extension Span where Element == UInt8 {
    /// The byte at an index, or a blank outside of the range.
    @inline(__always)
    func byte(_ index: Int, before end: Int) -> UInt8 {
        index >= 0 && index < end ? self[index] : 0x20
    }

    /// The end of the run of letters that begins at an index.
    @inline(__always)
    func lettersEnd(_ start: Int, before end: Int) -> Int {
        var index = start
        while index < end, ByteKind.isLetter(self[index]) { index &+= 1 }
        return index
    }

    /// The end of the run of digits that begins at an index.
    @inline(__always)
    func digitsEnd(_ start: Int, before end: Int) -> Int {
        var index = start
        while index < end, ByteKind.isDigit(self[index]) { index &+= 1 }
        return index
    }

    /// The end of the token that begins at an index.
    @inline(__always)
    func tokenEnd(_ start: Int, before end: Int) -> Int {
        var index = start
        while index < end, !ByteKind.endsToken(self[index]) { index &+= 1 }
        return index
    }

    /// The first index from `start` that holds neither a blank nor a tab.
    @inline(__always)
    func blanksEnd(_ start: Int, before end: Int) -> Int {
        var index = start
        while index < end, ByteKind.isBlank(self[index]) { index &+= 1 }
        return index
    }

    /// Whether the bytes from an index on are these.
    @inline(__always)
    func has(_ text: StaticString, at start: Int, before end: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start >= 0, start &+ count <= end else { return false }
        for offset in 0..<count {
            // SAFETY: `offset` is below the static string's number of bytes.
            if self[start &+ offset] != text.utf8Start[offset] { return false }
        }
        return true
    }

    /// The index of the quote that closes a string whose inside begins at `start`, or `nil`; a backslash hides the byte
    /// behind it.
    @inline(__always)
    func closingQuote(_ start: Int, before end: Int) -> Int? {
        var index = start
        while index < end {
            if index &+ 8 <= end {
                let word = word(at: index)
                let mask = ByteMask.matches(word, UInt8(ascii: "\"")) | ByteMask.matches(word, UInt8(ascii: "\\"))
                if mask == 0 {
                    index &+= 8
                    continue
                }
                index &+= mask.trailingZeroBitCount / 8
            }
            let byte = self[index]
            if byte == UInt8(ascii: "\"") { return index }
            index &+= byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Eight bytes as a little-endian integer.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // SAFETY: the load checks that its eight bytes lie within the span, and any bytes make an integer.
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

/// Looking at eight bytes at once.
enum ByteMask {
    /// How many of a word's first bytes are printable ASCII without quote and backslash, as JSON strings hold them.
    @inline(__always)
    static func plainCount(_ word: UInt64) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = (word &- ones &* 0x20) & ~word
        let mask =
            (control | word) & (ones << 7) | matches(word, UInt8(ascii: "\"")) | matches(word, UInt8(ascii: "\\"))
        return mask == 0 ? 8 : mask.trailingZeroBitCount / 8
    }

    /// A mask whose lowest set bit lies in the first byte that equals `byte`; bits above it may be wrong by borrow.
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & (ones << 7)
    }
}

/// Telling letters from other bytes, 64 at once.
enum LetterBlock {
    /// The number of bytes in a block: one bit each in a word.
    static let width = 64

    /// One bit for each of eight bytes that is a letter, the first byte's lowest.
    @inline(__always)
    static func mask(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones << 7
        // Small letters, without the high bit, so that the sums below carry into the high bit but not beyond it.
        let small = (word | ones &* 0x20) & ~highs
        let fromA = small &+ ones &* (0x80 - 0x61)
        let beyondZ = small &+ ones &* (0x80 - 0x7B)
        let letters = fromA & ~beyondZ & ~word & highs
        // Gathers the eight high bits in the top byte.
        return (letters >> 7 &* 0x0102_0408_1020_4080) >> 56
    }
}

extension Span where Element == UInt8 {
    /// One bit for each letter among the 64 bytes from an index on; none at and behind `end`.
    @inline(__always)
    func lettersMask(_ start: Int, before end: Int) -> UInt64 {
        var mask: UInt64 = 0
        var offset = 0
        let count = Swift.min(LetterBlock.width, end &- start)
        while offset &+ 8 <= count {
            mask |= LetterBlock.mask(word(at: start &+ offset)) << UInt64(offset)
            offset &+= 8
        }
        while offset < count {
            if ByteKind.isLetter(self[start &+ offset]) { mask |= 1 << UInt64(offset) }
            offset &+= 1
        }
        return mask
    }
}
