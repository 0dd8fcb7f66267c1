// SPDX-License-Identifier: Apache-2.0

/// Decimal digits of integers.
public enum Decimal {
    /// Appends an integer's digits.
    @inlinable
    public static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(value.magnitude, to: &bytes)
    }

    /// Appends an integer's digits.
    @inlinable
    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        guard value >= 10 else {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
            return
        }
        // 20 digits is the longest `UInt64`.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var value = value
            var start = 20
            while value > 0 {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
                value /= 10
            }
            // SAFETY: the bytes from `start` to the capacity were written just now.
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Appends a number given in hundredths: 125 as `1.25`, 1250 as `12.5`, 25600 as `256.0`.
    public static func append(hundredths value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        append(magnitude / 100, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        let rest = UInt8(truncatingIfNeeded: magnitude % 100)
        bytes.append(UInt8(ascii: "0") + rest / 10)
        if rest % 10 != 0 { bytes.append(UInt8(ascii: "0") + rest % 10) }
    }

    /// Reads an integer without a sign that fills all of the bytes.
    ///
    /// - Returns: `nil` when there is no digit, something else than digits, or more than `UInt64` holds.
    public static func parse(_ text: Span<UInt8>) -> UInt64? {
        guard text.count > 0 else { return nil }
        var value: UInt64 = 0
        for index in 0..<text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
