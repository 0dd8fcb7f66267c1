// SPDX-License-Identifier: Apache-2.0
public import NIOCore

/// What bounds a WebSocket session.
public struct WebSocketLimits: Sendable, Hashable {
    /// The longest message that a client may send, in bytes; a longer one closes with 1009.
    ///
    /// 64 KiB, as for HTTP bodies: clients of a stream have next to nothing to say.
    public var maximumMessageBytes = 64 * 1024
    /// The time between two pings of ours.
    ///
    /// 20 s, below the 30 to 60 s after which proxies and NATs forget a silent connection.
    public var pingInterval = TimeAmount.seconds(20)
    /// How long a ping may stay unanswered, by a pong or anything else.
    ///
    /// It runs only while nothing of ours waits to be sent: behind a backlog the client cannot have seen the ping.
    public var pongTimeout = TimeAmount.seconds(20)
    /// How long the closing handshake may take before the connection is cut.
    public var closeTimeout = TimeAmount.seconds(2)
    /// How long a client may take no byte while there are some for it; then it is closed with 1013.
    ///
    /// It is found out in steps of a tenth, so a client is closed after 1.1 times this at the latest.
    public var stallTimeout = TimeAmount.seconds(30)
    /// How long a session may go on after the server was told to end.
    public var shutdownTimeout = TimeAmount.seconds(3)
    /// Below this many unsent bytes the session is writable again.
    ///
    /// A quarter of the high mark, so that a client is woken for a worthwhile refill and not for each packet.
    public var lowWaterMark = 64 * 1024
    /// Above this many unsent bytes the session is not writable.
    ///
    /// Four buffers of 64 KiB, which is what one `writev` takes well; with 1,000 clients that all stall it makes 256 MB
    /// of references to buffers that the clients share.
    public var highWaterMark = 256 * 1024

    /// Makes the product's limits.
    public init() {}
}
