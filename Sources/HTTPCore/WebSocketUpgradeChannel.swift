// SPDX-License-Identifier: Apache-2.0
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What became of a connection after its first request.
enum ConnectionOutcome: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case webSocket
}

/// Connections that speak HTTP/1.1 to a responder, or, from their first request on, WebSocket to an endpoint.
///
/// Only the first request of a connection can upgrade it; browsers open a new one for each WebSocket.
public struct WebSocketUpgradeChannel: HTTPChannelHandler {
    /// A connection that was accepted.
    public struct Value: ServerChildChannelValue {
        /// Fails when the connection ends before its first request.
        let outcome: EventLoopFuture<ConnectionOutcome>
        /// Kept by `handle`: only then is anybody there to read requests and to finish what reads them.
        let isHandled: EventLoopPromise<Void>
        /// The connection.
        public let channel: any Channel
    }

    /// Answers the requests.
    public let responder: Responder
    private let endpoint: (any WebSocketEndpoint)?
    private let limits: HTTPLimits
    private let connections: OpenConnections
    private let logger: Logger?

    /// Makes the connections of one listener.
    ///
    /// - Parameters:
    ///   - limits: Bounds of the listener and of each connection.
    ///   - endpoint: Decides about WebSocket handshakes; without one they are served as plain HTTP.
    ///   - logger: For what happens on the connections, at debug level; without one, the server's.
    ///   - responder: Answers the requests.
    public init(
        limits: HTTPLimits = HTTPLimits(),
        endpoint: (any WebSocketEndpoint)? = nil,
        logger: Logger? = nil,
        responder: @escaping Responder
    ) {
        self.limits = limits
        self.endpoint = endpoint
        self.logger = logger
        self.responder = responder
        self.connections = OpenConnections(limit: limits.connections)
    }

    /// Builds the connection's pipeline, and arms the deadline of its first request.
    ///
    /// - Parameters:
    ///   - channel: The accepted connection.
    ///   - logger: For what happens on it, unless `init` got one.
    /// - Returns: What `handle` wants.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            switch self.connections.add(channel) {
            case .open: break
            case .full: return try self.refuse(channel)
            case .late:
                channel.close(promise: nil)
                throw ChannelError.ioOnClosedChannel
            }
            let isHandled = channel.eventLoop.makePromise(of: Void.self)
            channel.closeFuture.whenComplete { _ in isHandled.fail(ChannelError.ioOnClosedChannel) }
            let outcome = try self.configure(channel, logger: self.logger ?? logger, isHandled: isHandled.futureResult)
            return Value(outcome: outcome, isHandled: isHandled, channel: channel)
        }
    }

    /// Closes the connections that a server which was cancelled left behind.
    func closeAll() { self.connections.closeAll() }

    private func refuse(_ channel: any Channel) throws -> Value {
        let handler = RefusedConnectionHandler(
            .tooManyConnections(self.limits),
            lingerTimeout: self.limits.lingerTimeout
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        let isHandled = channel.eventLoop.makePromise(of: Void.self)
        isHandled.succeed()
        let outcome = channel.eventLoop.makeSucceededFuture(ConnectionOutcome.webSocket)
        return Value(outcome: outcome, isHandled: isHandled, channel: channel)
    }

    /// Codec, our handler, NIO's upgrade handler; all of them leave when a connection is upgraded.
    private func configure(
        _ channel: any Channel,
        logger: Logger,
        isHandled: EventLoopFuture<Void>
    ) throws -> EventLoopFuture<ConnectionOutcome> {
        let acceptance = NIOLoopBoundBox<WebSocketAcceptance?>(nil, eventLoop: channel.eventLoop)
        let encoder = HTTPResponseEncoder()
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = self.limits.headerBytes
        decoderLimits.maxHeaderListSize = self.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = self.limits.headerFields
        // The buffer's limit is for what the parser does not count: white space without end around a value.
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoderLimits),
            maximumBufferSize: self.limits.headerBytes
        )
        let connection = HTTPConnectionHandler(
            limits: self.limits,
            endpoint: self.endpoint,
            acceptance: acceptance,
            logger: logger,
            now: channel.eventLoop.now
        )
        let upgrader = WebSocketUpgrader(acceptance: acceptance, limits: self.limits.webSocket, logger: logger)
        let upgrade = NIOTypedHTTPServerUpgradeHandler<ConnectionOutcome>(
            httpEncoder: encoder,
            extraHTTPHandlers: [decoder],
            upgradeConfiguration: .init(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in isHandled.flatMap { Self.serveHTTP(channel) } }
            )
        )
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, connection, upgrade])
        return upgrade.upgradeResultFuture
    }

    private static func serveHTTP(_ channel: any Channel) -> EventLoopFuture<ConnectionOutcome> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            let http = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            // If the request broke off meanwhile, there was nobody yet to be told.
            try channel.pipeline.syncOperations.handler(type: HTTPConnectionHandler.self).tellIfCutShort()
            return .http(http)
        }
    }

    /// Serves a connection until it is closed; cancelling closes it.
    ///
    /// A responder that still works when its connection is gone is cancelled.
    ///
    /// - Parameters:
    ///   - value: What `setup` made.
    ///   - logger: For what happens on it.
    public func handle(value: Value, logger: Logger) async {
        value.isHandled.succeed()
        await withTaskCancellationHandler {
            switch try? await value.outcome.get() {
            case .http(let http):
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.handleHTTP(asyncChannel: http, logger: logger) }
                    try? await value.channel.closeFuture.get()
                    group.cancelAll()
                }
            case .webSocket:
                try? await value.channel.closeFuture.get()
            case nil:
                // The connection ended before its first request, or its upgrade failed.
                value.channel.close(promise: nil)
            }
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
