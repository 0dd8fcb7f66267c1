// SPDX-License-Identifier: Apache-2.0

public import Logging
public import NIOCore
public import NIOPosix

/// The client side of an engine's HTTP API, for observing: it sends GET and HEAD, nothing else (law 7).
///
/// Calls share a few kept connections; each stream has one of its own. All methods may be called from any task.
public final class DockerClient: Sendable {
    /// What can be set.
    public struct Configuration: Sendable {
        /// The value of the `User-Agent` field; what no field may hold is left out.
        public var userAgent = "sentinell-observer/0"

        /// How long opening a connection may take.
        public var connectTimeout: Duration = .seconds(2)

        /// How long an engine may take to begin the answer to a stream's request.
        public var headTimeout: Duration = .seconds(30)

        /// How many calls run at once; the others wait in their order.
        ///
        /// 16 keep an engine busy without flooding it: each inspect locks a container.
        public var callLimit = 16

        /// How many streams are opened at once; how many are open has no limit here.
        ///
        /// An engine that is stuck with some containers answers late, and those must not hold up the others.
        public var openingLimit = 64

        /// How many bytes of a stream wait for ``EngineStream/next()`` before reading stops, and the engine with it.
        ///
        /// 256 KiB are some 2,000 lines: enough to bridge a pause, and 256 MiB for a thousand stalled streams.
        public var streamBuffer = 256 * 1024

        /// Creates the standard configuration.
        public init() {}
    }

    /// The most that a call's answer may hold unless it says otherwise, in bytes: a list of 10,000 containers.
    public static let standardLimit = 16 * 1024 * 1024

    /// The most of an error's body that is read, in bytes.
    private static let errorLimit = 64 * 1024

    /// Where the engine is.
    public let endpoint: EngineEndpoint

    private let configuration: Configuration
    private let connector: EngineConnector
    private let calls: ConcurrencyLimit
    private let openings: ConcurrencyLimit

    /// Creates a client; no connection is opened yet.
    ///
    /// - Throws: ``EngineError`` with the code ``EngineError/Code/tls`` when the endpoint's certificates or key cannot
    ///   be used.
    public init(
        endpoint: EngineEndpoint,
        configuration: Configuration = Configuration(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger
    ) throws(EngineError) {
        self.endpoint = endpoint
        self.configuration = configuration
        connector = EngineConnector(
            endpoint: endpoint,
            userAgent: String(
                configuration.userAgent.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }.map(Character.init)
            ),
            connectTimeout: TimeAmount(configuration.connectTimeout),
            group: group,
            pool: ConnectionPool(limit: configuration.callLimit),
            security: try endpoint.securityContext(),
            logger: logger
        )
        calls = ConcurrencyLimit(configuration.callLimit)
        openings = ConcurrencyLimit(configuration.openingLimit)
    }

    deinit {
        shutdown()
    }

    /// Closes the connections that are kept for further calls; what runs goes on.
    public func shutdown() {
        connector.pool.shutdown()
    }

    /// Sends a GET and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - target: What is asked for.
    ///   - limit: The most bytes that the body may hold.
    ///   - deadline: How long it may take from the moment at which it is sent.
    /// - Returns: The answer, with a status of 2xx.
    /// - Throws: ``EngineError``; any status but 2xx is one, with the engine's own message.
    public func get(
        _ target: RequestTarget,
        limit: Int = standardLimit,
        deadline: Duration = .seconds(30)
    ) async throws(EngineError) -> EngineResponse {
        let request = EngineRequest(method: .get, target: target)
        return try success(request, try await perform(request, limit: limit, deadline: deadline))
    }

    /// Sends a HEAD and waits for the answer.
    ///
    /// - Throws: ``EngineError``; any status but 2xx is one.
    public func head(
        _ target: RequestTarget,
        deadline: Duration = .seconds(30)
    ) async throws(EngineError) -> EngineResponse {
        let request = EngineRequest(method: .head, target: target)
        return try success(request, try await perform(request, limit: 0, deadline: deadline))
    }

