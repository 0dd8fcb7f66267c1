// SPDX-License-Identifier: Apache-2.0

extension EngineError {
    /// What kind of failure an ``EngineError`` is.
    ///
    /// A struct rather than an enumeration, so that kinds can be added without breaking a `switch`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case invalidEndpoint, noSocket, permissionDenied, connectionRefused, connectTimeout, unknownHost
            case unreachable, tls, deadlineExceeded, idle, truncated, reset, malformedResponse, tooLarge
            case status, incompatibleVersion, cancelled, misuse
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The endpoint that was named cannot be used: a mistake in a flag, a variable or a docker context.
        public static let invalidEndpoint = Code(.invalidEndpoint)
        /// There is no socket file: the engine is not running, or elsewhere (fact J1).
        public static let noSocket = Code(.noSocket)
        /// The socket may not be opened by this user.
        public static let permissionDenied = Code(.permissionDenied)
        /// Nobody listens (fact J3).
        public static let connectionRefused = Code(.connectionRefused)
        /// No connection in time.
        public static let connectTimeout = Code(.connectTimeout)
        /// The host's name has no address.
        public static let unknownHost = Code(.unknownHost)
        /// No connection for another reason.
        public static let unreachable = Code(.unreachable)
        /// The two sides could not agree on TLS, or one did not trust the other.
        public static let tls = Code(.tls)
        /// The answer was not there in time.
        public static let deadlineExceeded = Code(.deadlineExceeded)
        /// The stream was silent for longer than its idle timeout.
        public static let idle = Code(.idle)
        /// The connection ended before the answer did (facts J2, J3).
        public static let truncated = Code(.truncated)
        /// The connection was reset.
        public static let reset = Code(.reset)
        /// The answer is no HTTP/1.1 response.
        public static let malformedResponse = Code(.malformedResponse)
        /// The answer is longer than the call's limit.
        public static let tooLarge = Code(.tooLarge)
        /// The engine answered with a status other than 2xx.
        public static let status = Code(.status)
        /// No version of the API is spoken by both.
        public static let incompatibleVersion = Code(.incompatibleVersion)
        /// The task or the stream was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The call broke a rule of this module.
        public static let misuse = Code(.misuse)

        static let unreachableCodes: Set<Code> = [
            noSocket, permissionDenied, connectionRefused, connectTimeout, unknownHost, unreachable, tls,
        ]

        /// The kind's name.
        public var description: String { kind.rawValue }
    }
}
