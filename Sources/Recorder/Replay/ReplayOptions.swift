// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// How a recording is played.
public struct ReplayOptions: Sendable {
    /// The pace.
    public var speed = PlaybackSpeed.times(1)
    /// Whether it stands still at first.
    public var startsPaused = false
    /// How many clients must be there before the first message.
    public var awaitedClients = 0
    /// From when on it is played; what was before is folded into the state.
    public var since: Timestamp?
    /// Up to when it is played.
    public var until: Timestamp?
    /// How long a silence in the recording may last before it is passed over.
    public var longestSilence: Duration?
    /// Whether the source ends with the recording.
    public var exits = false

    /// Makes the options of plain playing.
    public init() {}
}
