// SPDX-License-Identifier: Apache-2.0
public import HTTPTypes
public import NIOCore

/// A valid opening handshake, for the application to decide about.
public struct WebSocketRequest: Sendable {
    /// Method, `path` with its query, `authority` (the Host) and header fields, as the HTTP router would get them.
    public let head: HTTPRequest
    /// The subprotocols that the client offers, in its order of preference.
    public let subprotocols: [String]
    /// The client's address, `nil` for one without (Unix sockets may have none).
    public let remoteAddress: SocketAddress?

    /// Makes a request, as tests of endpoints do.
    ///
    /// - Parameters:
    ///   - head: The request's head.
    ///   - subprotocols: The values of `Sec-WebSocket-Protocol`.
    ///   - remoteAddress: The client's address.
    public init(head: HTTPRequest, subprotocols: [String] = [], remoteAddress: SocketAddress? = nil) {
        self.head = head
        self.subprotocols = subprotocols
        self.remoteAddress = remoteAddress
    }
}

/// What becomes of an opening handshake.
public enum WebSocketDecision: Sendable {
    /// Upgrade.
    ///
    /// `subprotocol` must be one that the client offered, or `nil`. `makeSession` is called once, on the connection's
    /// event loop, unless the client goes away before.
    case accept(subprotocol: String?, makeSession: @Sendable () -> any WebSocketSessionDelegate)
    /// Let the HTTP router answer, without the `Upgrade` field; the connection is closed after it.
    case decline
}

/// Decides which handshakes become sessions.
public protocol WebSocketEndpoint: Sendable {
    /// Decides about a handshake that is valid by RFC 6455 §4.2.1; called once for each, on the event loop: be quick.
    ///
    /// - Parameter request: The handshake.
    /// - Returns: What becomes of it.
    func decide(_ request: WebSocketRequest) -> WebSocketDecision
}
