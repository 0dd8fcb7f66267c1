// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import EngineClient
@testable import TestSupport

@Suite("The recording proxy", .timeLimit(.minutes(2)))
struct RecordingProxyTests {
    @Test("Calls, streams and their ends pass through, and each request is written down", arguments: [false, true])
    func passing(overTCP: Bool) async throws {
        try await withStubEngine(on: overTCP ? .tcp : .unix) { request, responder in
            switch request.path {
            case "/events":
                await responder.head(200)
                for number in 0..<5000 { await responder.chunk("\(number)\n") }
                await responder.end()
            case "/cut":
                await responder.head(200)
                await responder.raw("5\r\nhel")
                responder.close()
            case "/idle":
                await responder.head(200)
                await responder.closed()
            default:
                await responder.json(200, "{}")
            }
        } body: { stub in
            let upstream: RecordingProxy.Upstream =
                overTCP ? .tcp(host: "127.0.0.1", port: stub.port) : .unix(path: stub.socketPath)
            try await withRecordingProxy(to: upstream) { proxy in
                let client = try makeClient(.unix(proxy.socketPath))
                for _ in 0..<3 { _ = try await client.get("/info") }
                let events = await drain(try await client.stream("/events"))
                #expect(events.error == nil)
                #expect(String(decoding: events.bytes, as: UTF8.self) == (0..<5000).map { "\($0)\n" }.joined())
                let cut = await drain(try await client.stream("/cut"))
                #expect(cut.bytes == Array("hel".utf8))
                #expect(cut.error?.code == .truncated)
                let idle = try await client.stream("/idle")
                idle.cancel()
                await stub.until { $0.openConnections == 1 }
                client.shutdown()
                await stub.until { $0.openConnections == 0 }
                await proxy.until { $0.openConnections == 0 }
                let expected = ["GET /info", "GET /info", "GET /info", "GET /events", "GET /cut", "GET /idle"]
                #expect(proxy.requestLines == expected)
                #expect(stub.requests.map { "\($0.method) \($0.target)" } == expected)
                #expect(proxy.record.unreadable == 0)
            }
        }
    }

    @Test("Requests with bodies, and bytes that are no requests, do not go unseen")
    func parser() {
        var parser = StubRequestParser()
        let post = "POST /containers/x/stop?t=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        let requests = Array(("GET /a HTTP/1.1\r\n\r\n" + post + "HEAD /b HTTP/1.1\r\n\r\n").utf8).flatMap {
            parser.take([$0])
        }
        #expect(requests.map(\.method) == ["GET", "POST", "HEAD"])
        #expect(requests[1].body == Array("abc".utf8))
        #expect(requests[1].query == ["t": "1"])
        #expect(!parser.isLost)
        _ = parser.take("POST /exec/x/start HTTP/1.1\r\nUpgrade: tcp\r\n\r\nraw bytes".utf8)
        #expect(parser.isLost)
        var stranger = StubRequestParser()
        _ = stranger.take("\u{16}\u{3}\u{1}nonsense\r\n\r\n".utf8)
        #expect(stranger.isLost)
    }
}
