// SPDX-License-Identifier: Apache-2.0

/// Where a listener listens.
public enum ListenAddress: Sendable, Hashable {
    /// A host name or address and a port; port 0 picks a free one.
    case tcp(host: String, port: Int)
    /// A Unix socket at a path of 107 bytes at most; only its owner may use it (mode 0600).
    case unix(path: String)
}

/// Where a listener was found to listen.
public enum BoundAddress: Sendable, Hashable {
    /// A numeric address and the port.
    case tcp(ip: String, port: Int)
    /// The socket's path.
    case unix(path: String)

    /// The address as the authority of a URL: `127.0.0.1:8001`, `[::1]:8001`, or a socket's path.
    public var authority: String {
        switch self {
        case .tcp(let ip, let port): ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
        case .unix(let path): path
        }
    }
}

/// Why a listener cannot listen.
public struct ListenError: Error, Hashable, CustomStringConvertible {
    /// Where it was to listen.
    public let address: ListenAddress
    /// What is in the way, and what to do.
    public let problem: String

    /// A sentence for a person.
    public var description: String {
        switch self.address {
        case .tcp(let host, let port): "Cannot listen on \(host) port \(port): \(self.problem)."
        case .unix(let path): "Cannot listen on the socket \(path): \(self.problem)."
        }
    }
}
