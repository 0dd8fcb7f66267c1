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
    private(set) var entries: [ContainerID: ContainerEntry] = [:]
    /// Those that are gone, the longest ago first, from `goneStart` on.
    private var gone: [ContainerID] = []
    private var goneStart = 0

    init(maximumPresent: Int = Self.maximumPresent) {
        maximum = maximumPresent
    }

    /// How many are gone.
    var goneCount: Int { gone.count - goneStart }

    subscript(id: ContainerID) -> ContainerEntry? { entries[id] }

    /// Changes a container's entry in place, if there is one.
    mutating func update<Result>(_ id: ContainerID, _ body: (inout ContainerEntry) -> Result) -> Result? {
        guard let index = entries.index(forKey: id) else { return nil }
        return body(&entries.values[index])
    }

    /// Adds a container that is not known, if there is room.
    mutating func add(_ entry: ContainerEntry) {
        guard entries.count - goneCount < maximum else { return }
        entries[entry.id] = entry
        if entry.gone != nil { keepGone(entry.id) }
    }

    /// Marks a container as gone and forgets the one that is gone the longest, if there are too many.
    mutating func remove(_ id: ContainerID, number: UInt64) {
        guard let index = entries.index(forKey: id), entries.values[index].gone == nil else { return }
        entries.values[index].gone = number
        keepGone(id)
    }

    /// Takes a container that was thought to be gone for present again.
    mutating func revive(_ id: ContainerID) {
        guard let index = entries.index(forKey: id), entries.values[index].gone != nil else { return }
        entries.values[index].gone = nil
        gone.removeSubrange(..<goneStart)
        goneStart = 0
        gone.removeAll { $0 == id }
    }

    private mutating func keepGone(_ id: ContainerID) {
        gone.append(id)
        guard goneCount > Self.maximumGone else { return }
        entries[gone[goneStart]] = nil
        goneStart += 1
        // Half of the array is used up: moving the rest costs one step a removal.
        if goneStart * 2 > gone.count {
            gone.removeSubrange(..<goneStart)
            goneStart = 0
        }
    }
}
