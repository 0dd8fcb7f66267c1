// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Synchronization

/// What the live clock remembers between two looks at the system's clocks.
final class Reading: Sendable {
    private let state: Mutex<ClockAdjustment>

    init(wall: Int64, boot: Int64) {
        state = Mutex(ClockAdjustment(wall: wall, boot: boot))
    }

    func advance(wall: Int64, boot: Int64) -> Timestamp {
        state.withLock { Timestamp(nanoseconds: $0.advance(wall: wall, boot: boot)) }
    }
}

/// The rule by which the live clock's time follows the system's clocks, without reading any.
struct ClockAdjustment: Sendable {
    /// Wall time minus boot time at the start or at the last move forward.
    private var offset: Int64
    private var last: Int64

    init(wall: Int64, boot: Int64) {
        offset = wall &- boot
        last = wall
    }

    mutating func advance(wall: Int64, boot: Int64) -> Int64 {
        var time = boot &+ offset
        if wall &- time > LiveClock.tolerance.wholeNanoseconds {
            offset = wall &- boot
            time = wall
        }
        last = max(last, time)
        return last
    }
}
