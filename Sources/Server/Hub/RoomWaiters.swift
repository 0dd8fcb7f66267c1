// SPDX-License-Identifier: Apache-2.0

/// Those who wait until clients have taken enough: the pipeline of a source that can wait, or a step of playback.
struct RoomWaiters: Sendable {
    enum Goal: Sendable {
        /// What is held for the slowest client is within the bound.
        case room
        /// Every client was handed everything.
        case delivered
    }

    /// What lets one that waits go on; it is called outside of the lock.
    typealias Resume = @Sendable () -> Void

    private var waiting: [Int: (goal: Goal, resume: Resume)] = [:]
    /// Those that were cancelled before they began to wait.
    private var cancelled: Set<Int> = []
    private var lastID = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func makeID() -> Int {
        lastID += 1
        return lastID
    }

    /// Adds one that waits; `false` when it was cancelled already.
    mutating func add(_ id: Int, _ goal: Goal, _ resume: @escaping Resume) -> Bool {
        guard cancelled.remove(id) == nil else { return false }
        waiting[id] = (goal, resume)
        return true
    }

    mutating func cancel(_ id: Int) -> Resume? {
        guard let waiter = waiting.removeValue(forKey: id) else {
            cancelled.insert(id)
            return nil
        }
        return waiter.resume
    }

    /// Forgets one that is over.
    mutating func finish(_ id: Int) {
        cancelled.remove(id)
    }

    /// Takes out those whose goal is reached.
    mutating func take(where isReached: (Goal) -> Bool) -> [Resume] {
        guard !waiting.isEmpty else { return [] }
        let ready = waiting.filter { isReached($0.value.goal) }
        for id in ready.keys { waiting[id] = nil }
        return ready.values.map(\.resume)
    }
}
