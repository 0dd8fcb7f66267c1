// SPDX-License-Identifier: Apache-2.0

/// Finding well-formed UTF-8 in bytes that may hold anything (RFC 3629).
public enum UTF8Scan {
    /// The length of the well-formed character that begins at `index`, or 0 when none does.
    ///
    /// Overlong forms, surrogates and code points above U+10FFFF are not well formed.
    @inlinable
    public static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let lead = bytes[index]
        let left = bytes.count - index
        switch lead {
        case 0x00...0x7F:
            return 1
        case 0xC2...0xDF:
            return left >= 2 && isContinuation(bytes[index + 1]) ? 2 : 0
        case 0xE0...0xEF:
            guard left >= 3, isContinuation(bytes[index + 2]) else { return 0 }
            let lower: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
            let upper: UInt8 = lead == 0xED ? 0x9F : 0xBF
            return (lower...upper).contains(bytes[index + 1]) ? 3 : 0
        case 0xF0...0xF4:
            guard left >= 4, isContinuation(bytes[index + 2]), isContinuation(bytes[index + 3]) else { return 0 }
            let lower: UInt8 = lead == 0xF0 ? 0x90 : 0x80
            let upper: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
            return (lower...upper).contains(bytes[index + 1]) ? 4 : 0
        default:
            return 0
        }
    }

    /// Whether all of the bytes are well-formed UTF-8.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        // SAFETY: the pointer does not leave the closure, and every read is checked against its count.
        bytes.withUnsafeBufferPointer { pointer in
            var index = 0
            while index < pointer.count {
                let length = characterLength(pointer, at: index)
                guard length > 0 else { return false }
                index += length
            }
            return true
        }
    }

    @inlinable
    static func isContinuation(_ byte: UInt8) -> Bool {
        byte & 0xC0 == 0x80
    }
}
