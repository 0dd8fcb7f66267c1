// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// One file on its way to the disk: an encoder and the file that its bytes go to.
struct RecordingSegment {
    private var encoder: FrameEncoder
    private let output: RecordingOutput
    private var buffer: [UInt8] = []
    /// When the file was begun, in monotonic nanoseconds.
    let begun: Int64
    /// What was appended since the last flushed block: nobody can read it yet, so it is lost if the file is.
    private(set) var pending = RecorderLoss()

    /// Begins a file; its header is on the disk when this returns.
    init(_ output: RecordingOutput, header: RecordingHeader, now: Int64) throws(RecordingError) {
        self.output = output
        begun = now
        do {
            encoder = try FrameEncoder(header: header, now: now, into: &buffer)
        } catch {
            output.discard()
            throw .system("\(output.path) cannot be compressed: \(error)")
        }
        do throws(RecordingError) {
            try flush()
            try output.sync()
        } catch {
            // Nobody could read it, and nobody would remove it.
            output.discard()
            throw error
        }
    }

    var path: String { output.path }
    var size: UInt64 { encoder.size }
    var contentSize: UInt64 { encoder.contentSize }
    var frameCount: Int { encoder.entries.count }
    var deadline: Int64? { encoder.deadline }
    var isGone: Bool { output.isGone }
    /// Where the frame begins that the last snapshot opened.
    var snapshotOffset: UInt64 { encoder.snapshotOffset }

    /// Appends a chunk; where it ends a frame, what came so far is on the disk when this returns.
    mutating func append(_ chunk: LineChunk, now: Int64) throws(RecordingError) {
        let hasEnded: Bool
        do { hasEnded = try encoder.append(chunk, now: now, into: &buffer) } catch { throw failed(error) }
        try flush()
        pending.add(chunk.summary)
        noteFlushed()
        if hasEnded { try output.sync() }
    }

    /// Does what is due by the time.
    mutating func tick(now: Int64) throws(RecordingError) {
        let hasEnded: Bool
        do { hasEnded = try encoder.tick(now: now, into: &buffer) } catch { throw failed(error) }
        try flush()
        noteFlushed()
        if hasEnded { try output.sync() }
    }

    /// Ends the file with its index and seek table.
    mutating func finish(now: Int64) throws(RecordingError) {
        defer { output.end() }
        do { try encoder.finish(now: now, into: &buffer) } catch { throw failed(error) }
        try flush()
        try output.sync()
    }

    /// Leaves the file as it is, as a process that is killed does.
    func abandon() {
        output.end()
    }

    private mutating func flush() throws(RecordingError) {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        try output.append(buffer)
    }

    private mutating func noteFlushed() {
        if encoder.isFlushed { pending = RecorderLoss() }
    }

    private func failed(_ error: ZstdError) -> RecordingError {
        .system("\(output.path) cannot be compressed: \(error)")
    }
}
