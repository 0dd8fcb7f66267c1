// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// What the recorder's thread does: files are begun, written, rotated and ended here.
///
/// It blocks on the disk and asks no clock: monotonic nanoseconds and the wall time are passed in.
struct RecorderCore {
    /// What others want to know of.
    enum Report: Sendable {
        case began(path: String)
        case ended(path: String, bytes: UInt64)
        case removed(path: String)
        case failed(String)
        /// A gap to be told to clients and to be recorded.
        case gap(Gap)
    }

    /// How often room on the disk and the file's name are looked at, in nanoseconds.
    static let inspectionInterval: Int64 = 1_000_000_000

    let options: RecorderOptions
    let queue: ChunkQueue
    let ledger: RecordingLedger
    private var segment: RecordingSegment?
    private(set) var status = RecorderStatus()
    private(set) var reports: [Report] = []
    private var retention: RetentionPolicy
    private var retryAt: Int64?
    private var inspectAt: Int64 = 0
    /// Why the last recording ended, for the gap that is told when recording goes on.
    private var lastFailure: (reason: Gap.Reason, cause: String)?
    private var wantsRotation = false

    init(options: RecorderOptions, queue: ChunkQueue, ledger: RecordingLedger = RecordingLedger()) {
        self.options = options
        self.queue = queue
        self.ledger = ledger
        retention = RetentionPolicy(place: options.place, keep: options.keep)
    }

    /// Writes what waits and does what is due.
    ///
    /// - Returns: Whether the queue was closed and all is written.
    mutating func step(now: Int64, wall: Timestamp) -> Bool {
        if let retryAt, now >= retryAt {
            self.retryAt = nil
            queue.resume()
        }
        let work = queue.take()
        var rest = work.chunks[...]
        do {
            try inspect(now: now, wall: wall)
            while let chunk = rest.first {
                try take(chunk, now: now, wall: wall)
                rest.removeFirst()
            }
            try segment?.tick(now: now)
        } catch { fail(error, Array(rest), now: now) }
        status.currentBytes = segment?.size ?? 0
        if let segment { ledger.grew(segment.path, to: segment.size) }
        guard work.isClosed else { return false }
        finish(now: now)
        return true
    }

    /// When ``step(now:wall:)`` has something to do, if nothing is put in until then.
    var deadline: Int64? {
        guard let segment else { return retryAt }
        return min(segment.deadline ?? .max, inspectAt)
    }

    mutating func takeReports() -> [Report] {
        defer { reports = [] }
        return reports
    }

    // MARK: Files

    private mutating func take(
        _ chunk: LineChunk,
        now: Int64,
        wall: Timestamp
    ) throws(RecordingError) {
        if let snapshot = chunk.snapshot, segment == nil || wantsRotation {
            finish(now: now)
            try begin(snapshot, now: now, wall: wall)
        }
        guard segment != nil else { return }
        try segment?.append(chunk, now: now)
        if let snapshot = chunk.snapshot, let segment { note(snapshot, in: segment) }
        if let loss = chunk.loss { tell(loss) }
        if let segment, !wantsRotation, isRotationDue(segment, now: now) {
            wantsRotation = true
            queue.requestSnapshot()
        }
    }

    private func isRotationDue(_ segment: RecordingSegment, now: Int64) -> Bool {
        if segment.frameCount >= FramePolicy.frameLimit { return true }
        return options.rotation.contains { extent in
            switch extent {
            case .bytes(let limit): segment.size >= limit
            case .duration(let limit): now - segment.begun >= limit.wholeNanoseconds
            }
        }
    }

    /// Tells those who read along where they can begin.
    private func note(_ snapshot: LineChunk.SnapshotMark, in segment: RecordingSegment) {
        let place = RecordingLedger.Place(
            path: segment.path,
            offset: segment.snapshotOffset,
            number: snapshot.number,
            time: snapshot.time
        )
        ledger.note(place, engine: snapshot.engine)
    }

    /// Removes what is too old or too much, but for what somebody still reads.
    private mutating func removeOld(except current: String?, wall: Timestamp) {
        for path in retention.enforce(except: current, held: ledger.held, wall: wall) {
            ledger.removed(path)
            status.removed += 1
            reports.append(.removed(path: path))
        }
    }

    private mutating func begin(
        _ snapshot: LineChunk.SnapshotMark,
        now: Int64,
        wall: Timestamp
    ) throws(RecordingError) {
        removeOld(except: nil, wall: wall)
        try retention.checkRoom()
        let names = options.place.candidates(at: wall, isFirst: status.files == 0)
        let output = try RecordingOutput.create(in: options.place, names: names)
        let header = RecordingHeader(
            projection: options.projection,
            run: options.run,
            first: snapshot.number + 1,
            created: wall,
            producer: options.producer,
            source: options.source.json(engine: snapshot.engine)
        )
        segment = try RecordingSegment(output, header: header, now: now)
        ledger.began(output.path)
        status.files += 1
        status.path = output.path
        status.problem = nil
        wantsRotation = false
        inspectAt = now + Self.inspectionInterval
        reports.append(.began(path: output.path))
    }

    private mutating func finish(now: Int64) {
        guard var segment else { return }
        self.segment = nil
        do {
            try segment.finish(now: now)
            ledger.grew(segment.path, to: segment.size)
            status.finishedBytes += segment.size
            reports.append(.ended(path: segment.path, bytes: segment.size))
        } catch {
            // The file is good up to its last flushed block; what follows goes into a new one.
            reports.append(.failed(error.description))
            if segment.pending.count > 0 {
                status.lost += segment.pending.count
                reports.append(.gap(segment.pending.gap(reason(of: error), because: error.description)))
            }
        }
        status.currentBytes = 0
        status.path = nil
    }

    /// Looks whether the file can still be found and the disk still has room.
    private mutating func inspect(now: Int64, wall: Timestamp) throws(RecordingError) {
        guard let segment, now >= inspectAt else { return }
        inspectAt = now + Self.inspectionInterval
        guard !segment.isGone else { throw .system("\(segment.path) was removed while it was being written") }
        removeOld(except: segment.path, wall: wall)
        try retention.checkRoom()
    }

    // MARK: What goes wrong

    private mutating func fail(_ error: RecordingError, _ lost: [LineChunk], now: Int64) {
        let pending = segment?.pending ?? RecorderLoss()
        segment?.abandon()
        segment = nil
        status.path = nil
        status.currentBytes = 0
        let cause = error.description
        if status.problem != cause { reports.append(.failed(cause)) }
        status.problem = cause
        lastFailure = (reason(of: error), cause)
        retryAt = now + RecorderOptions.retryInterval
        queue.halt(lost, after: pending)
    }

    private func reason(of error: RecordingError) -> Gap.Reason {
        if case .full = error { .diskFull } else { .recorderOverflow }
    }

    private mutating func tell(_ loss: RecorderLoss) {
        status.lost += loss.count
        let failure = lastFailure ?? (.recorderOverflow, "the disk did not keep up")
        lastFailure = nil
        reports.append(.gap(loss.gap(failure.reason, because: failure.cause)))
    }
}
