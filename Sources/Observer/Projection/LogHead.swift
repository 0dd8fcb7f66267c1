// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The beginning of a log line's message, up to its timestamp, written into memory that is there already.
struct LogHead: ~Copyable {
    /// Room for the longest: the texts have 34 bytes, a number 20, a time 30.
    static let capacity = 96

    private let room: UnsafeMutableRawBufferPointer
    /// How many bytes were written.
    private(set) var count = 0

    // SAFETY: the room has ``capacity`` bytes and outlives the head; what is written stays within it, as above.
    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(
            from: UnsafeRawBufferPointer(start: text.utf8Start, count: length)
        )
        count &+= length
    }

    @inline(__always)
    mutating func append(_ number: UInt64) {
        var digits = 1
        var limit: UInt64 = 10
        while number >= limit {
            digits &+= 1
            // 20 digits is the longest, and its limit does not fit.
            guard digits < 20 else { break }
            limit &*= 10
        }
        var value = number
        var index = count &+ digits
        while index > count {
            index &-= 1
            room[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
        count &+= digits
    }

    @inline(__always)
    mutating func append(_ time: Timestamp, _ second: inout SecondText) {
        guard let base = room.baseAddress, count &+ SecondText.length <= room.count else { return }
        second.write(time, to: base + count)
        count &+= SecondText.length
    }
}
