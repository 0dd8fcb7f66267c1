// SPDX-License-Identifier: Apache-2.0

public import DockerAPI

/// Who the engine is and which version of its API to ask with.
public struct EngineIdentity: Sendable, Hashable {
    /// A version of the engine's API, such as 1.41.
    public typealias APIVersion = DockerAPI.APIVersion

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