    /// Sends a GET and returns once the answer has begun; its body is then taken from the stream.
    ///
    /// - Parameters:
    ///   - target: What is asked for.
    ///   - idleTimeout: How long the body may be silent; `nil` for ever, which logs and events may be.
    /// - Returns: The stream, with a status of 2xx.
    /// - Throws: ``EngineError``; any status but 2xx is one, with the engine's own message.
    public func stream(
        _ target: RequestTarget,
        idleTimeout: Duration? = nil
    ) async throws(EngineError) -> EngineStream {
        let request = EngineRequest(method: .get, target: target)
        let allowed = TimeAmount(configuration.headTimeout)
        return try await within(openings, request) { () throws(EngineError) in
            let exchange = Exchange(
                request.prefixed(self.endpoint.basePath),
                endpoint: self.endpoint,
                deadline: .head(.now() + allowed, allowed: allowed),
                idleTimeout: idleTimeout.map { TimeAmount($0) },
                isStream: true,
                capacity: self.configuration.streamBuffer
            )
            self.connector.start(exchange, isFresh: true)
            let stream = EngineStream(head: try await exchange.head(), exchange: exchange)
            guard !stream.head.isSuccess else { return stream }
            let body = try await self.collect(exchange, limit: Self.errorLimit)
            throw .status(request, self.endpoint, EngineResponse(head: stream.head, body: body))
        }
    }
}

extension DockerClient {
    /// Sends a request and waits for the whole answer, whatever its status.
    func perform(
        _ request: EngineRequest,
        limit: Int,
        deadline: Duration
    ) async throws(EngineError) -> EngineResponse {
        try await within(calls, request) { () throws(EngineError) in
            let allowed = TimeAmount(deadline)
            let end = NIODeadline.now() + allowed
            // Once more when a kept connection turns out to be closed: both methods can be repeated (RFC 9110 §9.2.2).
            let exchange = self.exchange(request, .answer(end, allowed: allowed))
            do throws(EngineError) {
                return try await self.answer(exchange, limit: limit, isFresh: false)
            } catch {
                guard exchange.isStale else { throw error }
            }
            return try await self.answer(
                self.exchange(request, .answer(end, allowed: allowed)),
                limit: limit,
                isFresh: true
            )
        }
    }

    private func exchange(_ request: EngineRequest, _ deadline: Exchange.Deadline) -> Exchange {
        Exchange(
            request.prefixed(endpoint.basePath),
            endpoint: endpoint,
            deadline: deadline,
            isStream: false,
            capacity: configuration.streamBuffer
        )
    }

    private func answer(
        _ exchange: Exchange,
        limit: Int,
        isFresh: Bool
    ) async throws(EngineError) -> EngineResponse {
        connector.start(exchange, isFresh: isFresh)
        let head = try await exchange.head()
        let limit = head.isSuccess ? limit : max(limit, Self.errorLimit)
        return EngineResponse(head: head, body: try await collect(exchange, limit: limit))
    }

    private func collect(_ exchange: Exchange, limit: Int) async throws(EngineError) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try await exchange.next() {
            guard body.count + bytes.count <= limit else {
                exchange.abandon()
                throw .tooLarge(exchange, limit: limit)
            }
            if body.isEmpty { body = bytes } else { body += bytes }
        }
        return body
    }

    private func success(
        _ request: EngineRequest,
        _ response: EngineResponse
    ) throws(EngineError) -> EngineResponse {
        guard response.head.isSuccess else { throw .status(request, endpoint, response) }
        return response
    }

    private func within<Value>(
        _ limit: ConcurrencyLimit,
        _ request: EngineRequest,
        _ body: () async throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        guard await limit.enter() else { throw .cancelled(request, endpoint) }
        defer { limit.leave() }
        return try await body()
    }
}
