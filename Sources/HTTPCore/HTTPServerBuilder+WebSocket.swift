// SPDX-License-Identifier: Apache-2.0
public import HummingbirdCore

extension HTTPServerBuilder {
    /// Builds a server of HTTP/1.1 and WebSocket on one port, for Hummingbird's `Application(router:server:…)`.
    ///
    /// - Parameters:
    ///   - endpoint: Decides about WebSocket handshakes.
    ///   - limits: Bounds of the listener and of each connection.
    /// - Returns: The builder.
    public static func http1WebSocket(
        endpoint: (any WebSocketEndpoint)?,
        limits: HTTPLimits = HTTPLimits()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            WebSocketUpgradeChannel(limits: limits, endpoint: endpoint, responder: responder)
        }
    }
}
