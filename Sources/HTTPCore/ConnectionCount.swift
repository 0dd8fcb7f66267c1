// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How many connections of a listener are open, counted across its event loops.
final class ConnectionCount: Sendable {
    private let limit: Int
    private let open = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more, if the limit allows it.
    func enter() -> Bool {
        guard self.open.add(1, ordering: .relaxed).newValue > self.limit else { return true }
        self.leave()
        return false
    }

    /// Counts one less.
    func leave() {
        self.open.subtract(1, ordering: .relaxed)
    }
}
