// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// Finds a tag's place in a list of tags, by identity: what a message costs most on its way into a table otherwise.
///
/// A few tags are compared one by one; more are found by a table of pointers with open addressing, since a dictionary's
/// hash takes longer than all else that is done with a message.
struct TagIndex: Sendable {
    /// Up to so many tags comparing is as fast, and the table is not made.
    private static let listLimit = 8

    // Places by pointer; a pointer of 0 is a free slot. The list of tags keeps the tags alive.
    private var slots: [(pointer: UInt, place: UInt32)] = []

    /// A tag's place, which is the list's end for one that is new to it.
    mutating func place(of tag: ContainerTag, in tags: inout [ContainerTag]) -> UInt32 {
        if slots.isEmpty {
            for place in tags.indices where tags[place] === tag { return UInt32(place) }
            tags.append(tag)
            if tags.count > Self.listLimit { grow(tags) }
            return UInt32(tags.count - 1)
        }
        let slot = slot(of: tag)
        guard slots[slot].pointer == 0 else { return slots[slot].place }
        let place = UInt32(tags.count)
        tags.append(tag)
        slots[slot] = (Self.pointer(tag), place)
        if tags.count * 2 > slots.count { grow(tags) }
        return place
    }

    private static func pointer(_ tag: ContainerTag) -> UInt {
        UInt(bitPattern: Unmanaged.passUnretained(tag).toOpaque())
    }

    /// The slot that holds a tag, or the free one where it belongs.
    private func slot(of tag: ContainerTag) -> Int {
        let pointer = Self.pointer(tag)
        let mask = slots.count - 1
        // Fibonacci hashing: the high bits of the product are well mixed, the low bits of pointers are all alike.
        var slot = Int(truncatingIfNeeded: (UInt64(pointer) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while slots[slot].pointer != 0, slots[slot].pointer != pointer { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow(_ tags: [ContainerTag]) {
        slots = Array(repeating: (0, 0), count: max(32, slots.count * 4))
        for (place, tag) in tags.enumerated() { slots[slot(of: tag)] = (Self.pointer(tag), UInt32(place)) }
    }
}
