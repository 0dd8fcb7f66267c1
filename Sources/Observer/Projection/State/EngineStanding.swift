// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import DockerAPI

/// How the connection to the engine stands.
public struct EngineStanding: Sendable, Hashable {
    /// The longest answer to `/version` that is kept: some hundred times what engines send.
    static let maximumVersion = 64 << 10

    /// Whether the engine answers.
    public internal(set) var isConnected = false
    /// The sentence of the last change, empty before any.
    public internal(set) var message = ""
    /// When the connection last changed, `nil` before any change.
    public internal(set) var since: Timestamp?
    /// What the engine said of itself when it was last connected, where it did.
    public private(set) var version: EngineVersion?

    /// The engine's answer to `/version`, minified, that ``version`` was read from.
    private(set) var versionJSON: [UInt8] = []

    init() {}

    /// Takes the engine's answer to `/version`; one that cannot be read or is too long is passed over.
    mutating func setVersion(_ json: ArraySlice<UInt8>) {
        guard json.count <= Self.maximumVersion, let version = try? EngineVersion(json: json) else { return }
        self.version = version
        versionJSON = Array(json)
    }
}
