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

/// Recording and playing lines of 250 bytes: what the recorder costs against `zstd -1`, how fast a recording plays to
/// one client and what bounds it.
enum RecordingBenchmark {
    static func run(_ scale: Scale) async throws -> [Row] {
        let lines = scale.count(2_000_000, smoke: 20_000)
        return try await withFixture { fixture in
            let folder = try fixture.temporaryDirectory()
            let path = folder + "/a.zst"
            let recorded = try await record(lines, path)
            let content = try decompressedSize(path)
            return try await [
                recorderRow(path, folder, lines, recorded, content),
                sizeRow(path, folder),
                replayRow(path, lines, scale, fixture),
            ] + PlaybackBenchmark.run(path, lines, scale, fixture)
        }
    }

    // MARK: Recording

    /// Records lines and returns the processor time in nanoseconds that it took, their making left out.
    private static func record(_ lines: Int, _ path: String) async throws -> Double {
        var source = LineSource()
        var batches: [ObservationBatch] = []
        for _ in 0..<(lines / LineSource.batchSize) { batches.append(source.batch()) }
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
        _ = projector.project(batches[0])
        let state = projector.snapshot()
        let start = ProcessorTime.own
        async let end: Void = recorder.run { _ in }
        for batch in batches {
            recorder.take(batch) {
                StateSnapshot(number: batch[batch.count - 1].number, projection: 1, json: state.json)
            }
            // The queue holds 32 MiB, which the lines of a benchmark fill faster than any source.
            while recorder.status.problem == nil, recorder.queuedBytes > 16 << 20 { usleep(200) }
        }
        recorder.stop()
        await end
        let status = recorder.status
        guard status.lost == 0, status.problem == nil else { throw Unmeasured("the recorder lost \(status.lost)") }
        return ProcessorTime.own - start
    }

    private static func recorderRow(
        _ path: String,
        _ folder: String,
        _ lines: Int,
        _ recorded: Double,
        _ content: Int
    ) async throws -> Row {
        let before = ProcessorTime.children
        try await shell("zstd -dc \(path) > \(folder)/lines && : ")
        let middle = ProcessorTime.children
        try await shell("zstd -q -1 -T1 -f \(folder)/lines -o \(folder)/single.zst")
        let plain = ProcessorTime.children - middle
        precondition(middle >= before)
        return Row(
            name: "recorder, processor time for \(lines) lines (\(content / lines) bytes each as recorded)",
            figure: "\((recorded / Double(lines)).rounded(to: 0)) ns a line",
            against: "\((plain / Double(lines)).rounded(to: 0)) ns by zstd -1 -T1",
            ratio: "\((recorded / plain).rounded(to: 2)) times, 1.5 allowed"
        )
    }

    private static func sizeRow(_ path: String, _ folder: String) throws -> Row {
        let (size, single) = (try size(of: path), try size(of: folder + "/single.zst"))
        return Row(
            name: "recorder, size of the file",
            figure: "\(size) bytes",
            against: "\(single) in one frame",
            ratio: "\(((Double(size) / Double(single) - 1) * 100).rounded(to: 1)) % more, 3 % allowed"
        )
    }

    // MARK: Playing

    /// Plays to one client in another process, from the handshake to the end.
    private static func replayRow(
        _ path: String,
        _ lines: Int,
        _ scale: Scale,
        _ fixture: Fixture
    ) async throws -> Row {
        var rates: [Double] = []
        for _ in 0..<scale.repeats {
            let observer = try await PlayingObserver.launch(path, fixture)
            let clock = ContinuousClock()
            let start = clock.now
            try await observer.drain("/ws/logs?tail=0", fixture)
            rates.append(Double(lines) / (start.duration(to: clock.now) / .seconds(1)))
            observer.process.send(SIGTERM)
            _ = try await observer.process.wait()
        }
        return Row(
            name: "replay at max to one client, connecting included",
            figure: "\(rates.median.rounded(to: 0)) messages/s",
            against: "1,000,000 messages/s demanded",
            ratio: "\((rates.median / 1_000_000).rounded(to: 2)) of it"
        )
    }

    // MARK: Parts

    private static func decompressedSize(_ path: String) throws -> Int {
        let recording = try RecordingSet(paths: [path])
        return try (0..<recording.frameCount).reduce(0) { $0 + Int(try recording.frame($1).contentSize) }
    }

    private static func size(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Unmeasured("\(path) is missing") }
        return Int(status.st_size)
    }

    private static func shell(_ command: String) async throws {
        let result = try await TestSupport.run("sh", ["-c", command], within: .seconds(120))
        guard result.isSuccess else { throw Unmeasured("\(command): \(result.errorText)") }
    }
}
