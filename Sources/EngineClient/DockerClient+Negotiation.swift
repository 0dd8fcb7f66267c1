// SPDX-License-Identifier: Apache-2.0

import DockerAPI

extension DockerClient {
    /// Asks who the engine is, and which version of the API both sides know.
    ///
    /// As the docker CLI does: `HEAD /_ping`, else `GET /_ping`, without a version in the path (facts A1, A2, K1); its
    /// fields tell. `GET /version` is asked only when they do not, or when the engine is so new that it may have
    /// forgotten the versions that this client knows.
    ///
    /// - Throws: ``EngineError``, with the code ``EngineError/Code/incompatibleVersion`` when there is no common
    ///   version.
    public func negotiate(deadline: Duration = .seconds(10)) async throws(EngineError) -> EngineIdentity {
        let head = try await ping(deadline)
        let told = head["Api-Version"].flatMap { APIVersion($0) }
        var version: EngineVersion?
        if told.map({ $0 > APIVersion.maximum }) ?? true {
            version = try await askVersion(deadline)
        }
        guard let engine = told ?? version?.apiVersion else {
            throw EngineError(
                .incompatibleVersion,
                endpoint: endpoint.description,
                message: "the server at \(endpoint) does not say which version of the engine's API it speaks",
                advice: "is it an engine?"
            )
        }
        let identity = EngineIdentity(
            apiVersion: min(engine, APIVersion.maximum),
            engineAPIVersion: engine,
            minimumAPIVersion: version?.minimumAPIVersion,
            engineVersion: version?.version ?? head["Server"].flatMap(Self.engineVersion),
            osType: head["OSType"] ?? version?.os,
            serverHeader: head["Server"]
        )
        try check(identity)
        return identity
    }

    /// The head of the answer to a ping; one with a version counts whatever its status, as an engine that is unwell
    /// answers 500 and is still an engine.
    private func ping(_ deadline: Duration) async throws(EngineError) -> ResponseHead {
        let first = try await perform(EngineRequest(method: .head, target: "/_ping"), limit: 0, deadline: deadline).head
        if first.isSuccess || first["Api-Version"] != nil { return first }
        let request = EngineRequest(method: .get, target: "/_ping")
        let second = try await perform(request, limit: 1024, deadline: deadline)
        guard second.head.isSuccess || second.head["Api-Version"] != nil else {
            throw .status(request, endpoint, second)
        }
        return second.head
    }

    private func askVersion(_ deadline: Duration) async throws(EngineError) -> EngineVersion? {
        let response = try await perform(
            EngineRequest(method: .get, target: "/version"),
            limit: 1024 * 1024,
            deadline: deadline
        )
        return response.head.isSuccess ? try? EngineVersion(json: response.body[...]) : nil
    }

    private func check(_ identity: EngineIdentity) throws(EngineError) {
        let newest = APIVersion.maximum
        let oldest = APIVersion.minimum
        if identity.engineAPIVersion < oldest {
            throw EngineError(
                .incompatibleVersion,
                endpoint: endpoint.description,
                message: "the engine at \(endpoint) speaks API \(identity.engineAPIVersion) at most, "
                    + "and this program \(oldest) at least",
                advice: "upgrade the engine"
            )
        }
        if let minimum = identity.minimumAPIVersion, minimum > newest {
            throw EngineError(
                .incompatibleVersion,
                endpoint: endpoint.description,
                message: "the engine at \(endpoint) speaks API \(minimum) at least, and this program \(newest) at most",
                advice: "upgrade this program, or start the engine with DOCKER_MIN_API_VERSION=\(newest)"
            )
        }
    }

    /// The version in a `Server` field such as `Docker/20.10.24+dfsg1 (linux)`.
    private static func engineVersion(_ server: String) -> String? {
        let product = server.prefix { $0 != " " }
        guard let slash = product.firstIndex(of: "/") else { return nil }
        let version = product[product.index(after: slash)...]
        return version.isEmpty ? nil : String(version)
    }
}
