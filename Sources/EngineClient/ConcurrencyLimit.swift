// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets a number of tasks in at once, the others in the order in which they came.
final class ConcurrencyLimit: Sendable {
    private struct State {
        var free: Int
        var nextTicket: UInt64 = 0
        /// The lowest ticket that may still wait.
        var nextServed: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        /// Tickets cancelled before their tasks began to wait.
        var cancelled: Set<UInt64> = []

        mutating func popWaiter() -> CheckedContinuation<Bool, Never>? {
            while nextServed < nextTicket {
                defer { nextServed += 1 }
                if let waiter = waiters.removeValue(forKey: nextServed) { return waiter }
            }
            return nil
        }
    }

    private let state: Mutex<State>

    /// Creates a limit.
    init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// Waits for a place.
    ///
    /// - Returns: Whether there is one; else the task was cancelled. A place must be left by ``leave()``.
    func enter() async -> Bool {
        let isFree = state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        return isFree ? true : await wait()
    }

    /// Leaves a place to the next task.
    func leave() {
        let waiter = state.withLock { state in
            let waiter = state.popWaiter()
            if waiter == nil { state.free += 1 }
            return waiter
        }
        waiter?.resume(returning: true)
    }

    private func wait() async -> Bool {
        let ticket = state.withLock { state in
            defer { state.nextTicket += 1 }
            return state.nextTicket
        }
        defer { state.withLock { _ = $0.cancelled.remove(ticket) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome: Bool? = state.withLock { state in
                    if state.cancelled.contains(ticket) { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    // A later task may have been served while this one was on its way here.
                    state.nextServed = min(state.nextServed, ticket)
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: ticket)
                if waiter == nil { state.cancelled.insert(ticket) }
                return waiter
            }
            waiter?.resume(returning: false)
        }
    }
}
