// SPDX-License-Identifier: Apache-2.0

/// Numbers that are taken out of an input's bytes; zeros behind its end.
struct Plan {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var isEmpty: Bool { bytes.isEmpty }

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// A number below a bound.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        if bound <= 256 { return Int(byte()) % bound }
        return (0..<(bound <= 65536 ? 2 : 3)).reduce(0) { number, _ in number << 8 | Int(byte()) } % bound
    }

    /// A number of 64 bits, often one at a border.
    mutating func number() -> UInt64 {
        switch byte() % 8 {
        case 0: 0
        case 1: .max
        case 2: UInt64(UInt32.max)
        case 3: 1 << UInt64(below(64))
        case 4: UInt64(Int64.max) &+ UInt64(byte() % 3) &- 1
        default: (0..<8).reduce(0) { number, _ in number << 8 | UInt64(byte()) }
        }
    }
}
