// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import Observer
public import ObserverModel

/// The stage that a pipeline and a hub are: what playback jumps on.
public struct PipelineStage: PlaybackStage {
    private let pipeline: Pipeline
    private let hub: Hub

    /// Makes a stage.
    public init(pipeline: Pipeline, hub: Hub) {
        self.pipeline = pipeline
        self.hub = hub
    }

    /// Forgets the state and takes a snapshot's.
    public func load(_ snapshot: StateSnapshot?) async throws {
        try await pipeline.load(snapshot)
    }

    /// Folds observations into the state.
    public func fold(_ batch: ObservationBatch) async {
        await pipeline.fold(batch)
    }

    /// Tells every stream of a jump.
    public func tellJump(epoch: Int, sequence: UInt64, time: Timestamp) async {
        let message = Self.message("seek", at: time, epoch: epoch, sequence: sequence)
        hub.jump(to: sequence, message: message)
    }

    /// Tells every stream of the end.
    public func tellEnd(sequence: UInt64, time: Timestamp) async {
        hub.broadcast(unsequenced: Self.message("end", at: time, epoch: nil, sequence: sequence))
    }

    /// Returns when every client has everything.
    public func waitUntilDelivered() async {
        await hub.waitUntilDelivered()
    }

    /// Closes every stream.
    public func closeStreams() async {
        hub.finish(code: 1000, reason: "the recording has ended")
    }

    /// How many clients have begun their streams.
    public var clientCount: Int { hub.streamCount }

    private static func message(_ type: StaticString, at time: Timestamp, epoch: Int?, sequence: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(plain: type)
        writer.key("timestamp")
        writer.time(time)
        if let epoch {
            writer.key("epoch")
            writer.integer(epoch)
        }
        writer.key("seq")
        writer.integer(sequence)
        writer.endObject()
        return writer.bytes
    }
}
