// SPDX-License-Identifier: Apache-2.0

/// Who may use the server, as its operator says.
public struct AccessConfiguration: Sendable {
    /// The token that every request must show, but those for `/health`; without one nobody needs any.
    public var token: AccessToken?
    /// Whether the server may be reached from other machines without a token.
    public var isInsecure = false
    let allowedOrigins: Set<WebOrigin>
    let allowedHosts: Set<HostName>

    /// Makes what holds without any option: this machine alone, without a token.
    public init() {
        allowedOrigins = []
        allowedHosts = []
    }

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - token: The token, or `nil` when none is needed.
    ///   - allowedOrigins: Whose pages may use the server: `https://dash.example`, with a port where it is not the
    ///     scheme's own, or `null` for pages without an origin.
    ///   - allowedHosts: Names, without ports, under which the server may be reached on a loopback address.
    ///   - isInsecure: Whether other machines may reach it without a token.
    /// - Throws: ``AccessError`` for an origin or a host that is none.
    public init(
        token: AccessToken? = nil,
        allowedOrigins: [String] = [],
        allowedHosts: [String] = [],
        isInsecure: Bool = false
    ) throws(AccessError) {
        self.token = token
        self.isInsecure = isInsecure
        var origins: Set<WebOrigin> = []
        for text in allowedOrigins {
            guard let origin = WebOrigin(text) else {
                throw AccessError(
                    "--allow-origin \(text) is not an origin: use https://name or http://name:port, without a path; "
                        + "there is no sign for all of them."
                )
            }
            origins.insert(origin)
        }
        self.allowedOrigins = origins
        var hosts: Set<HostName> = []
        for text in allowedHosts {
            guard let host = HostName(text) else {
                throw AccessError("--allow-host \(text) is not a host: use a name or an address, without a port.")
            }
            hosts.insert(host)
        }
        self.allowedHosts = hosts
    }
}
