// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
public import EngineClient
public import Logging
public import ObserverModel

/// A real engine as a source: waits for it, observes it, and waits again when it goes away.
///
/// It sends GET and HEAD, nothing else (law 7): its client can do no more.
public struct LiveSource: ObservationSource {
    private let client: DockerClient
    private let options: LiveOptions
    private let timing: LiveTiming
    private let clock: any Clock<Duration>
    private let wall: any ObserverClock
    private let logger: Logger

    /// What the source can do: clients may post anomalies and marks; time cannot be told to wait.
    public let capabilities: SourceCapabilities = [.takesInputs]
    /// What the source is.
    public let description: SourceDescription
    /// Live time cannot be controlled.
    public var playback: (any PlaybackControl)? { nil }

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - client: The client of the engine.
    ///   - options: What is observed, and how.
    ///   - timing: The time spans it goes by.
    ///   - run: The name of this life of the process.
    ///   - clock: The clock of waits and deadlines.
    ///   - wall: The clock of `t`.
    ///   - logger: Where problems are told.
    public init(
        client: DockerClient,
        options: LiveOptions,
        timing: LiveTiming = LiveTiming(),
        run: String,
        clock: any Clock<Duration> = ContinuousClock(),
        wall: any ObserverClock,
        logger: Logger
    ) {
        self.client = client
        self.options = options
        self.timing = timing
        self.clock = clock
        self.wall = wall
        self.logger = logger
        description = SourceDescription(mode: "live", run: run, origin: client.endpoint.description)
    }

    /// Observes until the task is cancelled.
    @concurrent
    public func run(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws {
        var fleet = Fleet()
        var backoff = Backoff(first: timing.firstRetry, limit: timing.longestEngineRetry)
        var told: String?
        while !Task.isCancelled {
            let reason: String
            do {
                let access = try await connect(emit: emit)
                backoff.reset()
                told = nil
                reason = await LiveSession(access: access).run(fleet: &fleet)
            } catch {
                reason = "\(error)"
            }
            guard !Task.isCancelled else { return }
            if told != reason {
                if told == nil {
                    let change = EngineConnection(state: .disconnected, message: reason)
                    await emit([Observation(fact: .engine(change))])
                }
                logger.warning(
                    "engine unreachable",
                    metadata: ["engine.endpoint": "\(client.endpoint)", "error": "\(reason)"]
                )
                told = reason
            }
            await fleet.events.noteUnreachable(at: wall.now())
            try? await clock.sleep(for: backoff.next())
        }
    }

    /// Makes sure that the engine answers in a version that we speak, and tells that it does.
    private func connect(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws -> EngineAccess {
        let identity = try await client.negotiate()
        let access = EngineAccess(
            client: client,
            identity: identity,
            options: options,
            timing: timing,
            clock: clock,
            wall: wall,
            emit: emit,
            logger: logger
        )
        var version: [UInt8] = []
        if let response = try? await client.get(access.target("/version")) {
            JSONMinify.append(response.body[...], to: &version)
        }
        let name = (try? EngineVersion(json: version[...]))?.version ?? identity.engineVersion ?? "of unknown version"
        let change = EngineConnection(
            state: .connected,
            message: "Connected to engine \(name) at \(client.endpoint), API \(identity.apiVersion)",
            version: version.isEmpty ? nil : version[...]
        )
        logger.info(
            "engine connected",
            metadata: [
                "engine.endpoint": "\(client.endpoint)", "engine.version": "\(name)",
                "engine.api_version": "\(identity.apiVersion)",
            ]
        )
        await access.emit(.engine(change))
        return access
    }
}
