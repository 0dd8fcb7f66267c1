// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EngineClient

@Suite("Calls to an engine", .timeLimit(.minutes(2)))
struct EngineClientTests {
    @Test("A call returns the status, the fields and the body", arguments: [StubEngine.Listener.unix, .tcp])
    func get(listener: StubEngine.Listener) async throws {
        try await withStubEngine(on: listener) { _, responder in
            await responder.json(200, #"[{"Id":"abc"}]"#, ["Api-Version": "1.41"])
        } body: { stub in
            let response = try await makeClient(stub).get("/v1.41/containers/json?all=1")
            #expect(response.head.status == 200)
            #expect(response.head["api-version"] == "1.41")
            #expect(String(decoding: response.body, as: UTF8.self) == #"[{"Id":"abc"}]"#)
            let request = try #require(stub.requests.first)
            #expect(request.method == "GET")
            #expect(request.target == "/v1.41/containers/json?all=1")
            #expect(request["Host"] == [listener == .unix ? "localhost" : "127.0.0.1:\(stub.port)"])
            #expect(request["User-Agent"] == ["sentinell-observer/test"])
        }
    }

    @Test("A chunked answer is put together")
    func chunked() async throws {
        try await withStubEngine { _, responder in
            await responder.head(200)
            for number in 0..<1000 { await responder.chunk("\(number),") }
            await responder.end()
        } body: { stub in
            let response = try await makeClient(stub).get("/x")
            #expect(String(decoding: response.body, as: UTF8.self) == (0..<1000).map { "\($0)," }.joined())
        }
    }

    @Test("HEAD has no body, and its connection is used again")
    func head() async throws {
        try await withStubEngine { request, responder in
            await responder.head(200, framing: .length(2))
            if request.method == "GET" { await responder.raw("OK") }
        } body: { stub in
            let client = try makeClient(stub)
            let head = try await client.head("/_ping")
            #expect(head.body.isEmpty)
            #expect(head.head["Content-Length"] == "2")
            #expect(try await client.get("/_ping").body == Array("OK".utf8))
            #expect(stub.record.acceptedConnections == 1)
        }
    }

    @Test("An error of the engine is told in its own words, and the connection is used again")
    func statusErrors() async throws {
        try await withStubEngine { request, responder in
            switch request.path {
            case "/json": await responder.json(404, #"{"message":"No such container: x"}"# + "\n")
            case "/plain":
                await responder.head(500, framing: .length(9))
                await responder.raw("too\nbad\u{7}\n")
            case "/empty": await responder.head(304, framing: .none)
            case "/old": await responder.json(400, #"{"message":"client version 1.10 is too old."}"#)
            default: await responder.json(400, "Client sent an HTTP request to an HTTPS server.\n")
            }
        } body: { stub in
            let client = try makeClient(stub)
            func check(_ target: RequestTarget, _ code: EngineError.Code, _ status: Int, _ parts: String...) async {
                let error = await failure { () throws(EngineError) in _ = try await client.get(target) }
                #expect(error?.code == code)
                #expect(error?.status == status)
                for part in parts { #expect(error?.description.contains(part) == true, "\(String(describing: error))") }
            }
            await check("/json", .status, 404, "GET /json with 404: No such container: x", stub.url)
            await check("/plain", .status, 500, "500: too bad")
            await check("/empty", .status, 304, "304: Status")
            await check("/old", .incompatibleVersion, 400, "1.10 is too old")
            await check("/tls", .tls, 400, "HTTPS server", "https://")
            #expect(stub.record.acceptedConnections == 1)
            let streamed = await failure { () throws(EngineError) in _ = try await client.stream("/json") }
            #expect(streamed?.description.contains("No such container: x") == true)
            #expect(streamed?.status == 404)
        }
    }

    @Test("An answer beyond its limit is refused, whether or not its length was told")
    func limits() async throws {
        try await withStubEngine { request, responder in
            await responder.head(200, framing: request.path == "/told" ? .length(100_000) : .chunked)
            for _ in 0..<100 { await responder.chunk([UInt8](repeating: 65, count: 1000)) }
            await responder.end()
        } body: { stub in
            let client = try makeClient(stub)
            for target in ["/told", "/untold"] as [RequestTarget] {
                #expect(try await client.get(target, limit: 100_000).body.count == 100_000)
                let error = await failure { () throws(EngineError) in _ = try await client.get(target, limit: 99_999) }
                #expect(error?.code == .tooLarge)
                #expect(error?.description.contains("99999 bytes") == true)
            }
            await stub.until { $0.openConnections <= 1 }
        }
    }

    @Test("An engine that does not answer in time is told by name, and the connection is closed")
    func deadlines() async throws {
        try await withStubEngine { request, responder in
            if request.path != "/none" {
                await responder.head(request.path == "/half" ? 200 : 500)
                await responder.chunk("half")
            }
            await responder.closed()
        } body: { stub in
            let client = try makeClient(stub) { $0.headTimeout = .milliseconds(50) }
            for target in ["/none", "/half"] as [RequestTarget] {
                let error = await failure { () throws(EngineError) in
                    _ = try await client.get(target, deadline: .milliseconds(50))
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(error?.description.contains("did not answer GET \(target) within 50 ms") == true)
            }
            let error = await failure { () throws(EngineError) in _ = try await client.stream("/none") }
            #expect(error?.code == .deadlineExceeded)
            let failing = await failure { () throws(EngineError) in _ = try await client.stream("/error") }
            #expect(failing?.code == .deadlineExceeded, "an error whose body does not come")
            #expect(error?.description.contains("begin to answer") == true)
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("Calls one after the other share a connection, calls at once use no more than the limit")
    func connections() async throws {
        try await withStubEngine { _, responder in
            await responder.json(200, "{}")
        } body: { stub in
            let client = try makeClient(stub) { $0.callLimit = 4 }
            for _ in 0..<20 { _ = try await client.get("/one") }
            #expect(stub.record.acceptedConnections == 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 { group.addTask { _ = try await client.get("/many") } }
                try await group.waitForAll()
            }
            #expect(stub.requests.count == 220)
            #expect(stub.record.acceptedConnections <= 4)
            client.shutdown()
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("No more calls than the limit are under way, and a cancelled one makes room")
    func callLimit() async throws {
        try await withStubEngine { _, responder in
            await responder.closed()
        } body: { stub in
            let client = try makeClient(stub) { $0.callLimit = 2 }
            await withTaskGroup(of: EngineError.Code?.self) { group in
                for _ in 0..<5 {
                    group.addTask { await failure { () throws(EngineError) in _ = try await client.get("/x") }?.code }
                }
                await stub.until { $0.requests.count == 2 }
                #expect(stub.record.acceptedConnections == 2)
                group.cancelAll()
                for await code in group { #expect(code == .cancelled) }
            }
            await stub.until { $0.openConnections == 0 }
        }
    }

    @Test("A kept connection that the engine has closed meanwhile is replaced without an error")
    func staleConnections() async throws {
        try await withStubEngine { request, responder in
            // Closes right after the answer, or instead of the second one on the same connection.
            if request.path == "/last" { return responder.close() }
            await responder.json(200, "{}")
            if request.path == "/closing" { responder.close() }
        } body: { stub in
            let client = try makeClient(stub)
            for _ in 0..<20 { _ = try await client.get("/closing") }
            #expect(stub.requests.count >= 20)
            _ = try await client.get("/staying")
            let error = await failure { () throws(EngineError) in _ = try await client.get("/last") }
            #expect(error?.code == .truncated)
            #expect(stub.requests.suffix(2).map(\.path) == ["/last", "/last"])
        }
    }

    @Test("A connection on which bytes came that nobody asked for is not used again")
    func surplus() async throws {
        try await withStubEngine { _, responder in
            await responder.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n")
        } body: { stub in
            let client = try makeClient(stub)
            for _ in 0..<3 { #expect(try await client.get("/x").body == Array("{}".utf8)) }
            #expect(stub.record.acceptedConnections == 3)
        }
    }

    @Test("A base path stands before each target")
    func basePath() async throws {
        try await withStubEngine(on: .tcp) { _, responder in
            await responder.json(200, "{}")
        } body: { stub in
            let endpoint = EngineEndpoint(address: .tcp(host: "127.0.0.1", port: stub.port), basePath: "/engines/a")
            let client = try makeClient(endpoint)
            _ = try await client.get("/info")
            _ = try await client.stream("/events")
            #expect(stub.requests.map(\.target) == ["/engines/a/info", "/engines/a/events"])
        }
    }

    @Test("Law 7: whatever is called, only GET and HEAD go to the engine, each with a Host")
    func onlyReads() async throws {
        try await withStubEngine { _, responder in
            await responder.json(200, "{}", ["Api-Version": "1.41"])
        } body: { stub in
            let client = try makeClient(stub) { $0.userAgent = "a\r\nX: y\nDELETE / HTTP/1.1" }
            _ = try await client.negotiate()
            _ = try await client.get(RequestTarget("containers", "x HTTP/1.1\r\nHost: a\r\n\r\nPOST /", "json"))
            _ = try await client.head("/_ping\r\nPOST /x HTTP/1.1\r\n")
            _ = await drain(try await client.stream("/events HTTP/1.1\r\n\r\nPOST /y"))
            #expect(stub.requests.count == 4)
            for request in stub.requests {
                #expect(["GET", "HEAD"].contains(request.method))
                #expect(request["Host"] == ["localhost"])
                #expect(request.fields.count == 2)
            }
        }
    }
}
