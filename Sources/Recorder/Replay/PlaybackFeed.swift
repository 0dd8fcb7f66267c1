// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// What comes next in a recording that is played.
public enum FeedItem: Sendable {
    /// Observations, in order.
    case observations(ObservationBatch)
    /// The state is to be taken from here, since observations before it are missing; the time is that of the last one
    /// which it holds.
    case state(StateSnapshot, time: Timestamp)
    /// Something could not be read; what it was is told once.
    case damage(String)
}

/// Where a jump has led to.
public struct FeedPlace: Sendable {
    /// The state to begin with; `nil` for that of the beginning.
    public var snapshot: StateSnapshot?
    /// Whether frames before have a snapshot that this program cannot load, being of another projection version.
    public var passedForeignSnapshots = false
}

/// Reads a recording in order and by time, for a player; not for two tasks at once.
protocol PlaybackFeed: AnyObject {
    /// The times between which the recording lies.
    var range: ClosedRange<Timestamp> { get }
    /// The number of its first observation.
    var firstNumber: UInt64 { get }

    /// Goes to a frame from which the state as of a time can be folded, and reads from there on.
    func seek(to time: Timestamp) throws -> FeedPlace

    /// Reads on; `nil` at the end.
    func next() throws -> FeedItem?
}
