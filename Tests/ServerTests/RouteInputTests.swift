// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Server

@Suite("The routes that take what clients post")
struct RouteInputTests {
    private static let now = "2026-11-23T03:14:00.000000000Z"

    @Test("an anomaly is answered with the message that every client gets")
    func anomaly() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            _ = try await client.texts(1)
            let reply = try await server.post(
                "/events/anomaly",
                #"{ "type": "spike", "seq": 99, "score": 0.75, "who": {"a": [1, 2]}, "text": "caf\u00e9 \\" }"#
            )
            let message =
                #"{"type":"anomaly","seq":1,"timestamp":"\#(Self.now)","score":0.75,"who":{"a":[1,2]},"#
                + #""text":"caf\u00e9 \\"}"#
            #expect(reply.status == 200)
            #expect(reply.text == #"{"status":"received","anomaly":\#(message)}"#)
            #expect(try await client.texts(1) == [message])
            try await client.close()
        }
    }

    @Test("an anomaly's own timestamp is shown where it is one")
    func timestamp() async throws {
        try await LiveServer.run { (server) async throws in
            let own = try await server.post("/events/anomaly", #"{"timestamp":"2026-01-02T03:04:05Z"}"#)
            #expect(try own.json()["anomaly"]["timestamp"].string == "2026-01-02T03:04:05.000000000Z")
            let none = try await server.post("/events/anomaly", #"{"timestamp":"soon"}"#)
            #expect(try none.json()["anomaly"]["timestamp"].string == Self.now)
        }
    }

    private static let bodies: [(target: String, body: [UInt8], code: String)] = [
        ("/events/anomaly", [], "bad_json"), ("/events/anomaly", Array("{".utf8), "bad_json"),
        ("/events/anomaly", Array("[1]".utf8), "not_an_object"), ("/events/anomaly", Array("1".utf8), "not_an_object"),
        ("/events/anomaly", Array(#"{"a":1}x"#.utf8), "bad_json"),
        ("/events/anomaly", Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8), "bad_json"),
        ("/events/anomaly", Array(String(repeating: "[", count: 5000).utf8), "bad_json"),
        ("/marks", Array("{}".utf8), "bad_mark"), ("/marks", Array(#"{"name":""}"#.utf8), "bad_mark"),
        ("/marks", Array(#"{"name":7}"#.utf8), "bad_mark"), ("/marks", Array(#"{"name":"a\nb"}"#.utf8), "bad_mark"),
        ("/marks", Array(#"{"name":"a","text":7}"#.utf8), "bad_mark"),
        ("/marks", Array(#"{"name":"\#(String(repeating: "n", count: 129))"}"#.utf8), "bad_mark"),
        ("/marks", Array(#"{"name":"a","text":"\#(String(repeating: "t", count: 4097))"}"#.utf8), "bad_mark"),
        ("/marks", Array("nothing".utf8), "bad_json"),
    ]

    @Test("a body that is none is refused, and nobody is told", arguments: bodies)
    func badBody(_ target: String, _ body: [UInt8], _ code: String) async throws {
        try await LiveServer.run { (server) async throws in
            let reply = try await HTTPProbe.request("POST", server.url + target, body: body)
            #expect(reply.status == 400)
            #expect(try reply.json()["code"].string == code)
            #expect(server.hub.newest == 0)
        }
    }

    @Test("a body up to 64 KiB is taken, one beyond is refused with the limit, by its length or as it comes")
    func bodyLimit() async throws {
        try await LiveServer.run { (server) async throws in
            let frame = #"{"a":""}"#.utf8.count
            let full = #"{"a":"\#(String(repeating: "x", count: 65_536 - frame))"}"#
            #expect(try await server.post("/events/anomaly", full).status == 200)
            let over = try await server.post("/events/anomaly", full + " ")
            #expect(over.status == 413)
            #expect(try over.json()["code"].string == "body_too_large")
            #expect(try over.json()["error"].string?.contains("65536") ?? false)
            let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
            let bytes =
                "POST /marks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk
            let address = try #require(ProbeAddress.parse(server.url)?.address)
            #expect(try await HTTPProbe.exchange(Array(bytes.utf8), at: address).status == 413)
            #expect(server.hub.newest == 1)
        }
    }

    @Test("more anomalies than a second's are refused, saying the limit, until time has passed")
    func anomalyRate() async throws {
        try await LiveServer.run(.init(anomaliesPerSecond: 3)) { (server) async throws in
            for _ in 0..<3 { #expect(try await server.post("/events/anomaly", "{}").status == 200) }
            let refused = try await server.post("/events/anomaly", "{}")
            #expect(refused.status == 429)
            #expect(refused["retry-after"] == "1")
            #expect(try refused.json()["code"].string == "too_many_anomalies")
            #expect(try refused.json()["error"].string?.contains("3 a second") ?? false)
            server.rates.advance(by: .milliseconds(400))
            #expect(try await server.post("/events/anomaly", "{}").status == 200)
            #expect(try await server.post("/events/anomaly", "{}").status == 429)
            #expect(try await server.post("/marks", #"{"name":"a"}"#).status == 200)
        }
    }

    @Test("a mark is told to every client, and times refer to it by name")
    func mark() async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(
                RouteFact.container(RouteFact.web, "web"),
                RouteFact.log(RouteFact.web, "before")
            )
            server.clock.advance(by: .seconds(10))
            let reply = try await server.post("/marks", #"{"text":"v2 goes out","name":"deploy-1","more":true}"#)
            #expect(
                reply.text == #"{"status":"received","mark":{"type":"mark","seq":3,"#
                    + #""timestamp":"2026-11-23T03:14:10.000000000Z","name":"deploy-1","text":"v2 goes out"}}"#
            )
            func types(_ query: String) async throws -> [String] {
                try await server.get("/logs" + query).json()["messages"].elements.compactMap { $0["type"].string }
            }
            #expect(try await types("?since=@deploy-1") == ["mark"])
            #expect(try await types("?since=@deploy-1-10s") == ["log", "mark"])
            #expect(try await types("?until=@deploy-1-1s") == ["log"])
            #expect(try await types("?since=%2B5s") == ["mark"])
            #expect(try await types("?since=+5s") == ["mark"])
            #expect(try await types("?since=5s") == ["mark"])
        }
    }

    @Test("names of marks are kept up to a number, the last time of each")
    func markBook() {
        let book = MarkBook()
        for number in 0...MarkBook.limit { book.note("m\(number)", at: RouteClock.origin) }
        #expect(book.times.count == MarkBook.limit)
        #expect(book.times["m0"] == nil)
        let later = RouteClock.origin.advanced(by: .seconds(1))
        book.note("m1", at: later)
        book.note("new", at: later)
        #expect(book.times["m1"] == later)
        #expect(book.times["m2"] == nil)
    }

    @Test("where the source takes no inputs, what is posted is told without a number and kept nowhere")
    func posted() async throws {
        try await LiveServer.run(.init(capabilities: [])) { (server) async throws in
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs")
            _ = try await client.texts(1)
            let reply = try await server.post("/events/anomaly", #"{"type":"x","score": 1}"#)
            let message = #"{"type":"anomaly","timestamp":"\#(Self.now)","posted":true,"score":1}"#
            #expect(reply.text == #"{"status":"received","anomaly":\#(message)}"#)
            #expect(try await client.texts(1) == [message])
            _ = try await server.post("/marks", #"{"name":"m"}"#)
            #expect(
                try await client.texts(1)
                    == [#"{"type":"mark","timestamp":"\#(Self.now)","posted":true,"name":"m","text":""}"#]
            )
            #expect(try await server.get("/logs").json()["messages"].elements.isEmpty)
            try await client.close()
        }
    }
}
