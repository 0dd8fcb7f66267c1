// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Opens connections to an engine and sends requests on them.
struct EngineConnector: Sendable {
    /// The seconds of silence after which the kernel asks whether the other side of a TCP connection is still there.
    ///
    /// The docker CLI's number. Streams have no timeout of their own, so nothing else would find out.
    private static let keepAliveSeconds = 30

    /// The receive buffer that TCP streams ask for, in bytes.
    ///
    /// Left alone Linux grows it to 6 MiB, which a thousand stalled streams would make 6 GiB; 512 KiB still carry
    /// 25 MB/s over 20 ms.
    private static let receiveBufferSize = 512 * 1024

    let endpoint: EngineEndpoint
    let userAgent: String
    let connectTimeout: TimeAmount
    let group: any EventLoopGroup
    let pool: ConnectionPool
    let security: NIOSSLContext?
    let logger: Logger

    /// Sends the exchange's request, on a connection that waits or, if it must be fresh, on a new one.
    ///
    /// Whatever comes of it ends up in the exchange.
    func start(_ exchange: Exchange, isFresh: Bool) {
        if !isFresh, let channel = pool.checkOut() {
            send(exchange, on: channel)
            return
        }
        connect().whenComplete { result in
            switch result {
            case .success(let channel):
                send(exchange, on: channel)
            case .failure(let error):
                let error = EngineError.connecting(to: endpoint, error, within: connectTimeout)
                logger.debug("engine connection failed", metadata: ["engine.error": "\(error.code)"])
                exchange.finish(.failed(error))
            }
        }
    }

    private func send(_ exchange: Exchange, on channel: any Channel) {
        let request = exchange.request.bytes(host: endpoint.hostField, userAgent: userAgent)
        let started = channel.eventLoop.makePromise(of: Void.self)
        channel.triggerUserOutboundEvent(ConnectionHandler.Command.start(exchange, request: request), promise: started)
        started.futureResult.whenFailure { error in
            // The connection went while the command was on its way; a kept one may, and is then replaced.
            exchange.finish(.failed(.connection(exchange, error)), isStale: true)
        }
    }

    private func connect() -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: group.next())
            .connectTimeout(connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: ReadBufferAllocator())
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel.pipeline.syncOperations) }
            }
        switch endpoint.address {
        case .unix(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            return
                bootstrap
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(Self.keepIdle), value: Self.keepAliveSeconds)
                .channelOption(.socketOption(.so_rcvbuf), value: Self.receiveBufferSize)
                .connect(host: host, port: port)
        }
    }

    private func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        if let security {
            try pipeline.addHandler(NIOSSLClientHandler(context: security, serverHostname: endpoint.serverName))
        }
        try pipeline.addHandler(ConnectionHandler(pool: pool))
    }

    #if os(Linux)
        private static let keepIdle = NIOBSDSocket.Option(rawValue: 4)  // TCP_KEEPIDLE
    #else
        private static let keepIdle = NIOBSDSocket.Option(rawValue: 0x10)  // TCP_KEEPALIVE
    #endif
}

extension EngineEndpoint {
    /// The name that the engine's certificate must hold; `nil` for an IP address, which is checked as such.
    var serverName: String? {
        guard case .tcp(let host, let port) = address else { return nil }
        return (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    }

    /// What TLS needs, or `nil` for plain HTTP.
    func securityContext() throws(EngineError) -> NIOSSLContext? {
        guard let security else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = security.isVerified ? .fullVerification : .none
        if let authority = security.authority {
            configuration.trustRoots = .certificates(try certificates(authority))
        }
        if let certificate = security.certificate {
            configuration.certificateChain = try certificates(certificate).map { .certificate($0) }
        }
        if let key = security.key {
            do {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key.bytes, format: .pem))
            } catch {
                throw .material(self, key)
            }
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .security(self, "TLS with \(self) cannot be set up: \(error)", advice: nil)
        }
    }

    private func certificates(_ material: TransportSecurity.Material) throws(EngineError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(material.bytes)
            guard !certificates.isEmpty else { throw EngineError.material(self, material) }
            return certificates
        } catch {
            throw .material(self, material)
        }
    }
}
