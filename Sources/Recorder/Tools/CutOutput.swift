// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// The recording that a cut writes: lines in, and a file that appears when it is whole.
struct CutOutput {
    /// How many frames a result may have: what is remembered of each has some hundred bytes, and 65,536 of them hold
    /// 64 GiB of lines.
    private static let frameLimit = FramePolicy.frameLimit

    private var encoder: FrameEncoder
    private var builder = ChunkBuilder()
    private var buffer: [UInt8] = []
    private let target: NewFile
    private(set) var snapshotCount = 0

    /// Begins the recording with its header.
    init(_ target: NewFile, header: RecordingHeader) throws(RecordingError) {
        self.target = target
        do throws(ZstdError) {
            encoder = try FrameEncoder(header: header, now: 0, into: &buffer)
        } catch { throw Self.failed(error) }
    }

    /// The size of the file so far.
    var size: UInt64 { encoder.size }

    /// Whether a snapshot is due behind the last line.
    var isSnapshotDue: Bool { builder.isSnapshotDue }

    mutating func append(_ observation: Observation) throws(RecordingError) {
        builder.append(observation)
        try flush(isForced: false)
    }

    mutating func append(unknown line: ArraySlice<UInt8>) throws(RecordingError) {
        builder.append(unknown: line)
        try flush(isForced: false)
    }

    mutating func append(_ snapshot: StateSnapshot, time: Timestamp) throws(RecordingError) {
        try flush(isForced: true)
        _ = builder.append(snapshot, time: time)
        snapshotCount += 1
    }

    /// Ends the recording with its index, and gives the file its name.
    mutating func finish() throws(RecordingError) {
        try flush(isForced: true)
        do throws(ZstdError) { try encoder.finish(now: 0, into: &buffer) } catch { throw Self.failed(error) }
        try drain()
        try target.finish()
    }

    private mutating func flush(isForced: Bool) throws(RecordingError) {
        let waiting = builder.chunk.bytes.count
        guard waiting >= FramePolicy.flushSize || isForced && waiting > 0 else { return }
        do throws(ZstdError) { _ = try encoder.append(builder.take(), now: 0, into: &buffer) } catch {
            throw Self.failed(error)
        }
        guard encoder.entries.count < Self.frameLimit else {
            throw .system("the new recording would have more than \(Self.frameLimit) frames; cut shorter ranges")
        }
        try drain()
    }

    private mutating func drain() throws(RecordingError) {
        try target.append(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failed(_ error: ZstdError) -> RecordingError {
        .system("a frame cannot be compressed: \(error.description)")
    }
}
