// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import Synchronization

/// A bounded queue with one reader, who waits; writers never do.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var queue: Deque<Element> = []
        var waiter: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Puts an element behind the others.
    ///
    /// - Returns: Whether there was room; `false` also when the mailbox is closed.
    @discardableResult
    func put(_ element: Element) -> Bool {
        let (accepted, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed, state.queue.count < capacity else { return (false, nil) }
            state.queue.append(element)
            return (true, state.waiter.take())
        }
        waiter?.resume()
        return accepted
    }

    /// Lets the reader end after what is there.
    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Takes the first element, waiting for one; nil when the mailbox is closed and empty, or the task is cancelled.
    func next() async -> Element? {
        while true {
            if Task.isCancelled { return nil }
            let (element, isClosed) = state.withLock { ($0.queue.popFirst(), $0.isClosed) }
            if let element { return element }
            if isClosed { return nil }
            await wait()
        }
    }

    /// Whether an element that is waiting satisfies a condition.
    func contains(where condition: (Element) -> Bool) -> Bool {
        state.withLock { $0.queue.contains(where: condition) }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard state.queue.isEmpty, !state.isClosed, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
