// SPDX-License-Identifier: Apache-2.0

/// Quotients in hundredths, rounded half up, in integers alone: the same figure on every machine.
enum Ratio {
    /// The quotient `value × scale ÷ divisor`, rounded half up; 0 for a divisor of 0, held within `Int64`.
    ///
    /// The product has 128 bits, so that no counter of the engine, however absurd, overflows it.
    static func rounded(_ value: UInt64, times scale: UInt64, by divisor: UInt64) -> Int64 {
        guard divisor > 0 else { return 0 }
        let product = value.multipliedFullWidth(by: scale)
        guard product.high < divisor else { return .max }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        guard quotient < UInt64(Int64.max) else { return .max }
        return Int64(quotient) + (remainder >= divisor - remainder ? 1 : 0)
    }

    /// Bytes in hundredths of a MiB.
    static func mebibytes(_ bytes: UInt64) -> Int64 {
        rounded(bytes, times: 100, by: 1 << 20)
    }

    /// The share of a whole in hundredths of a percent; 0 where there is no whole.
    static func percent(_ part: UInt64, of whole: UInt64) -> Int64 {
        rounded(part, times: 10_000, by: whole)
    }
}
