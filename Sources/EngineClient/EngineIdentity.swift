// SPDX-License-Identifier: Apache-2.0

/// Who the engine is and which version of its API to ask with.
public struct EngineIdentity: Sendable, Hashable {
    /// A version of the engine's API, such as 1.41.
    public struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// The number before the dot.
        public let major: Int
        /// The number after the dot.
        public let minor: Int

        /// Creates a version.
        public init(_ major: Int, _ minor: Int) {
            self.major = major
            self.minor = minor
        }

        /// Reads `1.41`, or `nil` when the text is no version; numbers are up to 9999.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
                parts.allSatisfy({ (1...4).contains($0.utf8.count) }), let major = Int(parts[0]),
                let minor = Int(parts[1])
            else { return nil }
            self.init(major, minor)
        }

        /// Orders by the major, then the minor number: 1.9 comes before 1.41.
        public static func < (one: APIVersion, other: APIVersion) -> Bool {
            (one.major, one.minor) < (other.major, other.minor)
        }

        /// The version as it stands in a path.
        public var description: String { "\(major).\(minor)" }
    }

    /// The newest version that this client was written against.
    public static let newestAPIVersion = APIVersion(1, 51)

    /// The oldest version that this client asks with.
    public static let oldestAPIVersion = APIVersion(1, 24)

    /// The version to ask with: the newest that both sides know.
    public let apiVersion: APIVersion

    /// The newest version that the engine knows.
    public let engineAPIVersion: APIVersion

    /// The oldest version that the engine answers, if it was asked for: `GET /version` tells it, a ping does not.
    public let minimumAPIVersion: APIVersion?

    /// The engine's own version, such as `20.10.24+dfsg1`.
    public let engineVersion: String?

    /// The operating system of its containers, such as `linux`.
    public let osType: String?

    /// The `Server` field, such as `Docker/20.10.24+dfsg1 (linux)`.
    public let serverHeader: String?
}
