// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Decides when an event loop looks for frames: at once when it was idle, else a moment after it last did, so that what
/// comes meanwhile goes out in one write a client.
struct WakePacer: Sendable {
    enum Action: Sendable, Hashable {
        case none
        case now
        case at(NIODeadline)
    }

    /// The moment: a latency that nobody notices, at which a hundred clients cost a tenth of a core at most.
    static let interval = TimeAmount.milliseconds(1)

    /// A full segment gains nothing by waiting.
    static let urgentBytes = FrameSegment.fullBytes

    private var isWoken = false
    private var isDelayed = false
    private var lastPass: NIODeadline?
    private var pendingBytes = 0

    /// Notes that frames were appended.
    mutating func signal(bytes: Int, now: NIODeadline) -> Action {
        pendingBytes += bytes
        guard !isWoken else { return .none }
        let due = lastPass.map { $0 + Self.interval } ?? now
        if due <= now || pendingBytes >= Self.urgentBytes {
            isWoken = true
            return .now
        }
        guard !isDelayed else { return .none }
        isDelayed = true
        return .at(due)
    }

    /// Notes that the loop looks; `false` when another wake-up has come before a delayed one.
    mutating func begin(isDelayed wasDelayed: Bool, now: NIODeadline) -> Bool {
        if wasDelayed {
            guard isDelayed else { return false }
            isDelayed = false
        } else {
            isWoken = false
        }
        guard !wasDelayed || pendingBytes > 0 else { return false }
        lastPass = now
        pendingBytes = 0
        return true
    }
}
