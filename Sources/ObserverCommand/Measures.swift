// SPDX-License-Identifier: Apache-2.0

/// Sizes and time spans as people write them.
enum Measures {
    private static let sizeUnits: [(String, Int)] = [
        ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10), ("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10),
        ("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10), ("b", 1),
    ]

    /// Reads a size such as `64MiB` or `256k`, in powers of 1024 as Compose reads them; `nil` for anything else.
    static func bytes(_ text: String) -> Int? {
        let lowered = text.lowercased()
        for (unit, factor) in sizeUnits where lowered.hasSuffix(unit) {
            guard let number = Int(lowered.dropLast(unit.count)), number >= 0 else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }

    /// Reads a time span such as `500ms`, `5s`, `10m` or `1h`; `0` needs no unit; `nil` for anything else.
    static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Int64(text.dropLast(unit.count)), number >= 0 else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : .milliseconds(product)
        }
        return nil
    }
}
