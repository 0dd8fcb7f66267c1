// SPDX-License-Identifier: Apache-2.0

/// Checks UTF-8 that comes in pieces, and fails at the first byte that no continuation can mend (RFC 3629 §4).
struct UTF8Validator: Equatable {
    /// Continuation bytes that the character begun still needs: 0 to 3.
    private var owed: UInt8 = 0
    /// The range of the next continuation byte: narrower than 80–BF only behind E0, ED, F0 and F4, which is what keeps
    /// overlong forms, surrogates and what is above U+10FFFF out.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether what was consumed ends where a character ends.
    var isAtBoundary: Bool { self.owed == 0 }

    /// Takes the next bytes, and says whether all so far can be the beginning of valid UTF-8.
    mutating func consume(_ bytes: borrowing RawSpan) -> Bool {
        var index = 0
        while index < bytes.byteCount {
            if self.owed == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.byteCount else { return true }
            }
            guard self.consume(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) else { return false }
            index += 1
        }
        return true
    }

    /// Text is mostly ASCII: eight bytes at a time.
    private static func skipASCII(_ bytes: borrowing RawSpan, from start: Int) -> Int {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= bytes.byteCount {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & highBits == 0 else { break }
            index += 8
        }
        while index < bytes.byteCount, bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) < 0x80 {
            index += 1
        }
        return index
    }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard self.owed > 0 else { return self.begin(byte) }
        guard self.lowest <= byte, byte <= self.highest else { return false }
        (self.lowest, self.highest) = (0x80, 0xBF)
        self.owed -= 1
        return true
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: self.owed = 1
        case 0xE0: (self.owed, self.lowest) = (2, 0xA0)
        case 0xED: (self.owed, self.highest) = (2, 0x9F)
        case 0xE1...0xEF: self.owed = 2
        case 0xF0: (self.owed, self.lowest) = (3, 0x90)
        case 0xF4: (self.owed, self.highest) = (3, 0x8F)
        case 0xF1...0xF3: self.owed = 3
        default: return false
        }
        return true
    }
}
