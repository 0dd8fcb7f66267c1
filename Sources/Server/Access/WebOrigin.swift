// SPDX-License-Identifier: Apache-2.0

/// Where a page that a browser shows comes from: the `Origin` field (RFC 6454 §6.1).
enum WebOrigin: Sendable, Hashable {
    /// A page of a server.
    case server(scheme: String, address: HostAndPort)
    /// A page that the browser tells nothing about: a file, a sandboxed frame.
    case opaque

    /// Reads `null` or `scheme://host[:port]`, without a path.
    init?(_ text: some StringProtocol) {
        if text == "null" {
            self = .opaque
            return
        }
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme.utf8.first.map(Self.isLetter) ?? false, scheme.utf8.allSatisfy(Self.isSchemeByte),
            let address = HostAndPort(text[separator.upperBound...])
        else { return nil }
        // The scheme's own port and none are the same origin.
        if let port = address.port, port == Self.standardPort(of: scheme) {
            self = .server(scheme: scheme, address: HostAndPort(host: address.host, port: nil))
        } else {
            self = .server(scheme: scheme, address: address)
        }
    }

    /// Whether it is a page of this machine, on any port.
    var isLocal: Bool {
        guard case .server("http", let address) = self else {
            guard case .server("https", let address) = self else { return false }
            return Self.localHosts.contains(address.host.text)
        }
        return Self.localHosts.contains(address.host.text)
    }

    /// Whether it is a page of the server that a request's `Host` names.
    func isOwn(of host: HostAndPort) -> Bool {
        guard case .server(let scheme, let address) = self, let standard = Self.standardPort(of: scheme) else {
            return false
        }
        return address.host == host.host && (address.port ?? standard) == (host.port ?? standard)
    }

    private static let localHosts: Set<String> = ["localhost", "127.0.0.1", "::1"]

    private static func standardPort(of scheme: String) -> Int? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
    }
}

extension HostAndPort {
    fileprivate init(host: HostName, port: Int?) {
        self.host = host
        self.port = port
    }
}
