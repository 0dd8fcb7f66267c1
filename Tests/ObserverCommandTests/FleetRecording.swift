// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import ObserverModel

@testable import Observer
@testable import ObserverCommand
@testable import Recorder

/// A folder of a test's own with recordings in it, which goes with it.
final class RecordingShelf {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "shelf-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name).zst" }

    /// Writes observations as a recorder does, with a snapshot before each so-many-th, the projector having seen what was
    /// before them.
    @discardableResult
    func write(
        _ observations: some Sequence<Observation>,
        as name: String,
        first: UInt64 = 1,
        run: String = "run-1",
        snapshots: Int = 20,
        projector before: Projector = Projector()
    ) throws -> String {
        var projector = before
        let header = RecordingHeader(
            projection: Projection.version,
            run: run,
            first: first,
            created: Timestamp(seconds: 1_795_403_000),
            producer: "sentinell-observer 0.1.0",
            source: Array(#"{"mode":"live"}"#.utf8)
        )
        let target = try NewFile(path: path(name))
        var output = try CutOutput(target, header: header)
        var time = before.state.time ?? Timestamp(seconds: 1_795_403_640)
        for (index, observation) in observations.enumerated() {
            if index % snapshots == 0 {
                var snapshot = projector.snapshot()
                snapshot.number = max(snapshot.number, first - 1)
                try output.append(snapshot, time: time)
            }
            try output.append(observation)
            _ = projector.project([observation])
            time = observation.time
        }
        try output.finish()
        return path(name)
    }

    func open(_ names: String...) throws -> RecordingSet {
        try RecordingSet(paths: names.map { path($0) })
    }

    /// The messages of recordings, by their numbers.
    static func messages(of recording: RecordingSet) throws -> [UInt64: String] {
        var reader = try RecordedMessages(recording)
        var messages: [UInt64: String] = [:]
        while let batch = try reader.next() {
            for header in batch.headers {
                messages[header.sequence] = String(decoding: batch.json(of: header), as: UTF8.self)
            }
        }
        return messages
    }

    /// The observations of recordings.
    static func observations(of recording: RecordingSet) throws -> [Observation] {
        let feed = try RecordingFeed(recording, projection: Projection.version)
        var observations: [Observation] = []
        while let item = try feed.next() {
            if case .observations(let batch) = item { observations += batch }
        }
        return observations
    }
}
