// SPDX-License-Identifier: Apache-2.0

/// Hexadecimal digits.
public enum Hex {
    /// The value of a hexadecimal digit in either case, or `nil` for any other byte.
    @inlinable
    public static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Appends a word's sixteen hexadecimal digits in lower case, the highest first.
    public static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        var shift = 60
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
