// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import NIOCore

/// Sends each message back, and reads no further while the client does not take what it is sent.
final class EchoSession: WebSocketSessionDelegate {
    func sessionOpened(_ session: WebSocketSession) {}

    func session(_ session: WebSocketSession, received message: WebSocketMessage) {
        var header = ByteBuffer()
        let payload: ByteBuffer
        switch message {
        case .text(let bytes):
            WebSocketFrames.appendTextHeader(payloadLength: bytes.readableBytes, to: &header)
            payload = bytes
        case .binary(let bytes):
            WebSocketFrames.appendBinaryHeader(payloadLength: bytes.readableBytes, to: &header)
            payload = bytes
        }
        header.writeImmutableBuffer(payload)
        session.writeAndFlush(frames: header)
        if !session.isWritable { session.pauseReading() }
    }

    func sessionBecameWritable(_ session: WebSocketSession) {
        session.resumeReading()
    }
}

/// Accepts every handshake, without a subprotocol.
struct EchoEndpoint: WebSocketEndpoint {
    func decide(_ request: WebSocketRequest) -> WebSocketDecision {
        .accept(subprotocol: nil) { EchoSession() }
    }
}
