// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// One incident recording on its way to the disk: what the recorder has written is read along and written again.
///
/// So it begins before its trigger, and the recorder itself has nothing to do with it.
struct IncidentFile {
    /// How far a step came.
    enum Progress {
        /// There may be more at once.
        case more
        /// All that was recorded so far is written.
        case upToDate
        /// The file has ended.
        case ended
    }

    let trigger: IncidentTrigger
    let isRequested: Bool
    private let ledger: RecordingLedger
    private let hold: Int
    private let limit: UInt64
    private var tail: RecordingTail
    private var segment: RecordingSegment
    private var parser = LineParser()
    private let room: RetentionPolicy
    private var inspectAt: Int64
    /// When it ends if nothing else happens.
    var until: Timestamp
    /// The time of the first observation that it may hold.
    let from: Timestamp

    /// Begins a file.
    ///
    /// - Throws: ``RecordingError`` when nothing is recorded, or the file cannot be written.
    init(
        _ trigger: IncidentTrigger,
        from wanted: Timestamp,
        until: Timestamp,
        limits: IncidentLimits,
        options: RecorderOptions,
        ledger: RecordingLedger,
        now: Int64,
        wall: Timestamp
    ) throws(RecordingError) {
        // What was before gets half of the room at most, so that the incident itself has the other half.
        let (place, hold, tail) = try Self.begin(at: wanted, within: limits.bytes / 2, ledger)
        var isBegun = false
        defer { if !isBegun { ledger.release(hold) } }
        room = RetentionPolicy(place: options.place, keep: [])
        inspectAt = now + RecorderCore.inspectionInterval
        try room.checkRoom()
        let output = try RecordingOutput.create(in: options.place, names: IncidentName.candidates(trigger))
        let header = RecordingHeader(
            projection: options.projection,
            run: options.run,
            first: place.number + 1,
            created: wall,
            producer: options.producer,
            source: options.source.json(engine: ledger.engine?[...]),
            incident: Self.json(trigger)
        )
        segment = try RecordingSegment(output, header: header, now: now)
        self.trigger = trigger
        isRequested = trigger.cause == .request
        self.ledger = ledger
        self.hold = hold
        limit = limits.bytes
        self.tail = tail
        self.until = until
        from = place.time
        isBegun = true
    }

    /// Opens what was recorded where an incident begins; files that somebody has removed are passed over.
    private static func begin(
        at wanted: Timestamp,
        within bytes: UInt64,
        _ ledger: RecordingLedger
    ) throws(RecordingError) -> (RecordingLedger.Place, hold: Int, RecordingTail) {
        while let (place, hold) = ledger.place(before: wanted, within: bytes) {
            do throws(RecordingError) {
                return (place, hold, try RecordingTail(path: place.path, offset: place.offset))
            } catch {
                ledger.release(hold)
                ledger.forget(place.path)
            }
        }
        throw .system("nothing is being recorded that it could be cut out of")
    }

    /// The header's `incident`.
    private static func json(_ trigger: IncidentTrigger) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("trigger")
        writer.string(trigger.cause.description)
        writer.key("container")
        if trigger.container == nil { writer.null() } else { writer.string(trigger.name) }
        writer.key("t")
        writer.time(trigger.time)
        writer.key("message")
        writer.string(trigger.message)
        writer.endObject()
        return writer.bytes
    }

    var path: String { segment.path }
    var size: UInt64 { segment.size }

    /// The file's name without the folder.
    var name: String { String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]) }

    /// Writes what was recorded meanwhile.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - wall: The wall time.
    ///   - isLast: Whether nothing more will be recorded.
    /// - Returns: How far it came.
    /// - Throws: ``RecordingError`` when what was recorded cannot be read, or the file not be written.
    mutating func step(now: Int64, wall: Timestamp, isLast: Bool) throws(RecordingError) -> Progress {
        if now >= inspectAt {
            inspectAt = now + RecorderCore.inspectionInterval
            try room.checkRoom()
        }
        switch try tail.next() {
        case .lines(let lines):
            if try take(lines, now: now) || segment.size >= limit { return .ended }
            return .more
        case .ended:
            return try follow(wall: wall, isLast: isLast)
        case .nothing:
            try segment.tick(now: now)
            // A recorder that failed leaves its file without an end and goes on in another one.
            if ledger.path(after: tail.path) != nil, !tail.isBeingWritten {
                // What was written between the last look and the failure.
                if case .lines(let lines) = try tail.next() {
                    return try take(lines, now: now) || segment.size >= limit ? .ended : .more
                }
                return try follow(wall: wall, isLast: isLast)
            }
            return isLast || isOver(wall) ? .ended : .upToDate
        }
    }

    /// Goes on in the file that follows.
    private mutating func follow(wall: Timestamp, isLast: Bool) throws(RecordingError) -> Progress {
        guard let next = ledger.path(after: tail.path) else {
            return isLast || isOver(wall) ? .ended : .upToDate
        }
        tail = try RecordingTail(path: next)
        return .more
    }

    /// Whether nothing that belongs to it can come any more; the recorder holds lines back for a quarter of a second.
    private func isOver(_ wall: Timestamp) -> Bool {
        wall > until.advanced(byNanoseconds: 4 * FramePolicy.flushInterval)
    }

    /// Takes lines.
    ///
    /// - Returns: Whether one of them is behind the end.
    private mutating func take(_ lines: ArraySlice<UInt8>, now: Int64) throws(RecordingError) -> Bool {
        var chunk = LineChunk()
        var rest = lines
        var isOver = false
        while !isOver, let end = LineBreak.next(in: rest) {
            let bytes = rest[..<end]
            let line = rest[...end]
            rest = rest[(end + 1)...]
            // The recorder wrote it a moment ago: what cannot be read is another program's doing.
            let parsed: RecordingLine
            do throws(LineError) { parsed = try parser.parse(bytes) } catch {
                throw .system("\(tail.path) has a line that cannot be read: \(error)")
            }
            if parsed.time > until, case .observation = parsed {
                isOver = true
                continue
            }
            if case .snapshot = parsed { try write(&chunk, now: now) }
            chunk.take(parsed, line)
        }
        if let last = chunk.summary.count > 0 ? chunk.summary.lastNumber : nil { ledger.move(hold, to: last) }
        try write(&chunk, now: now)
        return isOver
    }

    private mutating func write(_ chunk: inout LineChunk, now: Int64) throws(RecordingError) {
        guard !chunk.isEmpty else { return }
        try segment.append(chunk, now: now)
        chunk = LineChunk()
    }

    /// Ends the file with its index.
    mutating func finish(now: Int64) throws(RecordingError) {
        ledger.release(hold)
        try segment.finish(now: now)
    }

    /// Leaves the file as it is: good up to what was written last.
    func abandon() {
        ledger.release(hold)
        segment.abandon()
    }
}
