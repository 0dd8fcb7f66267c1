// SPDX-License-Identifier: Apache-2.0

/// Those who wait until clients have taken enough: the pipeline of a source that can wait, or a step of playback.
struct RoomWaiters: Sendable {
    enum Goal: Sendable {
        /// What is held for the slowest client is within the bound.
        case room
        /// Every client was handed everything.
        case delivered
    }

    private var waiting: [Int: (goal: Goal, continuation: CheckedContinuation<Void, Never>)] = [:]
    /// Those that were cancelled before they began to wait.
    private var cancelled: Set<Int> = []
    private var lastID = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func makeID() -> Int {
        lastID += 1
        return lastID
    }

    /// Adds one that waits; `false` when it was cancelled already.
    mutating func add(_ id: Int, _ goal: Goal, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard cancelled.remove(id) == nil else { return false }
        waiting[id] = (goal, continuation)
        return true
    }

    mutating func cancel(_ id: Int) -> CheckedContinuation<Void, Never>? {
        guard let waiter = waiting.removeValue(forKey: id) else {
            cancelled.insert(id)
            return nil
        }
        return waiter.continuation
    }

    /// Forgets one that is over.
    mutating func finish(_ id: Int) {
        cancelled.remove(id)
    }

    /// Takes out those whose goal is reached.
    mutating func take(where isReached: (Goal) -> Bool) -> [CheckedContinuation<Void, Never>] {
        guard !waiting.isEmpty else { return [] }
        let ready = waiting.filter { isReached($0.value.goal) }
        for id in ready.keys { waiting[id] = nil }
        return ready.values.map(\.continuation)
    }
}
