// SPDX-License-Identifier: Apache-2.0

/// The XXH64 hash, which zstd's content checksum is the lower half of (RFC 8878, section 3.1.1), fed piece by piece.
public struct XXH64: Sendable {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    private var lanes: (UInt64, UInt64, UInt64, UInt64)
    /// What was fed and does not fill 32 bytes yet.
    private var rest: [UInt8] = []
    private var length: UInt64 = 0
    private let seed: UInt64

    /// Starts a hash.
    public init(seed: UInt64 = 0) {
        self.seed = seed
        lanes = (seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1)
    }

    /// The hash of bytes.
    public static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash = XXH64()
        hash.update(bytes)
        return hash.value
    }

    /// Feeds bytes.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Feeds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var index = 0
        if !rest.isEmpty {
            index = min(32 - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<index])
            guard rest.count == 32 else { return }
            let block = rest
            block.withUnsafeBytes { mix($0, at: 0) }
            rest.removeAll(keepingCapacity: true)
        }
        while index + 32 <= bytes.count {
            mix(bytes, at: index)
            index += 32
        }
        rest.append(contentsOf: bytes[index...])
    }

    /// The hash of what was fed so far.
    public var value: UInt64 {
        var hash: UInt64
        if length >= 32 {
            hash =
                Self.rotate(lanes.0, 1) &+ Self.rotate(lanes.1, 7) &+ Self.rotate(lanes.2, 12)
                &+ Self.rotate(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
            }
        } else {
            hash = seed &+ Self.prime5
        }
        hash &+= length
        var index = 0
        while index + 8 <= rest.count {
            hash = Self.rotate(hash ^ Self.round(0, word(at: index, bytes: 8)), 27) &* Self.prime1 &+ Self.prime4
            index += 8
        }
        if index + 4 <= rest.count {
            hash = Self.rotate(hash ^ word(at: index, bytes: 4) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
            index += 4
        }
        while index < rest.count {
            hash = Self.rotate(hash ^ UInt64(rest[index]) &* Self.prime5, 11) &* Self.prime1
            index += 1
        }
        hash = (hash ^ hash >> 33) &* Self.prime2
        hash = (hash ^ hash >> 29) &* Self.prime3
        return hash ^ hash >> 32
    }

    private func word(at index: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(rest[index + $1]) << UInt64(8 * $1) }
    }

    private mutating func mix(_ bytes: UnsafeRawBufferPointer, at index: Int) {
        // SAFETY: callers have 32 bytes from `index`.
        func lane(_ number: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 8 * number, as: UInt64.self))
        }
        lanes.0 = Self.round(lanes.0, lane(0))
        lanes.1 = Self.round(lanes.1, lane(1))
        lanes.2 = Self.round(lanes.2, lane(2))
        lanes.3 = Self.round(lanes.3, lane(3))
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}
