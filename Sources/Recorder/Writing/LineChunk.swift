// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Whole lines on their way from the pipeline to the disk.
struct LineChunk: Sendable {
    var bytes: [UInt8] = []
    var summary = LineSummary()
    /// The snapshot that is the chunk's first line, where there is one: a new file may begin here.
    var snapshot: SnapshotMark?
    /// What was dropped before the chunk, which then opens with a snapshot.
    var loss: RecorderLoss?
    /// The observations that the index's names and marks come from.
    var named: [Observation] = []

    /// Which state a chunk opens with.
    struct SnapshotMark: Sendable, Hashable {
        var number: UInt64
        var time: Timestamp
        /// The engine's answer to `/version`, as last told.
        var engine: ArraySlice<UInt8>?
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// Appends a line that a recording holds already, as it stands there with its newline.
    mutating func take(_ line: RecordingLine, _ bytes: ArraySlice<UInt8>) {
        switch line {
        case .observation(let observation): note(observation)
        case .snapshot(let state, let time): snapshot = SnapshotMark(number: state.number, time: time)
        case .unknown: break
        }
        self.bytes += bytes
    }

    /// Notes what the index is to know of an observation whose line is appended.
    mutating func note(_ observation: Observation) {
        let kind = LineKind(observation.fact)
        summary.add(
            number: observation.number,
            time: observation.time,
            timestamp: observation.messageTime,
            kind: kind
        )
        switch kind {
        case .container, .mark, .incident: named.append(observation)
        default: break
        }
    }
}

/// Makes chunks of lines, and knows when a snapshot is due.
///
/// A pure value: where snapshots stand depends on the observations alone, unless a writer asks for one.
struct ChunkBuilder: Sendable {
    /// The content between two snapshots is at least this, and ``snapshotShare`` times the last one's size: a seek then
    /// folds 4 MiB at most on a small fleet, 20 ms, and snapshots are 5 % of the content at most.
    static let snapshotDistance = 4 << 20
    /// How many times its own size comes before the next snapshot.
    static let snapshotShare = 20
    /// After how long a snapshot is due though less was written, as long as the share holds.
    static let snapshotInterval = Duration.seconds(30)

    private(set) var chunk = LineChunk()
    /// The content since the last snapshot.
    private var distance = 0
    private var snapshotSize = 0
    private var snapshotTime: Timestamp?
    private var lastTime: Timestamp?
    private var engine: ArraySlice<UInt8>?

    /// Appends an observation's line.
    mutating func append(_ observation: Observation) {
        let before = chunk.bytes.count
        LineWriter.append(observation, to: &chunk.bytes)
        distance += chunk.bytes.count - before
        lastTime = observation.time
        chunk.note(observation)
        if case .engine(let connection) = observation.fact { engine = connection.version ?? engine }
    }

    /// Appends a line of a kind that this code does not know, given without its newline.
    mutating func append(unknown line: ArraySlice<UInt8>) {
        chunk.bytes += line
        chunk.bytes.append(0x0A)
        distance += line.count + 1
    }

    /// Whether a snapshot is due behind the last observation.
    var isSnapshotDue: Bool {
        let share = snapshotSize * Self.snapshotShare
        if distance > max(Self.snapshotDistance, share) { return true }
        guard let lastTime, let snapshotTime, distance >= max(1, share) else { return false }
        return lastTime.duration(since: snapshotTime) >= Self.snapshotInterval
    }

    /// Ends the chunk, and begins the next one with a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: The state as of the last observation.
    ///   - time: That observation's time.
    ///   - loss: What was dropped before the snapshot.
    /// - Returns: The chunk before it, which may be empty.
    mutating func append(_ snapshot: StateSnapshot, time: Timestamp, loss: RecorderLoss? = nil) -> LineChunk {
        let finished = take()
        chunk.loss = loss
        LineWriter.append(snapshot, time: time, to: &chunk.bytes)
        chunk.snapshot = LineChunk.SnapshotMark(number: snapshot.number, time: time, engine: engine)
        snapshotSize = chunk.bytes.count
        snapshotTime = time
        distance = 0
        return finished
    }

    /// Takes what was written so far.
    mutating func take() -> LineChunk {
        defer { chunk = LineChunk() }
        return chunk
    }
}
