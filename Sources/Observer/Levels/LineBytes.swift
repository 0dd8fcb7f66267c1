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
        firstIndex(start, before: end, { $0.others }, { !ByteKind.isLetter($0) })
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
        firstIndex(start, before: end, { $0.tokenEnds }, ByteKind.endsToken)
    }

    /// The end of the token that begins at an index and goes on behind each colon that a digit follows: `10:45:47,`.
    ///
    /// `hasColon` is set when there is such a colon.
    @inline(__always)
    func stampEnd(_ start: Int, before end: Int, hasColon: inout Bool) -> Int {
        guard start >= 0, start < end else { return start }
        var index = start
        while index &+ ByteBlock.width <= count {
            // SAFETY: the index is not negative, and the loop's condition leaves room for a block.
            var ends = ByteBlock(self, unchecked: index).tokenEnds.bits
            while ends != 0 {
                let candidate = index &+ ends.trailingZeroBitCount
                guard candidate < end else { return end }
                guard isInnerColon(candidate, before: end) else { return candidate }
                hasColon = true
                ends &= ends &- 1
            }
            index &+= ByteBlock.width
            if index >= end { return end }
        }
        while index < end {
            if ByteKind.endsToken(self[index]) {
                guard isInnerColon(index, before: end) else { return index }
                hasColon = true
            }
            index &+= 1
        }
        return end
    }

    @inline(__always)
    private func isInnerColon(_ index: Int, before end: Int) -> Bool {
        self[index] == UInt8(ascii: ":") && ByteKind.isDigit(byte(index &+ 1, before: end))
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
            index = firstIndex(
                index,
                before: end,
                { $0.equal(UInt8(ascii: "\"")) .| $0.equal(UInt8(ascii: "\\")) },
                { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
            )
            guard index < end else { return nil }
            if self[index] == UInt8(ascii: "\"") { return index }
            index &+= 2
        }
        return nil
    }

    /// How many bytes of a range equal one.
    @inline(__always)
    func count(of byte: UInt8, from start: Int, before end: Int) -> Int {
        var found = 0
        var index = start
        while index &+ ByteBlock.width <= end {
            found &+= ByteBlock(self, at: index).equal(byte).count
            index &+= ByteBlock.width
        }
        while index < end {
            if self[index] == byte { found &+= 1 }
            index &+= 1
        }
        return found
    }

    /// The first index from `start` whose byte is of a kind, or `end`; `start` where that lies behind.
    ///
    /// `isKind` tells the bytes of the kind in a block, `isByte` a single one, for where the span has no block left.
    @inline(__always)
    func firstIndex(
        _ start: Int,
        before end: Int,
        _ isKind: (ByteBlock) -> ByteBlock.Mask,
        _ isByte: (UInt8) -> Bool
    ) -> Int {
        guard start >= 0, start < end else { return start }
        var index = start
        while index &+ ByteBlock.width <= count {
            // SAFETY: the index is not negative, and the loop's condition leaves room for a block.
            if let offset = isKind(ByteBlock(self, unchecked: index)).first { return Swift.min(index &+ offset, end) }
            index &+= ByteBlock.width
            if index >= end { return end }
        }
        while index < end, !isByte(self[index]) { index &+= 1 }
        return index
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
