// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// How a recording's times are moved while it is read, those of its snapshots too.
public struct PlaybackShift: Sendable {
    /// How far, and in which parts of an observation.
    public let times: TimeShift
    /// Moves the times of a state, which the projector alone knows.
    public let state: @Sendable (StateSnapshot) -> StateSnapshot

    /// Makes a shift.
    public init(times: TimeShift, state: @escaping @Sendable (StateSnapshot) -> StateSnapshot) {
        self.times = times
        self.state = state
    }
}
