// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// When to ping a client, and when to give it up.
struct KeepAlive {
    enum Verdict: Equatable {
        case wait
        case ping(UInt32)
        case expired
    }

    private let interval: TimeAmount
    private let timeout: TimeAmount
    /// When the next ping is due, or, behind one, when its answer is.
    private(set) var deadline: NIODeadline
    private var isAwaitingPong = false
    private var pings: UInt32 = 0

    init(interval: TimeAmount, timeout: TimeAmount, now: NIODeadline) {
        self.interval = interval
        self.timeout = timeout
        self.deadline = now + interval
    }

    /// Notes that the client sent something.
    mutating func heard(now: NIODeadline) {
        guard self.isAwaitingPong else { return }
        self.isAwaitingPong = false
        self.deadline = now + self.interval
    }

    /// Says what is due.
    ///
    /// `canHear` says whether a ping would get through and its answer would be read: nothing of ours waits to be sent,
    /// and reading is not paused. Otherwise nothing is held against the client.
    mutating func check(now: NIODeadline, canHear: Bool) -> Verdict {
        guard now >= self.deadline else { return .wait }
        guard canHear else {
            self.deadline = now + (self.isAwaitingPong ? self.timeout : self.interval)
            return .wait
        }
        guard !self.isAwaitingPong else { return .expired }
        self.isAwaitingPong = true
        self.deadline = now + self.timeout
        self.pings &+= 1
        return .ping(self.pings)
    }
}
