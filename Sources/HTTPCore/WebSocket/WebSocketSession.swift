// SPDX-License-Identifier: Apache-2.0
public import NIOCore

/// One open WebSocket connection, as the application sees it: to be used on its event loop only.
///
/// Everything but `eventLoop` and `remoteAddress` does nothing once the session is over.
public final class WebSocketSession {
    /// Where the session lives; all calls to and from it are made here.
    public let eventLoop: any EventLoop
    /// The client's address, `nil` for one without (Unix sockets may have none).
    public let remoteAddress: SocketAddress?
    private weak var handler: WebSocketChannelHandler?

    init(handler: WebSocketChannelHandler, eventLoop: any EventLoop, remoteAddress: SocketAddress?) {
        self.handler = handler
        self.eventLoop = eventLoop
        self.remoteAddress = remoteAddress
    }

    /// Whether frames may be written: no close frame was sent, and the connection stands.
    public var isOpen: Bool { self.handler?.isOpen ?? false }

    /// Whether the unsent bytes are below the high water mark.
    ///
    /// Writing while it is false loses nothing, but is not bounded by anything: wait for `sessionBecameWritable`.
    public var isWritable: Bool { self.handler?.isWritable ?? false }

    /// The bytes that were written and that the socket has not taken.
    public var unsentBytes: Int { self.handler?.unsentBytes ?? 0 }

    /// Queues frames, without a copy.
    ///
    /// - Parameter frames: One or more whole frames as `WebSocketFrames` encodes them; nothing is ever put between
    ///   the bytes of one buffer.
    public func write(frames: ByteBuffer) { self.handler?.write(frames) }

    /// Hands everything queued to the socket.
    public func flush() { self.handler?.flush() }

    /// Queues frames and hands everything queued to the socket.
    ///
    /// - Parameter frames: One or more whole frames.
    public func writeAndFlush(frames: ByteBuffer) {
        self.write(frames: frames)
        self.flush()
    }

    /// Begins the closing handshake behind what was written; no frame can be written after it.
    ///
    /// The connection is cut if the client does not finish the handshake within the close timeout.
    ///
    /// - Parameters:
    ///   - code: A code that is valid on the wire, or one of 1012 to 1014.
    ///   - reason: Words for a person; what exceeds 123 bytes is cut off.
    public func close(code: WebSocketCloseCode, reason: String) { self.handler?.close(code: code, reason: reason) }

    /// Cuts the connection at once; what is unsent is lost.
    public func abort() { self.handler?.abort() }

    /// Stops taking messages from the client; those already read from the socket are kept for later.
    ///
    /// While it lasts, neither the client's close frame nor its answers to pings are seen, and it is not held to them.
    public func pauseReading() { self.handler?.pauseReading() }

    /// Takes messages again.
    public func resumeReading() { self.handler?.resumeReading() }
}

@available(*, unavailable)
extension WebSocketSession: Sendable {}

/// What an application does with a session; each call is made on the session's event loop.
///
/// The calls are: `sessionOpened` once, then any of the others, then `sessionClosed` once as the last.
public protocol WebSocketSessionDelegate: AnyObject {
    /// The handshake is done; frames may be written from here on.
    ///
    /// - Parameter session: The session; keep it.
    func sessionOpened(_ session: WebSocketSession)

    /// The client sent a whole message.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - message: The message, below the size limit; text is valid UTF-8.
    func session(_ session: WebSocketSession, received message: WebSocketMessage)

    /// The unsent bytes fell below the low water mark.
    ///
    /// - Parameter session: The session.
    func sessionBecameWritable(_ session: WebSocketSession)

    /// The server is shutting down; the session is cut after the shutdown timeout if it did not end before.
    ///
    /// Without an implementation it closes with 1001.
    ///
    /// - Parameter session: The session.
    func sessionQuiescing(_ session: WebSocketSession)

    /// The session is over; nothing can be written any more.
    ///
    /// - Parameters:
    ///   - session: The session; let go of it.
    ///   - code: The client's close code, or ours if we closed; 1005 if the client gave none, 1006 if the connection
    ///     just ended.
    ///   - reason: What the close frame said, or what went wrong.
    func sessionClosed(_ session: WebSocketSession, code: WebSocketCloseCode, reason: String)
}

extension WebSocketSessionDelegate {
    /// Ignores messages.
    public func session(_ session: WebSocketSession, received message: WebSocketMessage) {}
    /// Does nothing.
    public func sessionBecameWritable(_ session: WebSocketSession) {}
    /// Closes with 1001.
    public func sessionQuiescing(_ session: WebSocketSession) {
        session.close(code: .goingAway, reason: "server is shutting down")
    }
    /// Does nothing.
    public func sessionClosed(_ session: WebSocketSession, code: WebSocketCloseCode, reason: String) {}
}
