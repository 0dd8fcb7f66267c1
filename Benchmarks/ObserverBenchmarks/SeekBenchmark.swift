// SPDX-License-Identifier: Apache-2.0

import Bytes
import Logging
import Observer
import ObserverModel
import Recorder
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Seeks to random times of a large recording, state included, the page cache warm.
///
/// The recording is made for it and thrown away. It has 1 GB of content, so that a run of all rows stays short;
/// `OBSERVER_SEEK_GIGABYTES=10` asks for what the budget speaks of.
enum SeekBenchmark {
    /// The disk must have room for a file of ten gigabytes of content, three times.
    private static let roomNeeded: UInt64 = 3 << 30

    static func run(_ scale: Scale) async throws -> [Row] {
        let asked = getenv("OBSERVER_SEEK_GIGABYTES").flatMap { Double(String(cString: $0)) } ?? 1
        let content = scale.isSmoke ? 8_000_000 : Int(asked * 1e9)
        return try await withFixture { fixture in
            let folder = try fixture.temporaryDirectory()
            let room = try roomLeft(in: folder)
            guard scale.isSmoke || room >= roomNeeded else {
                return [skipped("\(folder) has \(room >> 20) MiB free, and \(roomNeeded >> 20) MiB are needed")]
            }
            let path = folder + "/seek.zst"
            try await record(content, path)
            return [try row(path, seeks: scale.count(1000, smoke: 10))]
        }
    }

    private static func skipped(_ reason: String) -> Row {
        Row(name: "seek to a random time", figure: "not measured", against: reason, ratio: "")
    }

    // MARK: The recording

    /// Records lines until they have so many bytes: 8 MB of them again and again, with new numbers and times.
    ///
    /// A frame has 1 MiB of content, so that none sees a line twice.
    private static func record(_ content: Int, _ path: String) async throws {
        var source = LineSource()
        let texts = (0..<40).map { _ in source.batch() }
        var projector = Projector()
        let recorder = DiskRecorder(
            options: RecorderOptions(
                place: RecordingPlace(path: path),
                run: "benchmark",
                projection: Projection.version,
                producer: "sentinell-observer 0",
                source: RecordedSource(mode: "benchmark")
            ),
            initial: projector.snapshot(),
            wall: LiveClock(),
            monotonic: ContinuousClock(),
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        )
        _ = projector.project(texts[0])
        let state = projector.snapshot()
        async let end: Void = recorder.run { _ in }
        // A line has 402 bytes as recorded.
        for turn in 0..<max(1, content / (402 * LineSource.batchSize)) {
            let batch = renumbered(texts[turn % texts.count], turn)
            recorder.take(batch) {
                StateSnapshot(number: batch[batch.count - 1].number, projection: Projection.version, json: state.json)
            }
            // The queue holds 32 MiB, which the lines of a benchmark fill faster than any source.
            while recorder.status.problem == nil, recorder.queuedBytes > 16 << 20 { usleep(200) }
        }
        recorder.stop()
        await end
        let status = recorder.status
        guard status.lost == 0, status.problem == nil else {
            throw Unmeasured("the recorder lost \(status.lost): \(status.problem ?? "")")
        }
    }

    /// A batch as the so-many-th of a run, its lines a tenth of a millisecond apart.
    private static func renumbered(_ batch: ObservationBatch, _ turn: Int) -> ObservationBatch {
        let start = Timestamp(seconds: 1_795_433_138)
        var batch = batch
        for index in batch.indices {
            let number = turn * batch.count + index + 1
            batch[index].number = UInt64(number)
            batch[index].time = start.advanced(byNanoseconds: Int64(number) * 100_000)
        }
        return batch
    }

    // MARK: Seeking

    private static func row(_ path: String, seeks: Int) throws -> Row {
        let recording = try RecordingSet(paths: [path])
        let feed = try RecordingFeed(recording, projection: Projection.version)
        let content = try (0..<recording.frameCount).reduce(UInt64(0)) {
            try $0 + UInt64(recording.frame($1).contentSize)
        }
        let span = feed.range.upperBound.duration(since: feed.range.lowerBound).wholeNanoseconds
        var random = SplitMix64(seed: 7)
        // What was just written is in the page cache where memory has room for it; these see to the rest.
        for _ in 0..<(seeks / 10) { try seek(feed, to: time(&random)) }
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<seeks {
            let time = time(&random)
            let start = clock.now
            try seek(feed, to: time)
            times.append(start.duration(to: clock.now) / .milliseconds(1))
        }
        func time(_ random: inout SplitMix64) -> Timestamp {
            feed.range.lowerBound.advanced(byNanoseconds: Int64.random(in: 0...span, using: &random))
        }
        let slow = times.sorted()[times.count * 99 / 100]
        let gigabytes = (Double(content) / 1e9).rounded(to: 2)
        return Row(
            name: "seek to a random time of \(gigabytes) GB in \((Double(recording.size) / 1e9).rounded(to: 2)) GB, "
                + "state included, page cache warm",
            figure: "\(times.median.rounded(to: 2)) ms; 99th percentile of \(seeks) \(slow.rounded(to: 2)) ms",
            against: "50 ms allowed",
            ratio: "\((slow / 50).rounded(to: 2)) of it at the 99th percentile"
        )
    }

    /// Goes to a time: loads the snapshot before it and folds what lies between.
    private static func seek(_ feed: RecordingFeed, to time: Timestamp) throws {
        var projector = Projector()
        if let snapshot = try feed.seek(to: time).snapshot { projector = try Projector(snapshot: snapshot.json[...]) }
        while let item = try feed.next() {
            guard case .observations(let batch) = item else { continue }
            let end = batch.firstIndex { $0.time > time }
            _ = projector.project(Array(batch[..<(end ?? batch.count)]))
            if end != nil { return }
        }
    }

    private static func roomLeft(in folder: String) throws -> UInt64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw Unmeasured("\(folder) is missing") }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
