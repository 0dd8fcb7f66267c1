// SPDX-License-Identifier: Apache-2.0

/// An endpoint as somebody wrote it, such as `tcp://10.0.0.7:2376`.
struct EndpointAddress {
    /// The longest path of a Unix socket: `sun_path` of Linux holds 108 bytes, the last one zero.
    static let maximumSocketPathLength = 107

    let value: String
    let origin: EngineEndpoint.Origin

    private let scheme: String
    private let rest: Substring

    /// Splits a text at `://`; without it, a path is a Unix socket and anything else a TCP address.
    init(_ value: String, origin: EngineEndpoint.Origin) {
        self.value = value
        self.origin = origin
        if let separator = value.firstRange(of: "://") {
            scheme = value[..<separator.lowerBound].lowercased()
            rest = value[separator.upperBound...]
        } else {
            scheme = value.hasPrefix("/") ? "unix" : "tcp"
            rest = value[...]
        }
    }

    /// The endpoint, or a sentence about what is wrong with it.
    ///
    /// TLS is asked for TCP alone, and told whether the scheme demands it.
    func endpoint(
        _ security: (_ isRequired: Bool) throws(EngineError) -> TransportSecurity?
    ) throws(EngineError) -> EngineEndpoint {
        switch scheme {
        case "unix":
            return EngineEndpoint(address: .unix(path: try socketPath()), origin: origin)
        case "tcp":
            let security = try security(false)
            return try network(security, defaultPort: security == nil ? 2375 : 2376)
        case "http":
            return try network(nil, defaultPort: 80)
        case "https":
            return try network(try security(true), defaultPort: 443)
        case "ssh":
            throw invalid(
                "is reached by SSH, which this program does not speak",
                advice: "open a tunnel, ssh -L /tmp/docker.sock:/var/run/docker.sock \(masked(rest)), "
                    + "and use -H unix:///tmp/docker.sock"
            )
        case "npipe", "fd":
            throw invalid(
                "is a \(scheme):// endpoint, which does not exist for a client on this system",
                advice: "use unix://, tcp://, http:// or https://"
            )
        default:
            throw invalid(
                "has the unknown scheme \(scheme)://",
                advice: "use unix://, tcp://, http:// or https://"
            )
        }
    }

    private func socketPath() throws(EngineError) -> String {
        let path = rest.isEmpty ? EngineEndpoint.standardSocket : String(rest)
        guard path.hasPrefix("/") else {
            throw invalid("is not an absolute path", advice: "write unix:///path/to/docker.sock")
        }
        guard path.utf8.count <= Self.maximumSocketPathLength, !path.utf8.contains(0) else {
            throw invalid("is longer than a socket's path may be, \(Self.maximumSocketPathLength) bytes")
        }
        return path
    }

    /// Reads `host:port/prefix`; IPv6 addresses stand in brackets.
    private func network(_ security: TransportSecurity?, defaultPort: Int) throws(EngineError) -> EngineEndpoint {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var path = rest[authority.endIndex...]
        while path.hasSuffix("/") { path = path.dropLast() }
        guard !authority.contains("@") else {
            throw invalid(
                "holds a user name or password, which an engine does not ask for",
                advice: "leave out what stands before the @"
            )
        }
        guard path.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != 0x3F && $0 != 0x23 }) else {
            throw invalid("has a path with characters that do not belong there")
        }
        let (host, port) = try hostAndPort(authority, defaultPort: defaultPort)
        return EngineEndpoint(
            address: .tcp(host: host, port: port),
            security: security,
            basePath: String(path),
            origin: origin
        )
    }

    private func hostAndPort(_ authority: Substring, defaultPort: Int) throws(EngineError) -> (String, Int) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw invalid("has an IPv6 address without its closing bracket")
            }
            host = authority[authority.index(after: authority.startIndex)..<bracket]
            let behind = authority[authority.index(after: bracket)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw invalid("has something behind its bracket") }
            port = behind.isEmpty ? nil : behind.dropFirst()
            guard host.utf8.contains(UInt8(ascii: ":")) else { throw invalid("has no IPv6 address in its brackets") }
        } else if let colon = authority.firstIndex(of: ":") {
            guard colon == authority.lastIndex(of: ":") else {
                throw invalid("has an IPv6 address without brackets", advice: "write tcp://[::1]:2375")
            }
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw invalid("names no host", advice: "write tcp://HOST:PORT")
        }
        guard let port, !port.isEmpty else { return (String(host), defaultPort) }
        guard let number = Int(port), (1...65535).contains(number), !port.hasPrefix("+") else {
            throw invalid("has a port that is not a number from 1 to 65535")
        }
        return (String(host), number)
    }

    private func invalid(_ what: String, advice: String? = nil) -> EngineError {
        let shown = masked(value[...])
        return .invalidEndpoint(shown, "the engine \"\(shown)\" (from \(origin)) \(what)", advice: advice)
    }

    /// The text without what stands between `://` and `@`, which may be a password; SSH keeps its user name.
    private func masked(_ text: Substring) -> String {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        let authority = text[start...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(text) }
        let user = authority[..<at]
        let kept = scheme == "ssh" && !user.contains(":") ? user : "…"
        return String(text[..<start] + kept + text[at...])
    }
}
