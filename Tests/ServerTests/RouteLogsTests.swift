// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import Observer
import ObserverModel
import TestSupport
import Testing

@testable import Server

@Suite("GET /logs")
struct RouteLogsTests {
    private static func line(_ seq: Int, _ text: String) -> String {
        #"{"type":"log","seq":\#(seq),"timestamp":"2026-11-23T03:14:00.000000000Z","container":"web","#
            + #""id":"abcd12000000","stream":"stdout","level":"INFO","message":"\#(text)"}"#
    }

    private func feed(_ server: LiveServer, _ count: Int) async {
        await server.pipeline.take(RouteFact.container(RouteFact.web, "web"))
        for number in 1...count { await server.pipeline.take(RouteFact.log(RouteFact.web, "line \(number)")) }
    }

    @Test("a page is a JSON object, oldest first, and next leads through all of it")
    func pages() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.get("/logs").text == #"{"messages":[],"next":null,"oldest":null,"run":"run-1"}"#)
            await feed(server, 3)
            let first = try await server.get("/logs?limit=2")
            #expect(first["vary"] == "Origin, Accept")
            #expect(
                first.text
                    == #"{"messages":[\#(Self.line(2, "line 1")),\#(Self.line(3, "line 2"))],"next":3,"oldest":2,"#
                    + #""run":"run-1"}"#
            )
            let second = try await server.get("/logs?limit=2&after=3&run=run-1")
            #expect(second.text == #"{"messages":[\#(Self.line(4, "line 3"))],"next":null,"oldest":2,"run":"run-1"}"#)
            let newest = try await server.get("/logs?limit=1&order=newest").json()
            #expect(newest["messages"].elements.compactMap { $0["seq"].int } == [4])
        }
    }

    @Test("JSON Lines are a message a line, with next and run in the head")
    func lines() async throws {
        try await LiveServer.run { (server) async throws in
            await feed(server, 3)
            let reply = try await server.get("/logs?limit=2", [("Accept", "application/x-ndjson")])
            #expect(reply["content-type"] == "application/x-ndjson")
            #expect(reply.text == Self.line(2, "line 1") + "\n" + Self.line(3, "line 2") + "\n")
            #expect(reply["observer-next"] == "3")
            #expect(reply["observer-run"] == "run-1")
            let rest = try await server.get("/logs?after=3", [("Accept", "application/x-ndjson")])
            #expect(rest["observer-next"] == nil)
            let none = try await server.get("/logs?after=4", [("Accept", "application/x-ndjson")])
            #expect(none.body.isEmpty)
        }
    }

    @Test("filters choose")
    func filters() async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(
                RouteFact.container(RouteFact.web, "web", labels: #"{"tier":"front"}"#),
                RouteFact.container(RouteFact.worker, "worker"),
                RouteFact.log(RouteFact.web, "ERROR: no more room"),
                RouteFact.log(RouteFact.worker, "done a+b", stream: .stderr),
                RouteFact.stats(RouteFact.web),
                RouteFact.connected
            )
            let cases: KeyValuePairs<String, [Int]> = [
                "types=log": [3, 4],
                "types=log&container=w*&container=x": [3, 4],
                "types=log&container=abcd99": [4],
                "types=log&label=tier%3Dfront": [3],
                "types=log&level=WARNING": [3],
                "types=log&stream=stderr": [4],
                "types=log&q=more+room": [3],
                "types=log&q=a%2Bb": [4],
                "types=log&re=%5Edone%20": [4],
                "types=stats": [5],
                "types=engine,log": [3, 4, 6],
            ]
            for (query, expected) in cases {
                let messages = try await server.get("/logs?" + query).json()["messages"].elements
                #expect(messages.compactMap { $0["seq"].int } == expected, "\(query)")
            }
        }
    }

    @Test("a large page comes in pieces that together are the page")
    func largePage() async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(RouteFact.container(RouteFact.web, "web"))
            let text = String(repeating: "x", count: 3000)
            await server.pipeline.take((0..<500).map { _ in Observation(fact: RouteFact.log(RouteFact.web, text)) })
            var request = PageRequest()
            request.limit = 400
            let page = try server.hub.page(request)
            let object = try await server.get("/logs?limit=400")
            #expect(object["transfer-encoding"] == "chunked")
            #expect(object.body == page.json(run: "run-1"))
            let lines = try await server.get("/logs?limit=400", [("Accept", "application/x-ndjson")])
            #expect(lines.body == page.jsonLines())
            let head = try await server.request("HEAD", "/logs?limit=400")
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("the pieces of any page put together are the page", arguments: [0, 1, 2, 30, 700])
    func pieces(_ count: Int) async throws {
        try await LiveServer.run { (server) async throws in
            await server.pipeline.take(RouteFact.container(RouteFact.web, "web"))
            for number in 0..<count {
                let text = String(repeating: "y", count: number * 7 % 2000)
                await server.pipeline.take(RouteFact.log(RouteFact.web, text))
            }
            let page = try server.hub.page(PageRequest())
            func joined(_ form: PagePieces.Form) -> [UInt8] {
                PagePieces(page, as: form).flatMap { Array($0.readableBytesView) }
            }
            #expect(joined(.object(run: "a \"run\"")) == page.json(run: "a \"run\""))
            #expect(joined(.lines) == page.jsonLines())
        }
    }

    @Test("as many answers as are allowed at once, then 503 that says so")
    func pageLimit() async throws {
        try await LiveServer.run { (server) async throws in
            let seats = Seats(2)
            var taken = [seats.take(), seats.take()]
            #expect(taken.allSatisfy { $0 != nil })
            #expect(seats.take() == nil)
            taken.removeLast()
            #expect(seats.take() != nil)
        }
    }

    private static let accepted: [(fields: [String], isLines: Bool)] = [
        ([], false), (["*/*"], false), (["application/json"], false), (["application/x-ndjson"], true),
        (["Application/X-NDJSON"], true), (["application/json, application/x-ndjson"], true),
        (["application/json", "application/x-ndjson"], true), (["application/x-ndjson;q=0"], false),
        (["application/json, application/x-ndjson;q=0.5"], false),
        (["application/json;q=0.4, application/x-ndjson; q=0.5"], true), (["text/html, */*;q=0.8"], false),
    ]

    @Test("JSON Lines are for those who ask", arguments: accepted)
    func accepts(_ fields: [String], _ isLines: Bool) {
        #expect(ObserverAPI.acceptsLines(fields) == isLines)
    }
}
