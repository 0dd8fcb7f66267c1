// SPDX-License-Identifier: Apache-2.0

public import HTTPCore

/// Where the server listens, who may use it, and its bounds.
public struct ServerConfiguration: Sendable {
    /// The observer's own version, as `/` and `/metrics` tell it.
    public var version: String
    /// The name or address to listen on.
    public var host: String
    /// The port to listen on; 0 picks one.
    public var port: Int
    /// Who may use it.
    public var access: AccessConfiguration
    /// The bounds of connections; how many WebSocket clients there may be is the hub's.
    public var limits = HTTPLimits()
    /// How many anomalies are taken a second: more than any agent finds, few enough for every client to follow.
    public var anomaliesPerSecond = 100
    /// How many marks are taken a second.
    public var marksPerSecond = 100

    /// Makes a configuration.
    public init(
        version: String,
        host: String = "127.0.0.1",
        port: Int = 8001,
        access: AccessConfiguration = AccessConfiguration()
    ) {
        self.version = version
        self.host = host
        self.port = port
        self.access = access
    }
}
