// SPDX-License-Identifier: Apache-2.0

internal import HTTPCore
internal import HTTPTypes
internal import HummingbirdCore
internal import Observer
internal import Synchronization

/// Decides which handshakes become streams; what it declines the routes of the same paths explain.
struct StreamEndpoint: WebSocketEndpoint {
    /// The subprotocol that is selected for clients that offer it; the one that carries the token never is.
    static let subprotocol = "observer.v1"

    let policy: AccessPolicy
    let api: ObserverAPI

    func decide(_ request: WebSocketRequest) -> WebSocketDecision {
        let target = RequestTarget(request.head.path)
        guard target.segments.starts(with: ["ws", "logs"]), target.segments.count <= 3,
            case .success = policy.judge(AccessRequest(request.head, target: target)),
            let stream = try? api.streamRequest(target),
            let seat = HubSeat(api.hub)
        else { return .decline }
        let template = target.segments.count == 2 ? ObserverAPI.streamPath : ObserverAPI.containerStreamPath
        api.counters.count(RequestCounters.Key(route: template, method: "GET", status: 101))
        let hub = api.hub
        return .accept(
            subprotocol: request.subprotocols.contains(Self.subprotocol) ? Self.subprotocol : nil,
            makeSession: { StreamSession(hub: hub, request: stream, seat: seat) }
        )
    }
}

extension ObserverAPI {
    static let streamPath = "/ws/logs"
    static let containerStreamPath = "/ws/logs/{container_name}"

    /// What a stream's path and query ask for.
    func streamRequest(_ target: RequestTarget) throws(ParameterError) -> StreamRequest {
        let parameters = try PercentDecoding.parameters(of: target.query)
        guard target.segments.count == 3 else { return try StreamRequest(parameters: parameters, times: times) }
        guard let container = PercentDecoding.decode(target.segments[2]) else {
            throw ParameterError("container_name", String(target.segments[2]), "is not percent-encoded UTF-8")
        }
        return try StreamRequest(parameters: parameters, container: container, times: times)
    }

    /// `GET /ws/logs` and `/ws/logs/{container_name}` where no WebSocket came of it: says why.
    @Sendable func refusedStream(_ call: Call) async throws -> Answer {
        _ = try streamRequest(call.target)
        if call.request.headers[.secWebSocketKey] != nil, HubSeat(hub) == nil {
            throw Failure(
                .serviceUnavailable,
                "too_many_clients",
                "The limit of \(hub.clientCount) WebSocket clients is reached; try again when one has left.",
                [.retryAfter: "1"]
            )
        }
        throw Failure(
            .upgradeRequired,
            "upgrade_required",
            "This is a WebSocket: open it with a WebSocket client, as the first request of a connection.",
            [.upgrade: "websocket"]
        )
    }
}

/// A client's place in the hub, given back unless the client connects.
final class HubSeat: Sendable {
    private let hub: Hub
    private let isUsed = Atomic(false)

    /// Takes a place, unless there are as many clients as there may be.
    init?(_ hub: Hub) {
        guard hub.reserveClient() else { return nil }
        self.hub = hub
    }

    deinit { if !isUsed.load(ordering: .relaxed) { hub.releaseClient() } }

    /// Leaves the place to the client that connects now; the hub gives it back when that leaves.
    func use() { isUsed.store(true, ordering: .relaxed) }
}
