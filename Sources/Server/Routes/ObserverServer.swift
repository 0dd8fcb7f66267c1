// SPDX-License-Identifier: Apache-2.0

public import HTTPCore
internal import HummingbirdCore
public import Logging
public import NIOCore
public import Observer
public import ObserverModel
public import ServiceLifecycle

/// The observer's API on one address: HTTP and WebSocket.
///
/// A service: graceful shutdown closes streams with 1001, lets answers end, and `run` then returns.
public struct ObserverServer: Service {
    private let configuration: ServerConfiguration
    private let policy: AccessPolicy
    private let api: ObserverAPI
    private let limits: HTTPLimits
    private let eventLoopGroup: (any EventLoopGroup)?
    private let logger: Logger
    private let onListening: @Sendable (BoundAddress) async -> Void

    /// How long a client may take no byte where the source waits for it (law 8); elsewhere the limits' own time holds.
    private static let waitedForTimeout = TimeAmount.seconds(10)

    /// Makes a server; nothing is bound before `run`.
    ///
    /// - Parameters:
    ///   - source: What the observations come from.
    ///   - capabilities: What the source can do.
    ///   - playback: The source's control of time, where it has one.
    ///   - pipeline: Whose state is served, and who takes what clients post.
    ///   - hub: Who serves the streams and holds history.
    ///   - recorder: Who records, where somebody does.
    ///   - archive: The recording that is played, where one is.
    ///   - past: Who knows earlier states, where not the archive does.
    ///   - shelf: The recordings that are offered, where any are.
    ///   - incidents: Who records incidents, where somebody does.
    ///   - faults: The simulation's faults, where there is one.
    ///   - gate: Where what clients post enters the source, if its time is its own.
    ///   - configuration: Where to listen, who may use it, and the bounds.
    ///   - clock: The clock of `t`, as the pipeline's.
    ///   - timeline: What relative times in parameters refer to; by default the present, now and at the start.
    ///   - monotonic: What rates are measured on.
    ///   - eventLoopGroup: Where connections live; by default the threads that the process shares.
    ///   - logger: For refusals and what goes wrong.
    ///   - onListening: Is told once where connections are accepted.
    /// - Throws: ``AccessError`` when other machines could reach the server, no token is set, and that is not wanted.
    public init(
        source: SourceDescription,
        capabilities: SourceCapabilities,
        playback: (any PlaybackControl)? = nil,
        pipeline: Pipeline,
        hub: Hub,
        recorder: (any RecorderStanding)? = nil,
        archive: (any MessageArchive)? = nil,
        past: (any StateArchive)? = nil,
        shelf: (any RecordingShelf)? = nil,
        incidents: (any IncidentStanding)? = nil,
        faults: (any FaultControl)? = nil,
        gate: (any InputGate)? = nil,
        configuration: ServerConfiguration,
        clock: any ObserverClock,
        timeline: TimeReference? = nil,
        monotonic: any Clock<Duration> = ContinuousClock(),
        eventLoopGroup: (any EventLoopGroup)? = nil,
        logger: Logger,
        onListening: @escaping @Sendable (BoundAddress) async -> Void = { _ in }
    ) throws(AccessError) {
        policy = try AccessPolicy(configuration.access, listeningOn: configuration.host)
        var limits = configuration.limits
        if capabilities.contains(.canWait) {
            limits.webSocket.stallTimeout = min(limits.webSocket.stallTimeout, Self.waitedForTimeout)
        }
        api = ObserverAPI(
            source: source,
            capabilities: capabilities,
            playback: playback,
            pipeline: pipeline,
            hub: hub,
            recorder: recorder,
            archive: archive,
            past: past,
            shelf: shelf,
            incidents: incidents,
            faults: faults,
            gate: gate,
            configuration: configuration,
            clock: clock,
            timeline: timeline,
            monotonic: monotonic,
            refusals: RefusalLog(logger: logger, clock: monotonic)
        )
        self.limits = limits
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    /// Listens and serves until graceful shutdown or cancellation.
    ///
    /// - Throws: `ListenError` when the address cannot be had.
    public func run() async throws {
        warn()
        let responder = RequestResponder(
            policy: policy,
            routes: api.routes,
            counters: api.counters,
            refusals: api.refusals,
            logger: logger
        )
        let listener = HTTPListener(
            address: .tcp(host: configuration.host, port: configuration.port),
            limits: limits,
            endpoint: StreamEndpoint(policy: policy, api: api),
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            onListening: onListening,
            responder: { request, writer, _ in try await responder.respond(to: request, writer) }
        )
        try await listener.run()
    }

    /// Says aloud what an operator must know of a server that other machines can reach.
    private func warn() {
        guard policy.isExposed else { return }
        if !policy.needsToken {
            logger.warning(
                "everyone who can reach \(configuration.host) may read all logs: no token is set (--insecure)"
            )
        }
        logger.notice(
            "this server speaks plain HTTP: put a reverse proxy with TLS before it where others can listen in"
        )
    }
}
