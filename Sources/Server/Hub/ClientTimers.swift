// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// When a client was last sent something and when it last took something.
struct ClientTimers: Sendable {
    enum Due: Sendable, Hashable {
        case nothing
        case heartbeat
        /// It takes nothing, and a source waits for it.
        case stalled
    }

    /// How often a client with unsent bytes is looked at.
    private static let look = TimeAmount.seconds(1)

    private let silence: TimeAmount
    private var lastSent: NIODeadline
    private var written: UInt64 = 0
    private var taken: UInt64 = 0
    private var takenAt: NIODeadline

    init(silence: TimeAmount, now: NIODeadline) {
        self.silence = silence
        lastSent = now
        takenAt = now
    }

    /// Notes how much waits to be sent.
    mutating func observe(unsent: Int, now: NIODeadline) {
        let taken = written &- UInt64(max(0, unsent))
        guard taken != self.taken || unsent == 0 else { return }
        self.taken = taken
        takenAt = now
    }

    /// Notes that bytes were written; ``observe(unsent:now:)`` comes before.
    mutating func wrote(_ bytes: Int, now: NIODeadline) {
        written &+= UInt64(bytes)
        lastSent = now
    }

    /// What is due, and when to look again.
    mutating func check(unsent: Int, isIdle: Bool, isAwaited: Bool, now: NIODeadline) -> (Due, next: NIODeadline) {
        observe(unsent: unsent, now: now)
        guard unsent == 0 else {
            let isStalled = isAwaited && now - takenAt >= .nanoseconds(HubConfiguration.stallNanoseconds)
            return (isStalled ? .stalled : .nothing, now + Self.look)
        }
        guard isIdle else { return (.nothing, now + Self.look) }
        let due = lastSent + silence
        return due <= now ? (.heartbeat, now + silence) : (.nothing, due)
    }
}
