// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import TestSupport
import Testing

@testable import Server

@Suite("The routes that read")
struct RouteServiceTests {
    private static let now = "2026-11-23T03:14:00.000000000Z"

    @Test("GET / says what this is and how it stands, members in the contract's order")
    func service() async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(RouteFact.connected, RouteFact.container(RouteFact.web, "web"))
            let reply = try await server.get("/")
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "application/json")
            #expect(reply["cache-control"] == "no-store")
            #expect(reply["vary"] == "Origin")
            #expect(reply["x-content-type-options"] == "nosniff")
            #expect(reply["access-control-allow-origin"] == nil)
            #expect(
                reply.text == #"{"service":"sentinell-observer","status":"healthy","timestamp":"\#(Self.now)","#
                    + #""monitored_containers":1,"active_ws_connections":0,"version":"1.2.3","mode":"live","#
                    + #""run":"run-1","seq":1,"engine":{"state":"connected","since":"\#(Self.now)","#
                    + #""message":"The engine answers."}}"#
            )
        }
    }

    @Test("GET /health is 200 always, and degraded with reasons while the engine is away")
    func health() async throws {
        try await LiveServer.run { (server) async throws in
            let before = try await server.get("/health")
            #expect(before.status == 200)
            #expect(before.text == #"{"status":"degraded","reasons":["The engine has not been reached yet."]}"#)
            await server.pipeline.take(RouteFact.connected)
            #expect(try await server.get("/health").text == #"{"status":"healthy"}"#)
            await server.pipeline.take(RouteFact.disconnected)
            #expect(
                try await server.get("/health").text == #"{"status":"degraded","reasons":["The engine is away."]}"#
            )
            #expect(try await server.get("/").json()["status"].string == "degraded")
        }
    }

    private static let webEntry =
        #"{"id":"abcd12000000","name":"web","status":"running","image":"nginx:alpine","health":null,"#
        + #""restart_count":0,"started_at":"2026-11-23T03:13:00.000000000Z","exit_code":null,"finished_at":null,"#
        + #""logs":"reading","labels":{"tier":"front"}}"#
    private static let jobEntry =
        #"{"id":"abcd99000000","name":"job","status":"exited","image":"nginx:alpine","health":null,"#
        + #""restart_count":0,"started_at":"2026-11-23T03:13:00.000000000Z","exit_code":3,"#
        + #""finished_at":"2026-11-23T03:13:30.000000000Z","logs":"reading","labels":{}}"#

    @Test("GET /containers lists those that run, all of them, or those that are chosen")
    func containers() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.get("/containers").text == #"{"containers":[],"count":0}"#)
            await server.pipeline.take(
                RouteFact.container(RouteFact.web, "web", labels: #"{"tier":"front"}"#),
                RouteFact.container(RouteFact.worker, "job", status: "exited")
            )
            func list(_ query: String) async throws -> String { try await server.get("/containers" + query).text }
            let web = #"{"containers":[\#(Self.webEntry)],"count":1}"#
            let job = #"{"containers":[\#(Self.jobEntry)],"count":1}"#
            let none = #"{"containers":[],"count":0}"#
            #expect(try await list("") == web)
            #expect(try await list("?all=false") == web)
            #expect(try await list("?all=true") == #"{"containers":[\#(Self.jobEntry),\#(Self.webEntry)],"count":2}"#)
            #expect(try await list("?container=w*") == web)
            #expect(try await list("?container=job") == none)
            #expect(try await list("?all=1&container=abcd99") == job)
            #expect(try await list("?all=true&container=job&label=tier") == none)
            #expect(try await list("?label=tier%3Dfront") == web)
            #expect(try await list("?unknown=1") == web)
        }
    }

    @Test("GET /stats prints the figures as docker stats does")
    func stats() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.get("/stats").text == #"{"stats":[],"timestamp":"\#(Self.now)"}"#)
            await server.pipeline.take(RouteFact.container(RouteFact.web, "web"), RouteFact.stats(RouteFact.web))
            server.clock.advance(by: .seconds(5))
            let expected =
                #"{"stats":[{"container":"web","timestamp":"2026-11-23T03:14:01.000000000Z","cpu_percent":1.25,"#
                + #""memory_usage_mb":12.5,"memory_limit_mb":256.0,"memory_percent":4.88,"#
                + #""memory_usage_bytes":13107200,"memory_limit_bytes":268435456,"network_rx_bytes":0,"#
                + #""network_tx_bytes":0,"block_read_bytes":0,"block_write_bytes":0,"pids":4}],"timestamp":"\#(Self.now)"}"#
            #expect(try await server.get("/stats").text == expected)
            #expect(try await server.get("/stats?container=web").text == expected)
            #expect(try await server.get("/stats?container=other").text == #"{"stats":[],"timestamp":"\#(Self.now)"}"#)
        }
    }

    @Test(
        "two equal requests get equal bytes, in which there is no present",
        arguments: [
            "/", "/health", "/containers?all=true", "/stats", "/logs", "/openapi.json",
        ]
    )
    func repetition(_ target: String) async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(
                RouteFact.container(RouteFact.web, "web", labels: #"{"a":"1","b":"2","c":"3"}"#),
                RouteFact.container(RouteFact.worker, "job", status: "exited"),
                RouteFact.log(RouteFact.web, "one"),
                RouteFact.stats(RouteFact.web)
            )
            let first = try await server.get(target)
            #expect(first.status == 200)
            #expect(try await server.get(target).body == first.body)
        }
    }

    private static let failures: [(target: String, status: Int, code: String)] = [
        ("/containers?all=maybe", 400, "bad_parameter"), ("/containers?all=", 400, "bad_parameter"),
        ("/containers?container=", 400, "bad_parameter"), ("/containers?label=%3Dx", 400, "bad_parameter"),
        ("/containers?at=yesterday", 400, "bad_parameter"), ("/containers?at=", 400, "bad_parameter"),
        ("/containers?at=10m", 409, "no_history"), ("/stats?at=2026-11-23T03:14:00Z", 409, "no_history"),
        ("/stats?at=+90s", 409, "no_history"), ("/containers?all=%zz", 400, "bad_parameter"),
        ("/containers?all=%ff", 400, "bad_parameter"), ("/logs?limit=0", 400, "bad_parameter"),
        ("/logs?limit=10001", 400, "bad_parameter"), ("/logs?level=loud", 400, "bad_parameter"),
        ("/logs?re=(", 400, "bad_parameter"), ("/logs?after=-1", 400, "bad_parameter"),
        ("/logs?order=random", 400, "bad_parameter"), ("/logs?since=@nothing", 400, "bad_parameter"),
        ("/nowhere", 404, "not_found"), ("/containers/web", 404, "not_found"), ("/ws", 404, "not_found"),
        ("/ws/logs/a/b", 404, "not_found"), ("/ws/logs", 426, "upgrade_required"),
        ("/ws/logs/web", 426, "upgrade_required"), ("/ws/logs?tail=x", 400, "bad_parameter"),
        ("/ws/logs/%zz", 400, "bad_parameter"), ("/playback", 409, "no_playback"),
        ("/recordings", 404, "no_recordings"), ("/recordings/a.rec", 404, "no_recordings"),
        ("/faults", 409, "no_faults"),
    ]

    @Test("every error is JSON with a sentence and a code", arguments: failures)
    func errors(_ target: String, _ status: Int, _ code: String) async throws {
        try await LiveServer.run { (server) async throws in
            let reply = try await server.get(target)
            #expect(reply.status == status)
            #expect(reply["content-type"] == "application/json")
            let json = try reply.json()
            #expect(json["code"].string == code)
            let sentence = try #require(json["error"].string)
            #expect(sentence.hasSuffix(".") && sentence.count > 15, "\(sentence)")
            #expect(Array(reply.body.prefix(10)) == Array(#"{"error":""#.utf8))
        }
    }

    @Test("a parameter's error names the parameter and its value")
    func parameterError() async throws {
        try await LiveServer.run { (server) async throws in
            let message = try await server.get("/logs?level=l%22oud").json()["error"].string
            #expect(message?.contains(#"level=l"oud"#) ?? false)
        }
    }

    private static let methods: [(method: String, target: String, allow: String)] = [
        ("POST", "/containers", "GET, HEAD, OPTIONS"), ("DELETE", "/", "GET, HEAD, OPTIONS"),
        ("GET", "/events/anomaly", "POST, OPTIONS"), ("HEAD", "/marks", "POST, OPTIONS"),
        ("PUT", "/playback", "GET, HEAD, POST, OPTIONS"), ("PROPFIND", "/logs", "GET, HEAD, OPTIONS"),
        ("POST", "/ws/logs", "GET, HEAD, OPTIONS"),
    ]

    @Test("a wrong method is 405 with those that are right", arguments: methods)
    func wrongMethod(_ method: String, _ target: String, _ allow: String) async throws {
        try await LiveServer.run { (server) async throws in
            let reply = try await server.request(method, target)
            #expect(reply.status == 405)
            #expect(reply["allow"] == allow)
            if method != "HEAD" { #expect(try reply.json()["code"].string == "method_not_allowed") }
            let options = try await server.request("OPTIONS", target)
            #expect(options.status == 204)
            #expect(options["allow"] == allow)
        }
    }

    @Test(
        "HEAD has GET's head and no body",
        arguments: ["/", "/health", "/containers", "/logs", "/metrics", "/nowhere"]
    )
    func head(_ target: String) async throws {
        try await LiveServer.run { (server) async throws in
            let head = try await server.request("HEAD", target)
            let get = try await server.get(target)
            #expect(head.status == get.status)
            #expect(head.body.isEmpty)
            for name in ["content-type", "cache-control", "vary"] { #expect(head[name] == get[name]) }
            if target != "/metrics" { #expect(head["content-length"] == "\(get.body.count)") }
        }
    }

    @Test("slashes that say nothing are passed over")
    func slashes() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.get("/containers/").status == 200)
            #expect(try await server.get("//health").status == 200)
        }
    }
}
