// SPDX-License-Identifier: Apache-2.0

/// Somebody who takes every observation as the pipeline numbered it, a recorder say.
public protocol ObservationSink: Sendable {
    /// Takes a batch whose observations have number and time.
    ///
    /// It is called in order, from the pipeline, and must not block: a sink that writes to a disk has a bounded queue
    /// of its own, and says by a gap what it had to drop.
    ///
    /// - Parameters:
    ///   - batch: The observations, numbers rising.
    ///   - snapshot: Makes the projector's state as of the batch's last observation, when the sink wants it.
    func take(_ batch: ObservationBatch, snapshot: () -> StateSnapshot)
}

/// The projector's state at an observation, as JSON: what a recording holds so that a reader can begin there.
public struct StateSnapshot: Sendable, Hashable {
    /// The number of the last observation that was folded in.
    public var number: UInt64
    /// The projection version of the projector that made it.
    public var projection: Int
    /// The state's JSON, without history; the same bytes for the same observations.
    public var json: [UInt8]

    /// Makes a snapshot.
    public init(number: UInt64, projection: Int, json: [UInt8]) {
        self.number = number
        self.projection = projection
        self.json = json
    }
}
