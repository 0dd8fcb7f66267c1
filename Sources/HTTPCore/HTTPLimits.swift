// SPDX-License-Identifier: Apache-2.0
public import NIOCore

/// What bounds a listener and each of its connections.
public struct HTTPLimits: Sendable, Hashable {
    /// The request line and the header fields, in bytes; more gets 431.
    ///
    /// 16 KiB: twice what most servers take, because of cookies that other programs on `localhost` leave behind.
    public var headerBytes = 16 * 1024
    /// The header fields of a request, trailers included; more gets 431.
    ///
    /// 100: browsers send about 20.
    public var headerFields = 100
    /// The body of a request, in bytes; more gets 413.
    ///
    /// 64 KiB: the largest body of the API is a posted anomaly.
    public var bodyBytes = 64 * 1024
    /// The time for the head and the body of a request, from its first byte on; more gets 408.
    ///
    /// On a new connection it begins at once, so that silent ones do not use up the connections.
    public var requestTimeout = TimeAmount.seconds(10)
    /// The time without a request after which a kept-alive connection is closed.
    ///
    /// 60 s: longer than the polling interval of most dashboards.
    public var idleTimeout = TimeAmount.seconds(60)
    /// How long a client may take no byte of a response before the connection is cut.
    public var stallTimeout = TimeAmount.seconds(30)
    /// How long a response may go on after the client closed its side.
    ///
    /// Some clients close their side and read the answer; of an endless one, it means that nobody listens.
    public var halfClosedTimeout = TimeAmount.seconds(5)
    /// How long the client has to close its side after ours is.
    ///
    /// Closing at once while it still sends would reset the connection, and it might lose the last response.
    public var lingerTimeout = TimeAmount.seconds(1)
    /// How long responses may go on after the server was told to end.
    public var shutdownTimeout = TimeAmount.seconds(3)
    /// Connections at once; a further one gets 503.
    ///
    /// 1,100: the 1,000 WebSocket clients of the API, and 100 for requests.
    public var connections = 1_100
    /// Bounds of the sessions.
    public var webSocket = WebSocketLimits()

    /// Connections beyond the limit that are accepted for the time that it takes to tell them so; above this many, they
    /// wait in the kernel's queue.
    static let refusedConnections = 32

    /// Makes the product's limits.
    public init() {}
}
