// SPDX-License-Identifier: Apache-2.0

/// Where an engine is, and who said so.
public struct EngineEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The address of the engine's API.
    public enum Address: Sendable, Hashable {
        /// A Unix socket.
        case unix(path: String)
        /// A TCP port; the host is a name or an IP address, IPv6 without its brackets.
        case tcp(host: String, port: Int)
    }

    /// Who named the endpoint.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
        /// The option `-H`, `--docker-host`.
        case flag
        /// An environment variable.
        case variable(String)
        /// A docker context.
        case context(String)
        /// Nobody: it is the place where engines usually are.
        case standard

        /// The origin as messages name it.
        public var description: String {
            switch self {
            case .flag: "-H"
            case .variable(let name): name
            case .context(let name): "the docker context \"\(name)\""
            case .standard: "the default"
            }
        }
    }

    /// The socket on which an engine listens if nobody said otherwise.
    public static let standardSocket = "/var/run/docker.sock"

    /// Where to connect.
    public let address: Address

    /// How TCP is secured; `nil` for plain HTTP.
    public let security: TransportSecurity?

    /// What stands before each path: empty, or `/prefix` for an engine behind a proxy.
    public let basePath: String

    /// Who named the endpoint.
    public let origin: Origin

    /// Creates an endpoint.
    public init(
        address: Address,
        security: TransportSecurity? = nil,
        basePath: String = "",
        origin: Origin = .flag
    ) {
        self.address = address
        self.security = security
        self.basePath = basePath
        self.origin = origin
    }

    /// The endpoint of a Unix socket.
    public static func unix(_ path: String) -> EngineEndpoint {
        EngineEndpoint(address: .unix(path: path))
    }

    /// The value of the `Host` field: `localhost` for a Unix socket, else host and port.
    public var hostField: String {
        switch address {
        case .unix: "localhost"
        case .tcp(let host, let port): Self.authority(host, port)
        }
    }

    /// The endpoint as a URL that can be given to `-H`, without secrets.
    public var description: String {
        switch address {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port):
            (security == nil ? "tcp://" : "https://") + Self.authority(host, port) + basePath
        }
    }

    private static func authority(_ host: String, _ port: Int) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
