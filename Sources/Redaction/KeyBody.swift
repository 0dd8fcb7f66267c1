// SPDX-License-Identifier: Apache-2.0

/// A line of the base64 of a private key in PEM, which has 64 characters (RFC 7468 §2) or the 70 of OpenSSH's.
enum KeyBody {
    /// Whether a line is one: of the right length, with large and small letters and digits, and nothing else.
    static func isOne(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 64 || text.count == 70 else { return false }
        var (hasSmall, hasLarge, hasDigit) = (false, false, false)
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): hasSmall = true
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): hasLarge = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): continue
            default: return false
            }
        }
        return hasSmall && hasLarge && hasDigit
    }
}
