// SPDX-License-Identifier: Apache-2.0

/// What the hub must know of a client that still reads from history.
struct CatchUp: Sendable {
    /// How many messages without a number may wait for a client to catch up; a client for which there are more is closed.
    static let noticeLimit = 1000

    /// The client has all up to this number.
    var position: UInt64
    /// Messages without a number, each behind the message after which it came.
    private(set) var notices: [(after: UInt64, frames: FrameSegment)] = []
    /// Whether there were too many of them.
    private(set) var isOverrun = false

    /// Whether playback jumped since the client last looked, so that what it was reading is no longer wanted.
    private(set) var hasJumped = false

    init(position: UInt64) {
        self.position = position
    }

    /// Lets go of history: what comes next comes behind `sequence`, and the notices come before it.
    mutating func jump(to sequence: UInt64) {
        position = sequence
        hasJumped = true
        for index in notices.indices { notices[index].after = sequence }
    }

    /// The position that a jump has left the client at, once.
    mutating func takeJump() -> UInt64? {
        guard hasJumped else { return nil }
        hasJumped = false
        return position
    }

    mutating func add(_ notice: FrameSegment, after sequence: UInt64) {
        guard notices.count < Self.noticeLimit else {
            isOverrun = true
            return
        }
        notices.append((sequence, notice))
    }

    /// The number up to which messages come before the next notice.
    var limit: UInt64 { notices.first?.after ?? .max }

    /// The next notice, when all that comes before it was read.
    mutating func dueNotice(at position: UInt64) -> FrameSegment? {
        guard let first = notices.first, first.after <= position else { return nil }
        notices.removeFirst()
        return first.frames
    }
}
