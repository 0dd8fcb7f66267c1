// SPDX-License-Identifier: Apache-2.0

internal import HTTPCore

/// One client's WebSocket: joins the session to the hub.
///
/// What clients say is ignored.
final class StreamSession: WebSocketSessionDelegate {
    private let hub: Hub
    private let request: StreamRequest
    private var seat: HubSeat?
    private var client: HubClient?

    init(hub: Hub, request: StreamRequest, seat: HubSeat) {
        self.hub = hub
        self.request = request
        self.seat = seat
    }

    func sessionOpened(_ session: WebSocketSession) {
        seat?.use()
        seat = nil
        client = hub.connect(session, request)
    }

    func sessionBecameWritable(_ session: WebSocketSession) {
        client?.outletBecameWritable()
    }

    func sessionClosed(_ session: WebSocketSession, code: WebSocketCloseCode, reason: String) {
        client?.outletClosed()
        client = nil
    }
}
