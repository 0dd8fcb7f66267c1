// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Where a source that can seek plays: the pipeline's state and the clients' streams, as far as a jump concerns them.
public protocol PlaybackStage: Sendable {
    /// Forgets the state and takes a snapshot's, or that of the beginning; what is folded or emitted next comes behind.
    ///
    /// - Throws: What is wrong with the snapshot, one of another projection version say; the state is then that of the
    ///   beginning.
    func load(_ snapshot: StateSnapshot?) async throws

    /// Folds observations into the state without making messages of them.
    func fold(_ batch: ObservationBatch) async

    /// Tells every stream that playback has jumped behind an observation; history is forgotten.
    func tellJump(epoch: Int, sequence: UInt64, time: Timestamp) async

    /// Tells every stream that playback has come to its end.
    func tellEnd(sequence: UInt64, time: Timestamp) async

    /// Returns when every client was handed everything that was emitted.
    func waitUntilDelivered() async

    /// Closes every stream with 1000 once its client has everything.
    func closeStreams() async

    /// How many clients have begun their streams.
    var clientCount: Int { get }
}
