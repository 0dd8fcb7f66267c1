// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator, so that a failing test can be run again with its seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension Array where Element == UInt8 {
    /// Cuts the bytes at random places, with a liking for small pieces; a piece may be empty.
    func cut(using random: inout SplitMix64) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = self[...]
        let widest = [1, 3, 17, 1_000].randomElement(using: &random) ?? 1
        while !rest.isEmpty {
            let length = Int.random(in: 0...Swift.min(widest, rest.count), using: &random)
            pieces.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
