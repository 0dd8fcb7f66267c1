// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Server

@Suite("Access over TCP")
struct RouteAccessTests {
    private static let token = "0123456789abcdef"
    private static let bearer = ("Authorization", "Bearer \(token)")

    private static func options(token: String? = nil, origins: [String] = []) throws -> LiveServer.Options {
        let token = try token.map { text throws(AccessError) in try AccessToken(text) }
        return .init(access: try AccessConfiguration(token: token, allowedOrigins: origins))
    }

    @Test(
        "a Host that is not the server's is 421, on every path and for WebSockets too",
        arguments: [
            "/", "/health", "/logs", "/nowhere", "/ws/logs",
        ]
    )
    func host(_ target: String) async throws {
        try await LiveServer.run { (server) async throws in
            let reply = try await server.get(target, [("Host", "evil.example")])
            #expect(reply.status == 421)
            #expect(try reply.json()["code"].string == "misdirected")
            #expect(try reply.json()["error"].string?.contains("--allow-host evil.example") ?? false)
            #expect(server.logs.lines(with: "--allow-host evil.example").count == 1)
            let refused = await #expect(throws: WebSocketProbe.Refused.self) {
                try await WebSocketProbe.connect(server.webSocket + "/ws/logs", headers: [("Host", "evil.example")])
            }
            #expect(refused?.reply.status == 421)
        }
    }

    @Test("pages that may not are 403 without CORS fields, for WebSockets too")
    func origin() async throws {
        try await LiveServer.run { (server) async throws in
            let origin = ("Origin", "https://evil.example")
            for target in ["/", "/health", "/events/anomaly"] {
                let reply = try await server.get(target, [origin])
                #expect(reply.status == 403)
                #expect(try reply.json()["code"].string == "origin_not_allowed")
                #expect(reply["access-control-allow-origin"] == nil)
            }
            #expect(try await server.post("/events/anomaly", "{}", [origin]).status == 403)
            #expect(server.hub.newest == 0)
            let refused = await #expect(throws: WebSocketProbe.Refused.self) {
                try await WebSocketProbe.connect(server.webSocket + "/ws/logs", headers: [origin])
            }
            #expect(refused?.reply.status == 403)
            #expect(server.logs.text.contains("--allow-origin https://evil.example"))
        }
    }

    @Test("pages that may read answers, never by a star, and preflights say what they may send")
    func cors() async throws {
        try await LiveServer.run(Self.options(token: Self.token, origins: ["https://dash.example"])) {
            (server) async throws in
            for origin in ["http://localhost:3000", "https://dash.example"] {
                let reply = try await server.get("/containers", [("Origin", origin), Self.bearer])
                #expect(reply.status == 200)
                #expect(reply["access-control-allow-origin"] == origin)
                #expect(reply["access-control-allow-credentials"] == nil)
                #expect(reply["vary"] == "Origin")
                let denied = try await server.get("/containers", [("Origin", origin)])
                #expect(denied.status == 401)
                #expect(denied["access-control-allow-origin"] == origin, "else the page cannot read why")
                let preflight = try await server.request(
                    "OPTIONS",
                    "/events/anomaly",
                    [
                        ("Origin", origin), ("Access-Control-Request-Method", "POST"),
                        ("Access-Control-Request-Headers", "authorization,content-type"),
                    ]
                )
                #expect(preflight.status == 204)
                #expect(preflight["access-control-allow-origin"] == origin)
                #expect(preflight["access-control-allow-methods"] == "POST, OPTIONS")
                #expect(preflight["access-control-allow-headers"] == "Accept, Authorization, Content-Type")
                #expect(preflight["access-control-max-age"] == "600")
            }
            let preflight = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
            #expect(try await server.request("OPTIONS", "/events/anomaly", preflight).status == 403)
            // Without what makes it a preflight it is a request like any other.
            #expect(try await server.request("OPTIONS", "/events/anomaly").status == 401)
        }
    }

    @Test("with a token everything needs it but /health, which then keeps its reasons to itself")
    func token() async throws {
        try await LiveServer.run(Self.options(token: Self.token)) { (server) async throws in
            for target in ["/", "/containers", "/stats", "/logs", "/metrics", "/openapi.json", "/ws/logs", "/nowhere"] {
                let denied = try await server.get(target)
                #expect(denied.status == 401)
                #expect(denied["www-authenticate"] == #"Bearer realm="sentinell-observer""#)
                #expect(try denied.json()["code"].string == "unauthorized")
                #expect(try await server.get(target, [("Authorization", "Bearer wrong-wrong-wrong")]).status == 401)
                #expect(try await server.get(target, [Self.bearer]).status != 401)
            }
            #expect(try await server.post("/marks", #"{"name":"a"}"#).status == 401)
            #expect(try await server.get("/health").text == #"{"status":"degraded"}"#)
            #expect(try await server.get("/health", [("Authorization", "Bearer no")]).status == 200)
            #expect(try await server.get("/health", [Self.bearer]).json()["reasons"].elements.count == 1)
            #expect(!server.logs.text.contains(Self.token))
            #expect(!server.logs.text.contains("wrong-wrong"))
        }
    }

    @Test("a WebSocket shows the token in its head or as a subprotocol, which is never echoed")
    func webSocketToken() async throws {
        try await LiveServer.run(Self.options(token: Self.token)) { (server) async throws in
            let url = server.webSocket + "/ws/logs"
            let byHead = try await WebSocketProbe.connect(url, headers: [Self.bearer])
            #expect(byHead.reply["sec-websocket-protocol"] == nil)
            try await byHead.close()
            let byProtocol = try await WebSocketProbe.connect(
                url,
                headers: [("Origin", "http://localhost:3000")],
                subprotocols: ["observer.v1", "bearer.\(Self.token)"]
            )
            #expect(byProtocol.reply["sec-websocket-protocol"] == "observer.v1")
            #expect(!byProtocol.reply.fields.contains { $0.value.contains(Self.token) })
            try await byProtocol.close()
            for subprotocols in [[], ["observer.v1"], ["observer.v1", "bearer.wrong-wrong-wrong"]] {
                let refused = await #expect(throws: WebSocketProbe.Refused.self) {
                    try await WebSocketProbe.connect(url, subprotocols: subprotocols)
                }
                #expect(refused?.reply.status == 401)
            }
            #expect(!server.logs.text.contains(Self.token))
        }
    }

    @Test("off loopback a server does not start without a token; with one, Host is free and it says to use TLS")
    func exposed() async throws {
        await #expect(throws: AccessError.self) {
            try await LiveServer.run(.init(host: "0.0.0.0")) { _ in }
        }
        var options = try Self.options(token: Self.token)
        options.host = "0.0.0.0"
        try await LiveServer.run(options) { (server) async throws in
            let port = try #require(server.authority.split(separator: ":").last)
            let reply = try await HTTPProbe.request(
                "GET",
                "http://127.0.0.1:\(port)/",
                headers: [("Host", "observer.example"), Self.bearer]
            )
            #expect(reply.status == 200)
            #expect(server.logs.text.contains("TLS"))
        }
        options.access = try AccessConfiguration(isInsecure: true)
        try await LiveServer.run(options) { (server) async throws in
            #expect(server.logs.lines(with: "--insecure").count == 1)
        }
    }
}
