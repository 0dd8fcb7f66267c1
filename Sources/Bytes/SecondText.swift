// SPDX-License-Identifier: Apache-2.0

/// Writes times of 30 bytes as ``RFC3339/append(_:to:)`` does; the second's part is kept from one to the next.
///
/// Lines come in the order of their times, thousands a second: the calendar is asked once for all of them.
public struct SecondText: Sendable {
    /// How many bytes ``write(_:to:)`` writes.
    public static let length = RFC3339.length
    /// `2026-11-23T10:45:47.` of the time's 30 bytes.
    private static let secondLength = 20
    private var second = Int64.min
    private var text: (UInt64, UInt64, UInt32) = (0, 0, 0)

    /// Makes a writer that knows no second yet.
    public init() {}

    /// Writes a time at the beginning of a place, which must have room for ``length`` bytes.
    @inline(__always)
    public mutating func write(_ time: Timestamp, to place: UnsafeMutableRawPointer) {
        var (second, fraction) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if fraction < 0 {
            second -= 1
            fraction += 1_000_000_000
        }
        if second != self.second { read(time, in: second) }
        // SAFETY: the place has room for 30 bytes, by the contract; all of them are written.
        place.storeBytes(of: text.0, as: UInt64.self)
        place.storeBytes(of: text.1, toByteOffset: 8, as: UInt64.self)
        place.storeBytes(of: text.2, toByteOffset: 16, as: UInt32.self)
        var rest = UInt32(truncatingIfNeeded: fraction)
        var offset = Self.secondLength + 7
        for _ in 0..<4 {
            let pair = rest % 100
            rest /= 100
            // Of a number below 100, this is its tens.
            let tens = (pair &* 103) >> 10
            let digits = UInt16(truncatingIfNeeded: tens | (pair &- tens &* 10) << 8) &+ 0x3030
            place.storeBytes(of: digits.littleEndian, toByteOffset: offset, as: UInt16.self)
            offset -= 2
        }
        place.storeBytes(of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest), toByteOffset: 20, as: UInt8.self)
        place.storeBytes(of: UInt8(ascii: "Z"), toByteOffset: 29, as: UInt8.self)
    }

    @inline(never)
    private mutating func read(_ time: Timestamp, in second: Int64) {
        var bytes: [UInt8] = []
        RFC3339.append(time, to: &bytes)
        bytes.withUnsafeBytes { bytes in
            text.0 = bytes.loadUnaligned(as: UInt64.self)
            text.1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            text.2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        }
        self.second = second
    }
}
