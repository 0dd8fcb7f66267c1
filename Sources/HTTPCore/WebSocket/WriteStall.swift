// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Finds peers that take no byte although some wait for them.
struct WriteStall {
    /// Looks per timeout: a byte taken between two looks counts as taken at the second, so this bounds the error.
    private static let looks: Int64 = 10

    private let timeout: TimeAmount
    private var taken: UInt64 = 0
    private var since: NIODeadline?
    /// When to look again; `nil` while nothing waits to be sent.
    private(set) var deadline: NIODeadline?

    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    /// Notes how things stand, and says whether the peer took no byte for the timeout.
    ///
    /// `unsent` are the bytes that wait, `taken` all that the peer ever took; anything that grows with them will do.
    mutating func observe(unsent: Int, taken: UInt64, now: NIODeadline) -> Bool {
        guard unsent > 0 else {
            (self.since, self.deadline) = (nil, nil)
            return false
        }
        guard let since = self.since, taken == self.taken else {
            self.since = now
            self.taken = taken
            self.deadline = now + self.step
            return false
        }
        self.deadline = now + self.step
        return now - since >= self.timeout
    }

    private var step: TimeAmount { .nanoseconds(max(1_000_000, self.timeout.nanoseconds / Self.looks)) }
}
