// SPDX-License-Identifier: Apache-2.0

import Bytes
import HTTPCore
import Logging
import NIOCore
import Observer
import ObserverModel
import Recorder
import Server
import ServiceLifecycle
import UnixSignals

/// A source, its pipeline, its hub and its server, run together until a signal ends them: the same for every source
/// (law 1).
struct Serving: Sendable {
    /// How long open streams have for their farewell; with what comes before and after, a stop takes less than 5 s.
    private static let shutdownLimit = Duration.seconds(4)

    let source: any ObservationSource
    let settings: ServeSettings
    let clock: any ObserverClock
    /// The engine's address, for the ready file.
    let engine: String?
    /// What relative times refer to, where it is not the present.
    var timeline: TimeReference?
    /// The recording that is played, if one is.
    var archive: (any MessageArchive)?
    /// The recordings that are played, if any are.
    var played: PlayedShelf?
    /// What is recorded, and where, if it is.
    var recording: RecordingPlan?
    let logger: Logger

    func run() async throws {
        OpenFiles.raiseLimit()
        let directory = ContainerDirectory()
        let hub = Hub(
            configuration: HubConfiguration(
                run: source.description.run,
                historyBytes: settings.historyBytes,
                canWait: source.capabilities.contains(.canWait)
            ),
            clock: clock,
            containers: { ContainerMatch.resolve($0, among: directory.entries) }
        )
        let recorder = recording.map { plan in
            DiskRecorder(
                options: plan.options,
                initial: Projector().snapshot(),
                wall: clock,
                monotonic: ContinuousClock(),
                logger: logger
            )
        }
        let flight = recorder.flatMap { recorder in
            recording.map { plan in
                FlightRecorder(
                    options: plan.options,
                    limits: plan.incidents,
                    ledger: recorder.ledger,
                    wall: clock,
                    monotonic: ContinuousClock(),
                    logger: logger
                )
            }
        }
        let watches = recording?.watchesForIncidents ?? false
        let pipeline = Pipeline(
            capabilities: source.capabilities,
            clock: clock,
            sinks: recorder.map { [$0] } ?? [],
            directory: directory,
            outlet: watches ? flight?.outlet(before: hub) ?? hub : hub
        )
        await source.playback?.attach(PipelineStage(pipeline: pipeline, hub: hub))
        let server = try makeServer(pipeline: pipeline, hub: hub, recorder: recorder, flight: flight)
        let source = source
        var services: [any Service] = [
            BackgroundService { try await source.run { await pipeline.take($0) } },
            BackgroundService { await pipeline.keepSettling(clock: ContinuousClock()) },
            server,
        ]
        // Services end in the opposite order: what was observed last is recorded too.
        if let recorder { services.insert(RecorderService(recorder: recorder, pipeline: pipeline), at: 0) }
        // The flight recorder reads what the recorder wrote up to its end.
        if let flight { services.insert(FlightRecorderService(recorder: flight, pipeline: pipeline), at: 0) }
        let group = ServiceGroup(configuration: configuration(services: services))
        do {
            try await group.run()
        } catch let error as ListenError {
            throw CommandFailure.usage(error.description)
        }
        logger.info("stopped")
    }

    private func makeServer(
        pipeline: Pipeline,
        hub: Hub,
        recorder: DiskRecorder?,
        flight: FlightRecorder?
    ) throws -> ObserverServer {
        let place = recording?.options.place
        let shelf = flight.flatMap { flight in place.map { RecorderShelf(place: $0, flight: flight) } }
        var configuration = ServerConfiguration(
            version: Version.text,
            host: settings.host,
            port: settings.port,
            access: settings.access
        )
        // A source that waits is held up by a stalled client for 10 s at most (law 8).
        if source.capabilities.contains(.canWait) { configuration.limits.webSocket.stallTimeout = .seconds(10) }
        do {
            return try ObserverServer(
                source: source.description,
                capabilities: source.capabilities,
                playback: source.playback,
                pipeline: pipeline,
                hub: hub,
                recorder: recorder,
                archive: archive,
                past: recorder.map { LedgerArchive(ledger: $0.ledger) },
                shelf: shelf ?? played,
                incidents: flight,
                faults: source.faults,
                gate: source.gate,
                configuration: configuration,
                clock: clock,
                timeline: timeline,
                logger: logger,
                onListening: { address in
                    await recorder?.begun()
                    await announce(address, recording: recorder?.status.path)
                }
            )
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    private func configuration(services: [any Service]) -> ServiceGroupConfiguration {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.shutdownLimit
        return configuration
    }

    /// Says where the API is served, on standard error and in the ready file.
    private func announce(_ address: BoundAddress, recording: String?) async {
        let url = "http://\(address.authority)"
        let webSocket = "ws://\(address.authority)/ws/logs"
        logger.info(
            "serving",
            metadata: ["url": "\(url)", "websocket": "\(webSocket)", "run": "\(source.description.run)"]
        )
        guard let path = settings.readyFile else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("url")
        writer.string(url)
        writer.key("websocket")
        writer.string(webSocket)
        if let engine {
            writer.key("engine")
            writer.string(engine)
        }
        if let recording {
            writer.key("recording")
            writer.string(recording)
        }
        writer.endObject()
        writer.newline()
        if let reason = TextFile.write(writer.bytes, to: path) {
            logger.error("ready file not written", metadata: ["path": "\(path)", "error": "\(reason)"])
        }
    }
}

/// Work that ends at once when the group shuts down: it holds nothing that must be finished.
struct BackgroundService: Service {
    let work: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await work() }
    }
}

extension Logger {
    /// The logger of a command that serves.
    static func observer(level: Logger.Level, clock: any ObserverClock) -> Logger {
        Logger(label: "observer") { LogfmtHandler(label: $0, level: level, clock: clock) }
    }
}
