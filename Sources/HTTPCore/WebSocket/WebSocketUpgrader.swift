// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// A handshake that the endpoint accepted, on its way from the request's head to the upgraded connection.
struct WebSocketAcceptance {
    let subprotocol: String?
    let makeSession: @Sendable () -> any WebSocketSessionDelegate
}

/// Turns an accepted request's connection into a session.
///
/// NIOWebSocket computes the handshake's answer; its frame codec is left out, since the session writes encoded frames
/// and reads with its own, stricter parser.
struct WebSocketUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = ConnectionOutcome

    let supportedProtocol = "websocket"
    /// `Connection` was checked with the handshake.
    let requiredUpgradeHeaders: [String] = []

    /// Set by the connection's handler before the head gets here.
    let acceptance: NIOLoopBoundBox<WebSocketAcceptance?>
    let limits: WebSocketLimits
    let logger: Logger

    func buildUpgradeResponse(
        channel: any Channel,
        upgradeRequest: HTTPRequestHead,
        initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        guard let acceptance = self.acceptance.value else {
            return channel.eventLoop.makeFailedFuture(NIOWebSocketUpgradeError.unsupportedWebSocketTarget)
        }
        var headers = HTTPHeaders()
        if let subprotocol = acceptance.subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
        let answer = NIOTypedWebSocketServerUpgrader<Void>(
            shouldUpgrade: { [headers] channel, _ in channel.eventLoop.makeSucceededFuture(headers) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        )
        return answer.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: upgradeRequest,
            initialResponseHeaders: initialResponseHeaders
        )
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<ConnectionOutcome> {
        channel.eventLoop.makeCompletedFuture {
            guard let acceptance = self.acceptance.value else { throw ChannelError.inappropriateOperationForState }
            self.acceptance.value = nil
            let pipeline = channel.pipeline.syncOperations
            let connection = try pipeline.handler(type: HTTPConnectionHandler.self)
            pipeline.removeHandler(connection, promise: nil)
            let handler = WebSocketChannelHandler(
                delegate: acceptance.makeSession(),
                limits: self.limits,
                logger: self.logger,
                isQuiescing: connection.isQuiescing,
                now: channel.eventLoop.now
            )
            try pipeline.addHandler(handler)
            return .webSocket
        }
    }
}
