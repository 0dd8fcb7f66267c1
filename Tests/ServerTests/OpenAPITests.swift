// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel
import TestSupport
import Testing

@testable import Server

@Suite("GET /openapi.json")
struct OpenAPITests {
    private func fetch(_ server: LiveServer) async throws -> JSON {
        try await server.get("/openapi.json").json()
    }

    @Test("the document is OpenAPI 3.1 in which every reference leads somewhere and every name is used once")
    func document() async throws {
        try await LiveServer.run { (server) async throws in
            let document = try await fetch(server)
            #expect(document["openapi"].string == "3.1.0")
            #expect(document["info"]["version"].string == "1.2.3")
            let schema = OpenAPISchema(document: document)
            func references(_ value: JSON) -> [String] {
                (value.members["$ref"].flatMap(\.string).map { [$0] } ?? []) + value.members.values.flatMap(references)
                    + value.elements.flatMap(references)
            }
            for reference in Set(references(document)) { #expect(!schema.resolve(reference).isNull, "\(reference)") }
            let names = document["paths"].members.values.flatMap(\.members.values).compactMap {
                $0["operationId"].string
            }
            #expect(Set(names).count == names.count)
            for (path, operations) in document["paths"].members {
                for (method, operation) in operations.members {
                    let declared = operation["parameters"].elements.filter { $0["in"].string == "path" }
                    let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }
                    let names = declared.compactMap { $0["name"].string }.map { "{\($0)}" }
                    #expect(names == inPath.map(String.init), "\(method) \(path)")
                }
            }
        }
    }

    @Test("every operation of the document is served, and no other is")
    func operations() async throws {
        try await LiveServer.run { (server) async throws in
            let document = try await fetch(server)
            let methods = ["get", "post", "put", "delete", "patch"]
            for (path, operations) in document["paths"].members {
                let target = path.split(separator: "/", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
                for method in methods {
                    let status = try await server.request(method.uppercased(), target).status
                    #expect((status != 405) == (operations.members[method] != nil), "\(method) \(path): \(status)")
                    let described = operations[method]["responses"].members.keys
                    if operations.members[method] != nil {
                        #expect(described.contains("\(status)"), "\(method) \(path)")
                    }
                }
            }
        }
    }

    /// Every parameter of any route.
    private static let everyParameter = [
        "all", "at", "container", "label", "types", "level", "stream", "q", "re", "since", "until", "after", "run",
        "tail", "wait", "limit", "order",
    ]

    @Test(
        "every parameter of the document is known to its route, which without a value it refuses, and no other is",
        arguments: [
            "/", "/health", "/containers", "/stats", "/logs", "/ws/logs", "/ws/logs/{container_name}", "/metrics",
        ]
    )
    func parameters(_ path: String) async throws {
        try await LiveServer.run { (server) async throws in
            let documented = try await fetch(server)["paths"][path]["get"]["parameters"].elements
                .filter { $0["in"].string == "query" }.compactMap { $0["name"].string }
            #expect(Set(documented).isSubset(of: Self.everyParameter))
            for name in Self.everyParameter {
                let target = path.replacing("{container_name}", with: "web")
                let reply = try await server.get("\(target)?\(name)=")
                #expect((reply.status == 400) == documented.contains(name), "\(name) on \(path): \(reply.status)")
            }
        }
    }

    private static let answered: [(target: String, component: String)] = [
        ("/", "Service"), ("/health", "Health"), ("/containers?all=true", "Containers"), ("/stats", "Stats"),
        ("/logs", "Page"), ("/logs?types=log,stats,event,engine,gap,mark,anomaly,verdict", "Page"),
        ("/nowhere", "Error"), ("/logs?level=x", "Error"), ("/recordings", "Error"), ("/playback", "Error"),
    ]

    @Test("answers are what the document says", arguments: answered)
    func answers(_ target: String, _ component: String) async throws {
        try await LiveServer.run { (server) async throws in
            await Self.feed(server)
            let schema = OpenAPISchema(document: try await fetch(server))
            let reply = try await server.get(target)
            #expect(schema.problems(try reply.json(), component: component) == [])
        }
    }

    @Test("what streams send and what posts are answered with is what the document says")
    func messages() async throws {
        try await LiveServer.run { (server) async throws in
            let schema = OpenAPISchema(document: try await fetch(server))
            let client = try await WebSocketProbe.connect("\(server.webSocket)/ws/logs?after=7&run=other")
            await Self.feed(server)
            let anomaly = try await server.post("/events/anomaly", #"{"x":1}"#).json()
            #expect(schema.problems(anomaly, component: "ReceivedAnomaly") == [])
            let mark = try await server.post("/marks", #"{"name":"m"}"#).json()
            #expect(schema.problems(mark, component: "ReceivedMark") == [])
            var types: Set<String> = []
            while !types.isSuperset(of: ["connected", "gap", "log", "event", "engine", "mark", "anomaly", "heartbeat"])
            {
                let batch = try #require(try await client.next())
                for message in try batch.map({ try JSON($0) }) {
                    #expect(schema.problems(message, component: "Message") == [])
                    types.insert(message["type"].string ?? "")
                }
            }
            try await client.close()
        }
    }

    private static func feed(_ server: LiveServer) async {
        await server.pipeline.take(
            RouteFact.connected,
            RouteFact.container(RouteFact.web, "web", labels: #"{"a":"b"}"#),
            RouteFact.container(RouteFact.worker, "job", status: "exited"),
            RouteFact.log(RouteFact.web, "plain"),
            RouteFact.log(RouteFact.web, #"{"level":"error","n":1}"#),
            RouteFact.stats(RouteFact.web),
            RouteFact.event("die", RouteFact.web, "web"),
            RouteFact.event("destroy", RouteFact.web, "web"),
            .gap(Gap(scope: .container, container: RouteFact.worker, reason: .driverUnreadable, message: "No driver."))
        )
    }
}
