// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The containers by id, those that are gone up to a number of them.
struct ContainerTable: Sendable {
    /// How many containers that are gone are kept: law 9; a thousand are some hours of a busy build machine.
    static let maximumGone = 1_000

    /// How many containers that are not gone are known at once: far above what one engine runs, so that only a
    /// damaged or hostile recording meets it.
    static let maximumPresent = 65_536

    private let maximum: Int
    /// In no order that means anything: nothing may be written in it.
    private(set) var entries: [ContainerEntry] = []
    private var slots: [ContainerID: Int] = [:]
    /// Those that are gone, the longest ago first, from `goneStart` on.
    private var gone: [ContainerID] = []
    private var goneStart = 0

    init(maximumPresent: Int = Self.maximumPresent) {
        maximum = maximumPresent
    }

    /// How many are gone.
    var goneCount: Int { gone.count - goneStart }

    /// The place of a container among the entries, until one is added or forgotten.
    func slot(of id: ContainerID) -> Int? { slots[id] }

    subscript(id: ContainerID) -> ContainerEntry? { slots[id].map { entries[$0] } }

    /// Changes a container's entry in place, if there is one.
    mutating func update<Result>(_ id: ContainerID, _ body: (inout ContainerEntry) -> Result) -> Result? {
        guard let slot = slots[id] else { return nil }
        return body(&entries[slot])
    }

    /// Adds a container that is not known, if there is room.
    mutating func add(_ entry: ContainerEntry) {
        guard entries.count - goneCount < maximum, slots[entry.id] == nil else { return }
        slots[entry.id] = entries.count
        entries.append(entry)
        if entry.gone != nil { keepGone(entry.id) }
    }

    /// Marks a container as gone and forgets the one that is gone the longest, if there are too many.
    mutating func remove(_ id: ContainerID, number: UInt64) {
        guard let slot = slots[id], entries[slot].gone == nil else { return }
        entries[slot].gone = number
        keepGone(id)
    }

    /// Takes a container that was thought to be gone for present again.
    mutating func revive(_ id: ContainerID) {
        guard let slot = slots[id], entries[slot].gone != nil else { return }
        entries[slot].gone = nil
        gone.removeSubrange(..<goneStart)
        goneStart = 0
        gone.removeAll { $0 == id }
    }

    private mutating func keepGone(_ id: ContainerID) {
        gone.append(id)
        guard goneCount > Self.maximumGone else { return }
        forget(gone[goneStart])
        goneStart += 1
        // Half of the array is used up: moving the rest costs one step a removal.
        if goneStart * 2 > gone.count {
            gone.removeSubrange(..<goneStart)
            goneStart = 0
        }
    }

    private mutating func forget(_ id: ContainerID) {
        guard let slot = slots.removeValue(forKey: id), let last = entries.popLast(), last.id != id else { return }
        entries[slot] = last
        slots[last.id] = slot
    }
}
