// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: each time twice as long, up to a limit.
struct Backoff: Sendable, Hashable {
    /// The first wait.
    let first: Duration
    /// The longest wait.
    let limit: Duration
    private var current: Duration

    init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
        current = first
    }

    /// The wait before the next attempt.
    mutating func next() -> Duration {
        defer { current = min(current * 2, limit) }
        return current
    }

    /// Begins again with the first wait, after a success.
    mutating func reset() {
        current = first
    }
}
