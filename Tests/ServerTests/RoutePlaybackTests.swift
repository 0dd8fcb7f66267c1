// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Synchronization
import TestSupport
import Testing

@testable import Server

/// A control of time that notes what it is asked for.
private final class NotedControl: PlaybackControl {
    private let noted = Mutex<[PlaybackRequest]>([])

    var requests: [PlaybackRequest] { noted.withLock { $0 } }

    func attach(_ stage: any PlaybackStage) async {}

    func status() async -> PlaybackStatus {
        PlaybackStatus(
            state: .paused,
            speed: .times(1),
            position: RouteClock.origin,
            start: RouteClock.origin,
            end: nil,
            sequence: 7,
            lag: .milliseconds(1250),
            epoch: 2
        )
    }

    func apply(_ request: PlaybackRequest) async throws -> PlaybackStatus {
        noted.withLock { $0.append(request) }
        if request.seek != nil { throw PlaybackRefusal("A simulation cannot go back.") }
        var status = await status()
        status.speed = .max
        return status
    }
}

@Suite("Playback")
struct RoutePlaybackTests {
    private static let now = "2026-11-23T03:14:00.000000000Z"

    private static func status(speed: String) -> String {
        #"{"mode":"simulation","state":"paused","speed":\#(speed),"position":"\#(now)","start":"\#(now)","end":null,"#
            + #""seq":7,"lag":1.25,"epoch":2,"projection":1}"#
    }

    @Test("where time can be controlled, it is shown and changed")
    func control() async throws {
        let control = NotedControl()
        try await LiveServer.run(.init(playback: control, mode: "simulation")) { (server) async throws in
            let reply = try await server.get("/playback")
            #expect(reply.text == Self.status(speed: "1.0"))
            let schema = OpenAPISchema(document: try await server.get("/openapi.json").json())
            #expect(schema.problems(try reply.json(), component: "Playback") == [])
            let changed = try await server.post("/playback", #"{"state":"paused","speed":"max","advance":"1m30s"}"#)
            #expect(changed.text == Self.status(speed: #""max""#))
            #expect(schema.problems(try changed.json(), component: "Playback") == [])
            _ = try await server.post("/playback", #"{"speed":0.5}"#)
            let refused = try await server.post("/playback", #"{"seek":"+10s"}"#)
            #expect(refused.status == 409)
            #expect(try refused.json()["error"].string == "A simulation cannot go back.")
            #expect(
                control.requests == [
                    PlaybackRequest(speed: .max, paused: true, advance: .seconds(90)),
                    PlaybackRequest(speed: .times(0.5)),
                    PlaybackRequest(seek: RouteClock.origin.advanced(by: .seconds(10))),
                ]
            )
        }
    }

    @Test(
        "what cannot be asked for is refused before anything changes",
        arguments: [
            "{}", #"{"speed":0}"#, #"{"speed":1001}"#, #"{"speed":"fast"}"#, #"{"state":"ended"}"#,
            #"{"seek":"whenever"}"#, #"{"advance":-1}"#, #"{"advance":"soon"}"#, #"{"rewind":true}"#,
            #"{"state":"paused","speed":-1}"#,
        ]
    )
    func refusals(_ body: String) async throws {
        let control = NotedControl()
        try await LiveServer.run(.init(playback: control)) { (server) async throws in
            let reply = try await server.post("/playback", body)
            #expect(reply.status == 400)
            #expect(try reply.json()["code"].string == "bad_playback")
            #expect(control.requests.isEmpty)
        }
    }

    @Test("in live mode there is nothing to control")
    func live() async throws {
        try await LiveServer.run { (server) async throws in
            let reply = try await server.post("/playback", #"{"speed":2}"#)
            #expect(reply.status == 409)
            #expect(try reply.json()["code"].string == "no_playback")
        }
    }
}
