// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension EngineError {
    /// Explains why a connection could not be opened.
    static func connecting(to endpoint: EngineEndpoint, _ error: any Error, within timeout: TimeAmount) -> EngineError {
        switch error {
        case let error as EngineError: return error
        case let error as IOError: return connecting(to: endpoint, errorNumber: error.errnoCode)
        case let error as NIOConnectionError: return connecting(to: endpoint, error, within: timeout)
        case ChannelError.connectTimeout:
            return EngineError(
                .connectTimeout,
                endpoint: endpoint.description,
                message: "no connection to the engine at \(endpoint) within \(seconds(timeout))",
                advice: "is the host up, and does a firewall let this machine through?"
            )
        default:
            return EngineError(
                .unreachable,
                endpoint: endpoint.description,
                message: "no connection to the engine at \(endpoint): \(error)"
            )
        }
    }

    private static func connecting(
        to endpoint: EngineEndpoint,
        _ error: NIOConnectionError,
        within timeout: TimeAmount
    ) -> EngineError {
        if let first = error.connectionErrors.first {
            return connecting(to: endpoint, first.error, within: timeout)
        }
        return EngineError(
            .unknownHost,
            endpoint: endpoint.description,
            message: "the host \"\(error.host)\" of the engine at \(endpoint) has no address",
            advice: "check the name, and that this machine can resolve it"
        )
    }

    private static func connecting(to endpoint: EngineEndpoint, errorNumber: CInt) -> EngineError {
        let name = endpoint.description
        if case .unix(let path) = endpoint.address, let error = connecting(toSocket: path, name, errorNumber) {
            return error
        }
        switch errorNumber {
        case ECONNREFUSED:
            return EngineError(
                .connectionRefused,
                endpoint: name,
                message: "connection refused at \(name)",
                advice: "does the engine listen there? (dockerd -H tcp://…)"
            )
        case ETIMEDOUT:
            return EngineError(.connectTimeout, endpoint: name, message: "no answer from the host of \(name)")
        default:
            return EngineError(
                .unreachable,
                endpoint: name,
                message: "no connection to the engine at \(name): \(text(of: errorNumber))"
            )
        }
    }

    private static func connecting(toSocket path: String, _ name: String, _ errorNumber: CInt) -> EngineError? {
        switch errorNumber {
        case ENOENT, ENOTDIR:
            return EngineError(
                .noSocket,
                endpoint: name,
                message: "no such socket: \(path)",
                advice: "is the engine running? (systemctl status docker; or name another socket by -H or DOCKER_HOST)"
            )
        case EACCES, EPERM:
            return EngineError(
                .permissionDenied,
                endpoint: name,
                message: "permission denied on \(path)",
                advice: "add the user to the group that owns the socket (usermod -aG docker USER), or run as root"
            )
        case ECONNREFUSED:
            return EngineError(
                .connectionRefused,
                endpoint: name,
                message: "connection refused at \(path): the socket is there, but nobody listens",
                advice: "is the engine running? (systemctl status docker)"
            )
        case EAGAIN:
            return EngineError(
                .unreachable,
                endpoint: name,
                message: "the engine at \(path) accepts no more connections at the moment"
            )
        default:
            return nil
        }
    }

    /// What the system calls an error, such as "Connection reset by peer".
    static func text(of errorNumber: CInt) -> String {
        // SAFETY: strerror returns null or a C string that lives at least until this thread's next call of it.
        strerror(errorNumber).map { String(cString: $0) } ?? "error \(errorNumber)"
    }

    static func seconds(_ amount: TimeAmount) -> String {
        amount.nanoseconds % 1_000_000_000 == 0
            ? "\(amount.nanoseconds / 1_000_000_000) s" : "\(amount.nanoseconds / 1_000_000) ms"
    }
}
