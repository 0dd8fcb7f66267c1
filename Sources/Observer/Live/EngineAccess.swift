// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// What the readers of one connection to the engine share: the client, the negotiated version, and where
/// observations go.
struct EngineAccess: Sendable {
    let client: DockerClient
    let identity: EngineIdentity
    let options: LiveOptions
    let timing: LiveTiming
    let clock: any Clock<Duration>
    /// The time `t`, for synthetic events and gaps.
    let wall: any ObserverClock
    let emit: @Sendable (ObservationBatch) async -> Void
    let logger: Logger

    /// A target with the version that was negotiated.
    func target(_ target: RequestTarget) -> RequestTarget {
        target.versioned(identity.apiVersion)
    }

    /// Emits one fact.
    func emit(_ fact: Fact) async {
        await emit([Observation(fact: fact)])
    }

    /// Inspects a container, redacted as the options say.
    ///
    /// - Throws: What kept the engine from answering.
    func inspect(_ id: ContainerID) async throws -> InspectAnswer {
        do {
            let response = try await client.get(target(RequestTarget("containers", id.description, "json")))
            let raw: [UInt8]
            if options.keepsEnvironment {
                var minified: [UInt8] = []
                JSONMinify.append(response.body[...], to: &minified)
                raw = minified
            } else {
                raw = try EnvironmentMask.inspect(response.body[...])
            }
            return .found(Inspection(container: try ContainerInspect(json: raw[...]), raw: raw[...]))
        } catch let error as EngineError where error.status == 404 {
            return .gone
        }
    }
}

/// What the engine says to an inspect.
enum InspectAnswer: Sendable {
    case found(Inspection)
    /// It knows no such container.
    case gone
}

/// A container's inspect, read, and in the engine's own JSON after redaction.
struct Inspection: Sendable {
    var container: ContainerInspect
    var raw: ArraySlice<UInt8>
}
