// SPDX-License-Identifier: Apache-2.0

public import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Tells the time `t` of observations; never runs backwards.
///
/// Only clocks ask the system for the time.
public protocol ObserverClock: Sendable {
    /// The present.
    func now() -> Timestamp
}

/// The clock of live mode: wall time at the start plus the time that passed since the machine's boot, suspension
/// included, moved forward when the wall clock runs ahead by more than a second; never back.
///
/// A wall clock that is set back, by an administrator or by NTP, does not turn the order of observations around.
public struct LiveClock: ObserverClock {
    /// How far the wall clock may run ahead before this clock follows: more than NTP's slewing makes in an hour
    /// (500 ppm), less than what a person would notice in timestamps.
    public static let tolerance = Duration.seconds(1)

    private let state: Reading

    /// Starts a clock at the present wall time.
    public init() {
        state = Reading(wall: Self.read(CLOCK_REALTIME), boot: Self.read(CLOCK_BOOTTIME))
    }

    /// The present.
    public func now() -> Timestamp {
        state.advance(wall: Self.read(CLOCK_REALTIME), boot: Self.read(CLOCK_BOOTTIME))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
