// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel
import ServiceLifecycle
import TestSupport
import Testing

@testable import Server

@Suite("WebSocket streams over TCP")
struct RouteStreamTests {
    private static let now = "2026-11-23T03:14:00.000000000Z"

    private static func connected(_ seq: Int) -> String {
        #"{"type":"connected","timestamp":"\#(now)","message":"Connected to Sentinell Observer","run":"run-1","seq":\#(seq)}"#
    }

    private static func line(_ seq: Int, _ text: String, _ container: String = "web", _ id: String = "abcd12000000")
        -> String
    {
        #"{"type":"log","seq":\#(seq),"timestamp":"\#(now)","container":"\#(container)","#
            + #""id":"\#(id)","stream":"stdout","level":"INFO","message":"\#(text)"}"#
    }

    private func feed(_ server: LiveServer) async {
        await server.pipeline.take(
            RouteFact.container(RouteFact.web, "web"),
            RouteFact.container(RouteFact.worker, "worker"),
            RouteFact.log(RouteFact.web, "one"),
            RouteFact.log(RouteFact.worker, "two")
        )
    }

    @Test("a stream begins with connected and the recent lines, and goes on as it happens")
    func stream() async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server)
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            let first = try await client.texts(3)
            #expect(first == [Self.connected(4), Self.line(3, "one"), Self.line(4, "two", "worker", "abcd99000000")])
            #expect(try await server.get("/").json()["active_ws_connections"].int == 1)
            await server.pipeline.take(RouteFact.log(RouteFact.web, "three"))
            #expect(try await client.texts(1) == [Self.line(5, "three")])
            #expect(try await client.close() == .closed(code: 1000, reason: ""))
            _ = try await eventually("the client's place is given back") { server.hub.clientCount == 0 ? true : nil }
        }
    }

    @Test("a silent stream gets heartbeats")
    func heartbeat() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            var beats: [[UInt8]] = []
            while beats.count < 2, let batch = try await client.next() { beats += batch }
            #expect(beats.dropFirst().first == Array(#"{"type":"heartbeat","timestamp":"\#(Self.now)"}"#.utf8))
            try await client.close()
        }
    }

    @Test(
        "a container's stream has that container alone, by name or by the beginning of its id",
        arguments: [
            "web", "abcd12", "%77eb",
        ]
    )
    func container(_ name: String) async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server)
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs/\(name)?tail=5")
            let messages = try await client.texts(2)
            let decoded = name == "%77eb" ? "web" : name
            #expect(
                messages == [
                    #"{"type":"connected","timestamp":"\#(Self.now)","container":"\#(decoded)","#
                        + #""message":"Connected to \#(decoded) logs","run":"run-1","seq":4}"#,
                    Self.line(3, "one"),
                ]
            )
            try await client.close()
        }
    }

    @Test(
        "a container that is unknown is an error and close code 4404",
        arguments: [
            ("nobody", "nobody"), ("a%2Fb", "a/b"), ("caf%C3%A9", "café"), ("%22x%22", "\"x\""), ("a+b", "a+b"),
        ]
    )
    func unknown(_ path: String, _ name: String) async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server)
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs/\(path)")
            let first = try JSON(try #require(try await client.texts(1).first))
            #expect(first["type"].string == "error")
            #expect(first["message"].string == "Container \(name) not found or not monitored")
            guard case .closed(let code, _) = try await client.ended() else {
                Issue.record("the connection was cut")
                return
            }
            #expect(code == 4404)
            _ = try await eventually("the place is given back") { server.hub.clientCount == 0 ? true : nil }
        }
    }

    @Test("with wait=true a stream waits for a container that is unknown")
    func wait() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs/web?wait=true")
            _ = try await client.nextMessage("connected")
            await feed(server)
            #expect(try await client.nextMessage("log")["message"].string == "one")
            try await client.close()
        }
    }

    @Test("filters choose what a stream has")
    func filters() async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server)
            let client = try await WebSocketProbe.connect(
                "\(server.webSocket)/ws/logs?types=log,stats&container=web&level=ERROR&tail=0"
            )
            var messages = try await client.texts(1)
            await server.pipeline.take(
                RouteFact.log(RouteFact.web, "nothing"),
                RouteFact.log(RouteFact.worker, "ERROR: elsewhere"),
                RouteFact.log(RouteFact.web, "ERROR: here"),
                RouteFact.connected,
                RouteFact.stats(RouteFact.web)
            )
            messages += try await client.texts(2)
            let objects = try messages.map { try JSON($0) }
            #expect(objects.map { $0["type"].string } == ["connected", "log", "stats"])
            #expect(objects[1]["message"].string == "ERROR: here")
            #expect(objects[2]["cpu_percent"].double == 1.25)
            try await client.close()
        }
    }

    @Test("after goes on behind a message of this run; of another run, a gap says so first")
    func resume() async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server)
            let same = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs?after=3&run=run-1")
            #expect(try await same.texts(2) == [Self.connected(4), Self.line(4, "two", "worker", "abcd99000000")])
            try await same.close()
            let other = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs?after=3&run=run-0")
            let messages = try await other.texts(4)
            let gap = try JSON(messages[1])
            #expect(gap["type"].string == "gap")
            #expect(gap["reason"].string == "other_run")
            #expect(messages[2] == Self.line(3, "one"))
            try await other.close()
        }
    }

    @Test("one client more than the limit is refused, saying the limit, until one has left")
    func clientLimit() async throws {
        try await LiveServer.run(.init(clientLimit: 2)) { (server) async throws in
            let url = "\(server.webSocket)/ws/logs"
            let first = try await WebSocketProbe.connect(url)
            let second = try await WebSocketProbe.connect(url)
            let refused = await #expect(throws: WebSocketProbe.Refused.self) { try await WebSocketProbe.connect(url) }
            #expect(refused?.reply.status == 503)
            #expect(refused?.reply["retry-after"] == "1")
            let json = try refused?.reply.json()
            #expect(json?["code"].string == "too_many_clients")
            #expect(json?["error"].string?.contains("limit of 2 WebSocket clients") ?? false)
            #expect(try await server.get("/ws/logs").status == 426)
            first.abort()
            _ = try await eventually("a place is free") { server.hub.clientCount < 2 ? true : nil }
            try await WebSocketProbe.connect(url).close()
            try await second.close()
        }
    }

    @Test(
        "a handshake with a bad parameter, for another path or in vain is told so as JSON",
        arguments: [
            ("/ws/logs?level=loud", 400, "bad_parameter"), ("/ws/logs/web?tail=-1", 400, "bad_parameter"),
            ("/ws/logs/%zz", 400, "bad_parameter"), ("/ws/other", 404, "not_found"), ("/ws/logs/a/b", 404, "not_found"),
            ("/health", 200, nil),
        ]
    )
    func declined(_ path: String, _ status: Int, _ code: String?) async throws {
        try await LiveServer.run { (server) async throws in
            let refused = await #expect(throws: WebSocketProbe.Refused.self) {
                try await WebSocketProbe.connect(server.webSocket + path)
            }
            #expect(refused?.reply.status == status)
            #expect(try refused?.reply.json()["code"].string == code)
            #expect(server.hub.clientCount == 0)
        }
    }

    @Test("graceful shutdown ends streams with 1001")
    func shutdown() async throws {
        try await LiveServer.run { (server) async throws in
            let everything = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            let waiting = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs/later?wait=true")
            _ = try await everything.texts(1)
            _ = try await waiting.texts(1)
            await server.group.triggerGracefulShutdown()
            for client in [everything, waiting] {
                guard case .closed(let code, _) = try await client.ended() else {
                    Issue.record("the connection was cut")
                    continue
                }
                #expect(code == 1001)
            }
        }
    }
}
