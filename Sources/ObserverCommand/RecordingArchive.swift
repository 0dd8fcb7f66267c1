// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Recorder
import Server

/// A recording as the API asks it.
struct RecordingArchive: MessageArchive {
    let recording: RecordingSet
    /// How the recording's times are moved; those that are asked for are times after it.
    var shift: PlaybackShift?

    var numbers: ClosedRange<UInt64>? {
        let (first, last) = (recording.header.first, recording.lastNumber)
        return first > 0 && last >= first ? first...last : nil
    }

    func messages(
        after number: UInt64,
        through: UInt64,
        since: Timestamp?,
        _ body: (MessageBatch) -> Bool
    ) throws {
        var begin = try recording.firstFrame(reaching: number &+ 1)
        if let since = since.map({ shift?.times.unmoved($0) ?? $0 }) {
            // Frames whose newest message is older than what is wanted need not be read.
            while begin < recording.frameCount, try recording.frame(begin).summary.greatestTimestamp < since {
                begin += 1
            }
        }
        guard begin < recording.frameCount else { return }
        var reader = try StateReader(recording, frame: begin, shift)
        while let item = try reader.next() {
            guard let wanted = item.split(after: number, through: through) else { return }
            if !wanted.before.isEmpty { reader.fold(wanted.before) }
            guard !wanted.inside.isEmpty else { continue }
            guard body(reader.project(wanted.inside)) else { return }
        }
    }

    func stepBack(before number: UInt64) throws -> UInt64? {
        var frame = min(try recording.firstFrame(reaching: number), recording.frameCount - 1)
        while frame > 0 {
            guard let candidate = try recording.lastSnapshotFrame(atOrBefore: frame) else { return nil }
            let first = try recording.frame(candidate).summary.firstNumber
            // A frame that begins with the number itself leads nowhere.
            if first > 0, first < number, candidate > 0 { return first - 1 }
            frame = candidate - 1
        }
        return nil
    }

    func state(at time: Timestamp) throws -> ObserverState? {
        let range = try recording.timeRange()
        let recorded = shift?.times.unmoved(time) ?? time
        guard range.contains(recorded) else { return nil }
        let frame = min(try recording.firstFrame(reaching: recorded), recording.frameCount - 1)
        var reader = try StateReader(recording, frame: frame, shift)
        reader.limit = time
        guard reader.state.time.map({ $0 <= time }) ?? true else { return nil }
        while let item = try reader.next() {
            guard let end = item.firstIndex(where: { $0.time > time }) else {
                reader.fold(item)
                continue
            }
            reader.fold(Array(item[..<end]))
            break
        }
        return reader.isBeyondLimit ? nil : reader.state
    }
}

/// Reads observations from the last snapshot at or before a frame on, with the state that they are projected from.
private struct StateReader {
    private let feed: RecordingFeed
    private var projector = Projector()
    /// Up to when is read: a state behind a hole in which that lies is none of that time.
    var limit: Timestamp?
    private(set) var isBeyondLimit = false

    init(_ recording: RecordingSet, frame: Int, _ shift: PlaybackShift?) throws {
        feed = try RecordingFeed(recording, projection: Projection.version, shift: shift)
        if let snapshot = try feed.seek(toFrame: frame).snapshot {
            projector = try Projector(snapshot: snapshot.json[...])
        }
    }

    var state: ObserverState { projector.state }

    mutating func next() throws -> ObservationBatch? {
        while let item = try feed.next() {
            switch item {
            case .observations(let batch): return batch
            case .state(let snapshot, let time):
                if let limit, time > limit {
                    isBeyondLimit = true
                    return nil
                }
                projector = try Projector(snapshot: snapshot.json[...])
            case .damage: continue
            }
        }
        return nil
    }

    mutating func fold(_ batch: ObservationBatch) {
        _ = projector.project(batch)
    }

    mutating func project(_ batch: ObservationBatch) -> MessageBatch {
        projector.project(batch)
    }
}

extension ObservationBatch {
    /// What comes before the wanted numbers, and what is wanted; `nil` when all comes after them.
    fileprivate func split(
        after number: UInt64,
        through last: UInt64
    ) -> (before: ObservationBatch, inside: ObservationBatch)? {
        guard let first, let end = self.last else { return ([], []) }
        guard first.number <= last else { return nil }
        if first.number > number, end.number <= last { return ([], self) }
        return (filter { $0.number <= number }, filter { $0.number > number && $0.number <= last })
    }
}
