// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import HTTPTypes
import NIOCore

/// Echoes on `/ws`, declines elsewhere.
struct EchoEndpoint: WebSocketEndpoint {
    func decide(_ request: WebSocketRequest) -> WebSocketDecision {
        guard request.head.path == "/ws" else { return .decline }
        return .accept(subprotocol: request.subprotocols.first) { EchoSession() }
    }
}

final class EchoSession: WebSocketSessionDelegate {
    func sessionOpened(_ session: WebSocketSession) {}

    func session(_ session: WebSocketSession, received message: WebSocketMessage) {
        var frame = ByteBuffer()
        switch message {
        case .text(let payload):
            WebSocketFrames.appendTextHeader(payloadLength: payload.readableBytes, to: &frame)
            frame.writeImmutableBuffer(payload)
        case .binary(let payload):
            WebSocketFrames.appendBinaryHeader(payloadLength: payload.readableBytes, to: &frame)
            frame.writeImmutableBuffer(payload)
        }
        session.writeAndFlush(frames: frame)
        if !session.isWritable { session.pauseReading() }
    }

    func sessionBecameWritable(_ session: WebSocketSession) { session.resumeReading() }
}
