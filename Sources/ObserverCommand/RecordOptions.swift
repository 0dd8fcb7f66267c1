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

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Keep so much of what happened, such as 15m or 15m,2GiB, and a file of each incident with what came before. [env: OBSERVER_FLIGHT_RECORDER]",
            valueName: "extent"
        )
    )
    var flightRecorder: String?

    /// What is to be recorded, or `nil` when nothing is.
    func plan(_ environment: Environment, run: String, mode: String) throws -> RecordingPlan? {
        var rotation = try extents(
            environment.text(recordRotate, "OBSERVER_RECORD_ROTATE"),
            "--record-rotate",
            "1GiB or 1h"
        )
        var keep = try extents(environment.text(recordKeep, "OBSERVER_RECORD_KEEP"), "--record-keep", "20GiB or 7d")
        let flight = try extents(
            environment.text(flightRecorder, "OBSERVER_FLIGHT_RECORDER"),
            "--flight-recorder",
            "15m or 15m,2GiB"
        )
        guard
            let path = try environment.text(record, "OBSERVER_RECORD")
                ?? flight.map({ _ in try Self.stateFolder(environment) })
        else {
            guard rotation == nil, keep == nil else {
                throw CommandFailure.usage("--record-rotate and --record-keep need --record PATH")
            }
            return nil
        }
        if let flight {
            keep = (keep ?? []) + flight
            // Files are removed whole: the oldest eighth goes when an eighth has come.
            rotation = rotation ?? flight.map { $0.divided(by: 8) }
        }
        let options = RecorderOptions(
            place: RecordingPlace(path: path),
            rotation: rotation ?? [],
            keep: keep ?? [],
            run: run,
            projection: Projection.version,
            producer: "sentinell-observer \(Version.text)",
            source: RecordedSource(mode: mode, host: TextFile.read("/etc/hostname", limit: 4096)?[...].trimmed)
        )
        let before = flight?.compactMap { if case .duration(let duration) = $0 { duration } else { nil } }.min()
        return RecordingPlan(
            options: options,
            incidents: IncidentLimits(before: before ?? .seconds(900)),
            watchesForIncidents: flight != nil
        )
    }

    /// Where a flight recorder writes that was told no place: where programs keep such things, made if it is not there.
    private static func stateFolder(_ environment: Environment) throws -> String {
        // systemd names several with colons between them.
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return folder + "/" }
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? environment["HOME"].map { $0 + "/.local/state" }
        guard let state else {
            throw CommandFailure.usage("--flight-recorder needs --record FOLDER where there is no home")
        }
        let folder = state + "/sentinell-observer"
        guard TextFile.makeFolder(folder) else {
            throw CommandFailure.usage("\(folder) cannot be made; name another folder with --record FOLDER")
        }
        return folder + "/"
    }

    private func extents(_ text: String?, _ option: String, _ example: String) throws -> [RecorderOptions.Extent]? {
        try text.map { text in
            try text.split(separator: ",", omittingEmptySubsequences: false).map {
                try Self.extent($0.trimmed, option: option, example: example)
            }
        }
    }

    private static func extent(_ text: String, option: String, example: String) throws -> RecorderOptions.Extent {
        if let bytes = Measures.bytes(text), bytes >= 1 << 20 { return .bytes(UInt64(bytes)) }
        if let duration = Measures.duration(text), duration >= .seconds(1) { return .duration(duration) }
        throw CommandFailure.usage(
            "\(option) is \"\(text)\"; it takes a size of at least 1MiB or a time of at least 1s, such as \(example)"
        )
    }
}

/// What is recorded, and what becomes of incidents.
struct RecordingPlan: Sendable {
    var options: RecorderOptions
    var incidents: IncidentLimits
    /// Whether incidents open recordings by themselves.
    var watchesForIncidents: Bool
}

extension RecorderOptions.Extent {
    /// A part of it, but not less than a recorder takes.
    fileprivate func divided(by count: Int) -> Self {
        switch self {
        case .bytes(let bytes): .bytes(max(1 << 20, bytes / UInt64(count)))
        case .duration(let duration): .duration(max(.seconds(1), duration / count))
        }
    }
}

/// Records incidents until the group shuts down, then ends their files.
struct FlightRecorderService: Service {
    let recorder: FlightRecorder
    let pipeline: Pipeline

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await recorder.run { incident in _ = await pipeline.input(.incident(incident)) }
            } onGracefulShutdown: {
                recorder.stop()
            }
        } onCancel: {
            recorder.stop()
        }
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
