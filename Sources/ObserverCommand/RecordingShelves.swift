// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Recorder
import Server

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The recordings in a recorder's folder.
struct RecorderShelf: RecordingShelf {
    let place: RecordingPlace
    let flight: FlightRecorder

    func recordings() async -> [ShelvedRecording] {
        await Self.listed(place)
    }

    /// Reads the headers on a thread of the pool.
    @concurrent
    private static func listed(_ place: RecordingPlace) async -> [ShelvedRecording] {
        ListedRecording.all(in: place).map { ShelvedRecording($0) }
    }

    func recording(named file: String) async -> ShelvedRecording? {
        guard let path = place.path(offered: file) else { return nil }
        return ListedRecording(path: path).map { ShelvedRecording($0) }
    }

    func record(name: String?, before: Duration, after: Duration) async throws(ShelfRefusal) -> BegunRecording {
        do throws(RecordingRefusal) {
            let begun = try await flight.record(RecordingRequest(name: name, before: before, after: after))
            return BegunRecording(file: begun.file, from: begun.from, until: begun.until)
        } catch {
            switch error {
            case .tooMany(let limit): throw .tooMany(limit)
            case .failed(let reason): throw .failed(reason)
            }
        }
    }
}

/// The recordings that are played.
struct PlayedShelf: RecordingShelf {
    let recording: RecordingSet

    func recordings() async -> [ShelvedRecording] {
        recording.parts.reversed().compactMap { part in
            guard var shelved = ListedRecording(path: part.path).map({ ShelvedRecording($0) }) else { return nil }
            // Whoever plays a link means the file behind it.
            shelved.path = Self.resolved(part.path)
            return shelved
        }
    }

    func recording(named file: String) async -> ShelvedRecording? {
        await recordings().first { $0.file == file }
    }

    /// A path without links, or as it is where that cannot be found out.
    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    func record(name: String?, before: Duration, after: Duration) async throws(ShelfRefusal) -> BegunRecording {
        throw .notRecording
    }
}

extension ShelvedRecording {
    init(_ recording: ListedRecording) {
        self.init(
            file: recording.name,
            path: recording.path,
            bytes: recording.size,
            created: recording.header.created,
            run: recording.header.run,
            first: recording.header.first,
            isBeingWritten: recording.isBeingWritten,
            incident: recording.header.incident
        )
    }
}

/// The past of a live observer: what its recorder has written, from the snapshot before a time on.
struct LedgerArchive: StateArchive {
    let ledger: RecordingLedger
    /// How often what was observed but is not written yet is waited for, 50 ms each time: four flushes.
    private static let patience = 20

    func state(at time: Timestamp) async throws -> ObserverState? {
        guard let place = ledger.place(before: time) else { return nil }
        var tail: RecordingTail
        do { tail = try RecordingTail(path: place.path, offset: place.offset) } catch {
            // Somebody has removed the file.
            ledger.forget(place.path)
            return try await state(at: time)
        }
        var parser = LineParser()
        var state: Projector?
        var waited = 0
        while !Task.isCancelled {
            switch try tail.next() {
            case .lines(let lines):
                switch try Self.fold(lines, upTo: time, &parser, &state) {
                case .reached: return state?.state
                case .missing: return nil
                case .more: continue
                }
            case .ended where ledger.path(after: tail.path) != nil:
                guard let next = ledger.path(after: tail.path) else { return nil }
                tail = try RecordingTail(path: next)
            case .ended, .nothing:
                guard waited < Self.patience else { return nil }
                waited += 1
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return nil
    }

    /// How far folding came.
    private enum Progress {
        case more
        /// A line is later than what is wanted.
        case reached
        /// What is wanted lies where nothing could be recorded.
        case missing
    }

    /// Folds lines into the state.
    private static func fold(
        _ lines: ArraySlice<UInt8>,
        upTo time: Timestamp,
        _ parser: inout LineParser,
        _ projector: inout Projector?
    ) throws -> Progress {
        var batch = ObservationBatch()
        for line in lines.split(separator: 0x0A) {
            switch try parser.parse(line) {
            case .observation(let observation):
                guard observation.time <= time else {
                    _ = projector?.project(batch)
                    return .reached
                }
                batch.append(observation)
            case .snapshot(let snapshot, let noted):
                // One that continues what was read says nothing new; behind a hole it says what was missed.
                let last = batch.last?.number ?? projector?.state.number
                guard last.map({ snapshot.number > $0 }) ?? true else { continue }
                guard noted <= time else { return .missing }
                batch = []
                projector = try Projector(snapshot: snapshot.json[...])
            case .unknown: continue
            }
        }
        _ = projector?.project(batch)
        return .more
    }
}
