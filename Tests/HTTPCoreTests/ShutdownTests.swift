// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

/// That a shutdown ends is what the time limit checks: but for it, nothing here takes less than an hour.
@Suite("Graceful shutdown", .timeLimit(.minutes(1))) struct ShutdownTests {
    private var limits: HTTPLimits {
        var limits = HTTPLimits.patient
        limits.shutdownTimeout = .milliseconds(300)
        limits.webSocket.shutdownTimeout = .milliseconds(300)
        return limits
    }

    /// Shuts down while a client is where the body left it, and returns what the client still got.
    private func shutDown(
        _ body: @Sendable (inout RawClient) async throws -> Void
    ) async throws -> [UInt8] {
        let server = TestServer(limits: self.limits, endpoint: EchoEndpoint())
        return try await server.run { address in
            try await RawClient.connect(to: address) { client in
                try await body(&client)
                await server.shutDown()
                await client.readToEnd()
                return client.received
            }
        }
    }

    @Test("closes a connection without a request")
    func idle() async throws {
        #expect(try await self.shutDown { _ in } == [])
    }

    @Test("closes a kept-alive connection")
    func keptAlive() async throws {
        let received = try await self.shutDown { client in
            try await client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = try await client.readAnswer()
        }
        #expect(received == [])
    }

    @Test("does not wait for the rest of a head")
    func halfHead() async throws {
        #expect(try await self.shutDown { try await $0.send("GET /hello HT") } == [])
    }

    @Test("does not wait for the rest of a body")
    func halfBody() async throws {
        var received = try await self.shutDown { client in
            let head = "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
            try await client.send(head)
            #expect(try await client.readAnswer().status == 100)
            try await client.send("abc")
        }
        let answer = HTTPAnswer.parse(&received)
        #expect(answer?.status == 503)
        #expect(answer?.code == "shutting_down")
    }

    @Test("cuts a response without end", arguments: ["/stream", "/hang"])
    func endless(_ path: String) async throws {
        _ = try await self.shutDown { client in
            try await client.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            try await client.read { !$0.isEmpty }
        }
    }

    @Test("closes a session with 1001, and waits for the answer only so long")
    func session() async throws {
        var received = try await self.shutDown { try await $0.upgrade() }
        #expect(ServerFrame.parse(&received) == [.close(1001)])
    }

    @Test("cuts a session whose client takes nothing")
    func frozenSession() async throws {
        let probe = SessionProbe(isPouring: true)
        let server = TestServer(limits: self.limits, endpoint: probe)
        try await server.run { address in
            try await RawClient.connect(to: address, isFrozen: true) { client in
                try await client.send(RawClient.handshake())
                #expect(await probe.next() == .opened)
                await server.shutDown()
                #expect(await probe.next() == .closed(1001, "server is shutting down"))
            }
        }
    }

    @Test("ends many connections of all kinds at once")
    func many() async throws {
        let server = TestServer(limits: self.limits, endpoint: EchoEndpoint())
        try await server.run { await self.connectMany(to: $0) { await server.shutDown() } }
    }

    @Test("has no time for them when it is cancelled", arguments: 0..<5)
    func cancelled(_ round: Int) async throws {
        let server = TestServer(limits: self.limits, endpoint: EchoEndpoint())
        try await server.run { await self.connectMany(to: $0) { server.cancel() } }
    }

    /// Connects clients that do various things, and calls `end` amidst them.
    private func connectMany(to address: BoundAddress, end: @escaping @Sendable () async -> Void) async {
        await withDiscardingTaskGroup { clients in
            for index in 0..<40 {
                clients.addTask {
                    // Those that connect too late are refused.
                    try? await RawClient.connect(to: address) { client in
                        switch index % 4 {
                        case 0: try await client.send("GET /hello HT")
                        case 1: try await client.upgrade()
                        case 2: try await client.send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n")
                        default: break
                        }
                        if index == 5 { await end() }
                        await client.readToEnd()
                    }
                }
            }
        }
    }
}
