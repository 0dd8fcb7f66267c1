// SPDX-License-Identifier: Apache-2.0

/// A version of the Docker Engine API.
public struct APIVersion: Hashable, Comparable, Sendable {
    /// The number before the dot.
    public var major: Int
    /// The number behind the dot, counted, not a fraction: 1.9 is older than 1.24.
    public var minor: Int

    /// The oldest version that is spoken: that of Docker 1.12, the oldest that current engines can be told to accept.
    public static let minimum = APIVersion(1, 24)

    /// The newest version that is spoken: that of the engine whose answers the wire types were written after.
    public static let maximum = APIVersion(1, 51)

    /// Makes a version of its numbers.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.41`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Self.number(parts[0]), let minor = Self.number(parts[1]) else { return nil }
        self.init(major, minor)
    }

    /// One to four digits: no version is longer, and a sign or a blank is none.
    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else {
            return nil
        }
        return Int(text)
    }

    /// The version to speak with an engine, the newest that both know.
    ///
    /// - Parameter engineMaximum: The engine's newest version, from the header `Api-Version` of `/_ping`; without the
    ///   header our own maximum is taken, as the engine's Go client does.
    /// - Returns: `nil` when the engine is older than ``minimum``.
    public static func negotiated(engineMaximum: APIVersion?) -> APIVersion? {
        guard let engineMaximum else { return maximum }
        return engineMaximum < minimum ? nil : min(engineMaximum, maximum)
    }

    /// What a request's path begins with: `/v1.41`.
    public var pathPrefix: String { "/v\(self)" }

    /// The target of a request: the prefix, a path that begins with a slash, and the query if there is one.
    public func target(_ path: String, _ query: Query = Query()) -> String {
        query.isEmpty ? "\(pathPrefix)\(path)" : "\(pathPrefix)\(path)?\(query.text)"
    }

    /// Orders by age.
    public static func < (a: APIVersion, b: APIVersion) -> Bool {
        (a.major, a.minor) < (b.major, b.minor)
    }
}

extension APIVersion: CustomStringConvertible {
    /// The version as in paths and headers: `1.41`.
    public var description: String { "\(major).\(minor)" }
}
