// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Observer
import ObserverModel
import Recorder
import ServiceLifecycle

/// The options of recording.
struct RecordOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Record everything into this file, or into new files in this folder. [env: OBSERVER_RECORD]",
            valueName: "path"
        )
    )
    var record: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Begin a new file after this size or time, such as 1GiB or 1h. [env: OBSERVER_RECORD_ROTATE]",
            valueName: "extent"
        )
    )
    var recordRotate: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Remove the oldest of its own files beyond this size or age: 20GiB, 7d, or both. [env: OBSERVER_RECORD_KEEP]",
            valueName: "extent"
        )
    )
    var recordKeep: String?

    /// The options for a recorder, or `nil` when nothing is to be recorded.
    func settings(_ environment: Environment, run: String, mode: String) throws -> RecorderOptions? {
        let rotation = try environment.text(recordRotate, "OBSERVER_RECORD_ROTATE").map {
            try Self.extent($0, option: "--record-rotate", example: "1GiB or 1h")
        }
        let keep = try environment.text(recordKeep, "OBSERVER_RECORD_KEEP").map { text in
            try text.split(separator: ",").map {
                try Self.extent($0.trimmed, option: "--record-keep", example: "20GiB or 7d")
            }
        }
        guard let path = environment.text(record, "OBSERVER_RECORD") else {
            guard rotation == nil, keep == nil else {
                throw CommandFailure.usage("--record-rotate and --record-keep need --record PATH")
            }
            return nil
        }
        return RecorderOptions(
            place: RecordingPlace(path: path),
            rotation: rotation,
            keep: keep ?? [],
            run: run,
            projection: Projection.version,
            producer: "sentinell-observer \(Version.text)",
            source: RecordedSource(mode: mode, host: TextFile.read("/etc/hostname", limit: 4096)?[...].trimmed)
        )
    }

    private static func extent(_ text: String, option: String, example: String) throws -> RecorderOptions.Extent {
        if let bytes = Measures.bytes(text), bytes >= 1 << 20 { return .bytes(UInt64(bytes)) }
        if let duration = Measures.duration(text), duration >= .seconds(1) { return .duration(duration) }
        throw CommandFailure.usage(
            "\(option) is \"\(text)\"; it takes a size of at least 1MiB or a time of at least 1s, such as \(example)"
        )
    }
}

/// Records until the group shuts down, then ends the file.
struct RecorderService: Service {
    let recorder: DiskRecorder
    let pipeline: Pipeline

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await recorder.run { gap in _ = await pipeline.input(.gap(gap)) }
            } onGracefulShutdown: {
                recorder.stop()
            }
        } onCancel: {
            recorder.stop()
        }
    }
}
