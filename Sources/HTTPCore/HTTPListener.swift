// SPDX-License-Identifier: Apache-2.0
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A service that listens on one address and serves HTTP/1.1 and WebSocket there.
///
/// Graceful shutdown closes idle connections at once, lets responses end, closes sessions with 1001, and cuts what is
/// left after the limits' shutdown timeouts; `run` then returns.
public struct HTTPListener: Service {
    private let address: ListenAddress
    private let limits: HTTPLimits
    private let endpoint: (any WebSocketEndpoint)?
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (BoundAddress) async -> Void
    private let responder: HTTPChannelHandler.Responder

    /// Makes a listener; nothing is bound before `run`.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - limits: Bounds of the listener and of each connection.
    ///   - endpoint: Decides about WebSocket handshakes; without one they are served as plain HTTP.
    ///   - eventLoopGroup: Where the connections live; by default the threads that the process shares.
    ///   - logger: For what happens, at debug level.
    ///   - onListening: Is told once where connections are accepted.
    ///   - responder: Answers the requests; by default each with 404.
    public init(
        address: ListenAddress,
        limits: HTTPLimits = HTTPLimits(),
        endpoint: (any WebSocketEndpoint)? = nil,
        eventLoopGroup: (any EventLoopGroup)? = nil,
        logger: Logger,
        onListening: @escaping @Sendable (BoundAddress) async -> Void = { _ in },
        responder: @escaping HTTPChannelHandler.Responder = { _, writer, _ in try await writer.writeNotFound() }
    ) {
        self.address = address
        self.limits = limits
        self.endpoint = endpoint
        self.eventLoopGroup = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        self.logger = logger
        self.onListening = onListening
        self.responder = responder
    }

    /// Listens and serves until graceful shutdown or cancellation.
    ///
    /// - Throws: `ListenError` when the address cannot be had.
    public func run() async throws {
        switch self.address {
        case .tcp(let host, let port):
            try await self.serve(.hostname(host, port: port)) { channel throws(ListenError) in
                guard let address = channel.localAddress, let ip = address.ipAddress, let port = address.port else {
                    throw self.error("the socket has no address")
                }
                return .tcp(ip: ip, port: port)
            }
        case .unix(let path):
            let file = try UnixSocketFile(path: path)
            let published = Mutex<UnixSocketFile.Identity?>(nil)
            defer { published.withLock { $0.map(file.remove) } }
            try await self.serve(.unixDomainSocket(path: file.temporaryPath)) { _ throws(ListenError) in
                let identity = try file.publish()
                published.withLock { $0 = identity }
                return .unix(path: path)
            }
        }
    }

    /// Runs Hummingbird's server; `locate` says where it listens, once it does, or why it cannot stay.
    private func serve(
        _ address: BindAddress,
        locate: @escaping @Sendable (any Channel) throws(ListenError) -> BoundAddress
    ) async throws {
        let failure = Mutex<ListenError?>(nil)
        let connections = WebSocketUpgradeChannel(
            limits: self.limits,
            endpoint: self.endpoint,
            logger: self.logger,
            responder: self.responder
        )
        // It tells the address at info level, also where that is a temporary one; the caller is told by `onListening`.
        var serverLogger = self.logger
        serverLogger.logLevel = max(serverLogger.logLevel, .notice)
        let server = Server(
            childChannelSetup: connections,
            configuration: ServerConfiguration(
                address: address,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    self.limits.connections + HTTPLimits.refusedConnections,
                    logger: self.logger
                )
            ),
            onServerRunning: { channel in
                do throws(ListenError) {
                    await self.onListening(try locate(channel))
                } catch {
                    failure.withLock { $0 = error }
                    channel.close(promise: nil)
                }
            },
            eventLoopGroup: self.eventLoopGroup,
            logger: serverLogger
        )
        defer { connections.closeAll() }
        do {
            try await server.run()
        } catch let error as IOError {
            throw self.error(Self.problem(error))
        } catch let error as SocketAddressError {
            throw self.error("the host cannot be found (\(error))")
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func error(_ problem: String) -> ListenError {
        ListenError(address: self.address, problem: problem)
    }

    private static func problem(_ error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another process listens there; stop that or take another port"
        case EADDRNOTAVAIL: "this machine has no such address"
        case EACCES: "permission denied"
        case ENOENT: "there is no such directory"
        default: "\(error)"
        }
    }
}
