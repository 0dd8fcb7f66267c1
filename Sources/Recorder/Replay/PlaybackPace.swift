// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Which recorded time is due at which moment: recorded time runs at a speed from an anchor on.
///
/// A pure value; moments are monotonic nanoseconds, which are passed in.
struct PlaybackPace: Sendable {
    private(set) var speed: PlaybackSpeed
    private(set) var isPaused: Bool
    private var anchorTime: Timestamp
    private var anchorMoment: Int64

    init(speed: PlaybackSpeed, isPaused: Bool, time: Timestamp, now: Int64) {
        self.speed = speed
        self.isPaused = isPaused
        anchorTime = time
        anchorMoment = now
    }

    /// The recorded time up to which everything is due; without a limit when it plays as fast as it can.
    func due(at now: Int64) -> Timestamp {
        guard !isPaused else { return anchorTime }
        guard case .times(let factor) = speed else { return Timestamp(nanoseconds: .max) }
        let elapsed = Double(now - anchorMoment) * factor
        // A recording lasts 292 years at most.
        guard elapsed < 9e18 else { return Timestamp(nanoseconds: .max) }
        return anchorTime.advanced(byNanoseconds: Int64(elapsed))
    }

    /// The moment at which a recorded time is due; `nil` while it stands still.
    func moment(of time: Timestamp) -> Int64? {
        guard !isPaused else { return nil }
        guard case .times(let factor) = speed else { return anchorMoment }
        let distance = Double(time.nanoseconds &- anchorTime.nanoseconds) / factor
        guard distance < 9e18 else { return .max }
        let (moment, overflow) = anchorMoment.addingReportingOverflow(Int64(max(0, distance)))
        return overflow ? .max : moment
    }

    /// Goes on from a recorded time, now.
    mutating func anchor(_ time: Timestamp, now: Int64) {
        anchorTime = time
        anchorMoment = now
    }

    /// Changes the speed, from a recorded time on.
    mutating func set(_ speed: PlaybackSpeed, at time: Timestamp, now: Int64) {
        self.speed = speed
        anchor(time, now: now)
    }

    /// Stands still or goes on, from a recorded time on.
    mutating func set(isPaused: Bool, at time: Timestamp, now: Int64) {
        self.isPaused = isPaused
        anchor(time, now: now)
    }
}
