// SPDX-License-Identifier: Apache-2.0

/// What of a request decides whether it is served.
struct AccessRequest: Sendable {
    /// The `Host` field.
    var host: String?
    /// The `Origin` field; browsers send it, other clients do not.
    var origin: String?
    /// The `Authorization` field.
    var authorization: String?
    /// The subprotocols that a WebSocket client offers.
    var subprotocols: [String] = []
    /// Whether it may be answered without a token.
    var isPublic = false
}

/// A request that is served.
struct AccessGrant: Sendable, Hashable {
    /// Whether it showed the token, or none is needed: what it may be told.
    var isTrusted: Bool
    /// The origin, as it was sent, whose pages may read the answer.
    var origin: String?
}

/// Decides which requests are served; a value without I/O.
struct AccessPolicy: Sendable {
    private let configuration: AccessConfiguration
    private let isLoopback: Bool

    /// Makes the policy of a server that listens on a host.
    ///
    /// - Throws: ``AccessError`` when other machines could reach it and no token is set, unless that is wanted.
    init(_ configuration: AccessConfiguration, listeningOn host: String) throws(AccessError) {
        self.configuration = configuration
        isLoopback = HostName(host)?.isLoopback ?? false
        guard isLoopback || configuration.token != nil || configuration.isInsecure else {
            throw AccessError(
                "Other machines can reach \(host): set a token with --token-file, listen on 127.0.0.1, "
                    + "or say --insecure to let everyone in."
            )
        }
    }

    /// Whether other machines can reach the server.
    var isExposed: Bool { !isLoopback }
    /// Whether requests must show a token.
    var needsToken: Bool { configuration.token != nil }

    /// Judges a request: its `Host`, then its `Origin`, then its token.
    func judge(_ request: AccessRequest) -> Result<AccessGrant, AccessRefusal> {
        let host = request.host.flatMap { HostAndPort($0) }
        if isLoopback {
            guard let host, host.host.isLoopback || configuration.allowedHosts.contains(host.host) else {
                return .failure(AccessRefusal(.host(request.host)))
            }
        }
        if let origin = request.origin, !allows(origin, at: host) {
            return .failure(AccessRefusal(.origin(origin)))
        }
        guard let token = configuration.token else {
            return .success(AccessGrant(isTrusted: true, origin: request.origin))
        }
        let shown = Self.tokens(of: request)
        if shown.contains(where: { token.matches($0) }) {
            return .success(AccessGrant(isTrusted: true, origin: request.origin))
        }
        if request.isPublic { return .success(AccessGrant(isTrusted: false, origin: request.origin)) }
        return .failure(AccessRefusal(shown.isEmpty ? .tokenMissing : .tokenWrong, origin: request.origin))
    }

    private func allows(_ text: String, at host: HostAndPort?) -> Bool {
        guard let origin = WebOrigin(text) else { return false }
        if configuration.allowedOrigins.contains(origin) { return true }
        if let host, origin.isOwn(of: host) { return true }
        return isLoopback && origin.isLocal
    }

    private static let tokenProtocol = "bearer."

    /// The tokens that a request shows, in either place (RFC 6750 §2.1; RFC 6455 §11.3.4 for the other).
    private static func tokens(of request: AccessRequest) -> [Substring] {
        var tokens: [Substring] = []
        if let field = request.authorization, let space = field.firstIndex(of: " "),
            field[..<space].lowercased() == "bearer"
        {
            tokens.append(field[space...].drop { $0 == " " })
        }
        for name in request.subprotocols where name.hasPrefix(tokenProtocol) {
            tokens.append(name.dropFirst(tokenProtocol.count))
        }
        return tokens
    }
}
