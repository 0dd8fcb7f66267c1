// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648 §4): how bytes that are not UTF-8 stand in JSON.
public enum Base64 {
    private static var alphabet: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }

    /// Appends the text of bytes.
    public static func append(_ data: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let letters = alphabet.utf8Start
        var index = 0
        bytes.reserveCapacity(bytes.count + (data.count + 2) / 3 * 4)
        while index < data.count {
            let count = min(3, data.count - index)
            var word = UInt32(data[index]) << 16
            if count > 1 { word |= UInt32(data[index + 1]) << 8 }
            if count > 2 { word |= UInt32(data[index + 2]) }
            // SAFETY: six bits index the alphabet's 64 letters.
            bytes.append(letters[Int(word >> 18)])
            bytes.append(letters[Int(word >> 12 & 63)])
            bytes.append(count > 1 ? letters[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            bytes.append(count > 2 ? letters[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }

    /// Reads text; `nil` unless it is what ``append(_:to:)`` writes.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var index = text.startIndex
        while index < text.endIndex {
            let isLast = index + 4 == text.endIndex
            let padding = isLast ? text[(index + 2)...].count { $0 == UInt8(ascii: "=") } : 0
            guard padding < 2 || text[index + 2] == UInt8(ascii: "=") else { return nil }
            var word: UInt32 = 0
            for offset in 0..<(4 - padding) {
                guard let value = value(of: text[index + offset]) else { return nil }
                word |= value << UInt32(18 - 6 * offset)
            }
            // The bits that are not used must be zero, so that each text stands for one sequence of bytes.
            guard padding == 0 || word & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
            bytes.append(UInt8(word >> 16))
            if padding < 2 { bytes.append(UInt8(word >> 8 & 0xFF)) }
            if padding < 1 { bytes.append(UInt8(word & 0xFF)) }
            index += 4
        }
        return bytes
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
