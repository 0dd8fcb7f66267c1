// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

@Suite("A connection", .timeLimit(.minutes(1))) struct HTTPConnectionTests {
    private let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private func answers(to request: String, limits: HTTPLimits = .patient) async throws -> [HTTPAnswer] {
        try await TestServer(limits: limits, endpoint: EchoEndpoint()).run { address in
            try await RawClient.connect(to: address) { client in
                await client.trySend(Array(request.utf8))
                return await client.readAnswers()
            }
        }
    }

    @Test("serves one request after the other")
    func keepAlive() async throws {
        try await TestServer().run { address in
            try await RawClient.connect(to: address) { client in
                for _ in 0..<3 {
                    try await client.send(self.hello)
                    let answer = try await client.readAnswer()
                    #expect(answer.status == 200)
                    #expect(answer.body == "hello")
                    #expect(answer.headers["connection"] == nil)
                }
            }
        }
    }

    @Test("serves pipelined requests in their order")
    func pipelining() async throws {
        let echo = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
        let last = "GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        let answers = try await self.answers(to: self.hello + echo + last + self.hello)
        #expect(answers.map(\.status) == [200, 200, 404])
        #expect(answers.map(\.body).prefix(2) == ["hello", "abc"])
        #expect(answers.last?.headers["connection"] == "close")
    }

    @Test(
        "closes when the client asks for it, however it spells that",
        arguments: ["close", "Close", "keep-alive, close"]
    )
    func close(_ value: String) async throws {
        let answers = try await self.answers(to: "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: \(value)\r\n\r\n")
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?.headers["connection"] == "close")
    }

    @Test("answers HTTP/1.0 without chunks, and closes unless asked not to")
    func http10() async throws {
        let plain = try await self.answers(to: "GET /chunks HTTP/1.0\r\n\r\n")
        #expect(plain.map(\.status) == [200])
        #expect(plain.first?.headers["transfer-encoding"] == nil)
        #expect(plain.first?.headers["connection"] == "close")
        let kept = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        let answers = try await self.answers(to: kept + "GET /hello HTTP/1.0\r\n\r\n")
        #expect(answers.map(\.headers["connection"]) == ["keep-alive", "close"])
    }

    @Test("sends no body in answer to HEAD, whatever the responder writes")
    func head() async throws {
        try await TestServer().run { address in
            try await RawClient.connect(to: address) { client in
                try await client.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n" + self.hello)
                #expect(try await client.readAnswer().status == 200)
                #expect(try await client.readAnswer().body == "hello")
            }
        }
    }

    @Test("sends 100 Continue to whoever waits for it, and refuses other expectations")
    func expectations() async throws {
        try await TestServer().run { address in
            try await RawClient.connect(to: address) { client in
                let head = "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
                try await client.send(head)
                #expect(try await client.readAnswer().status == 100)
                try await client.send("ok")
                #expect(try await client.readAnswer().body == "ok")
                try await client.send("GET /hello HTTP/1.1\r\nHost: h\r\nExpect: cake\r\n\r\n")
                #expect(await client.readAnswers().map(\.status) == [417])
            }
        }
    }

    @Test("gives a client that closed its side the answer")
    func halfClosed() async throws {
        try await TestServer().run { address in
            try await RawClient.connect(to: address) { client in
                try await client.send(self.hello)
                client.finish()
                #expect(await client.readAnswers().map(\.body) == ["hello"])
            }
        }
    }

    @Test("cancels a responder whose client is gone, and cuts one whose client closed its side in time")
    func gone() async throws {
        var limits = HTTPLimits.patient
        limits.halfClosedTimeout = .milliseconds(50)
        let server = TestServer(limits: limits)
        try await server.run { address in
            try await RawClient.connect(to: address) { client in
                try await client.send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n")
                try await client.read { $0.firstIndex(ofSequence: Array("begun".utf8)) != nil }
            }
            #expect(await server.endings.first { _ in true } == .cancelled)
        }
    }

    // MARK: Upgrades that are none

    @Test("answers a handshake at a wrong path by the router, and closes")
    func wrongPath() async throws {
        let answers = try await self.answers(to: RawClient.handshake("/nowhere") + self.hello)
        #expect(answers.map(\.status) == [404])
        #expect(answers.first?.code == "not_found")
        #expect(answers.first?.headers["connection"] == "close")
    }

    @Test("answers a malformed handshake with JSON, and closes")
    func malformedHandshake() async throws {
        let old = RawClient.handshake().replacing("Version: 13", with: "Version: 8")
        let answers = try await self.answers(to: old + self.hello)
        #expect(answers.map(\.status) == [426])
        #expect(answers.first?.code == "upgrade_required")
        #expect(answers.first?.headers["sec-websocket-version"] == "13")
        let keyless = RawClient.handshake().replacing("dGhl", with: "!!!!")
        #expect(try await self.answers(to: keyless).map(\.code) == ["bad_handshake"])
    }

    @Test("serves a request that would upgrade to something else, and closes")
    func h2c() async throws {
        let fields = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"
        let answers = try await self.answers(to: "GET /hello HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" + self.hello)
        #expect(answers.map(\.body) == ["hello"])
        #expect(answers.first?.headers["connection"] == "close")
        let post = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\(fields)\r\nabc"
        #expect(try await self.answers(to: post + self.hello).map(\.body) == ["abc"])
    }

    @Test("serves a handshake that is not its first request as plain HTTP, and closes")
    func lateHandshake() async throws {
        let answers = try await self.answers(to: self.hello + RawClient.handshake("/ws"))
        #expect(answers.map(\.status) == [200, 404])
        #expect(answers.last?.headers["connection"] == "close")
    }

    // MARK: Late, large, many

    @Test(
        "answers 431 to a header section that is too large",
        arguments: [
            "GET /hello HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 17_000),
            "GET /" + String(repeating: "x", count: 17_000) + " HTTP/1.1\r\n",
            "GET /hello HTTP/1.1\r\nHost: h\r\nX:" + String(repeating: " ", count: 90_000),
            "GET /hello HTTP/1.1\r\nHost: h\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n",
            "GET /hello HTTP/1.1\r\nHost: h\r\n"
                + (0..<20).map { "X\($0): \(String(repeating: "y", count: 1_000))\r\n" }.joined(),
        ]
    )
    func largeHeader(_ request: String) async throws {
        let answers = try await self.answers(to: request)
        #expect(answers.map(\.status) == [431])
        #expect(answers.first?.code == "header_too_large")
        #expect(answers.first?.body.contains("16384 bytes") == true)
    }

    @Test("takes a header section just below the limit")
    func fullHeader() async throws {
        let request =
            "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + String(repeating: "x", count: 16_000)
            + "\r\n\r\n"
        #expect(try await self.answers(to: request).map(\.status) == [200])
    }

    @Test("answers 413 to a body that is announced, or turns out, too large")
    func largeBody() async throws {
        var limits = HTTPLimits.patient
        limits.bodyBytes = 100
        let announced = try await self.answers(
            to: "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n",
            limits: limits
        )
        #expect(announced.map(\.status) == [413])
        let chunk = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
        let head = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let answers = try await self.answers(to: head + chunk + chunk + "0\r\n\r\n", limits: limits)
        #expect(answers.map(\.status) == [413])
        #expect(answers.first?.code == "body_too_large")
        let close = head.replacing("Host: h", with: "Host: h\r\nConnection: close")
        #expect(try await self.answers(to: close + chunk + "0\r\n\r\n", limits: limits).map(\.body.count) == [64])
    }

    @Test("answers 503 to a connection that is one too many")
    func tooMany() async throws {
        var limits = HTTPLimits.patient
        limits.connections = 1
        try await TestServer(limits: limits).run { address in
            try await RawClient.connect(to: address) { first in
                try await first.send(self.hello)
                _ = try await first.readAnswer()
                let refused = try await RawClient.connect(to: address) { second in
                    await second.trySend(Array(self.hello.utf8))
                    return await second.readAnswers()
                }
                #expect(refused.map(\.status) == [503])
                #expect(refused.first?.code == "too_many_connections")
                try await first.send(self.hello)
                #expect(try await first.readAnswer().status == 200)
            }
        }
    }

    @Test("never takes the beginning of a body for all of it")
    func truncated() async throws {
        let server = TestServer()
        try await server.run { address in
            try await RawClient.connect(to: address) { client in
                try await client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
                client.finish()
                #expect(await client.readAnswers().map(\.status) == [400])
            }
            try await RawClient.connect(to: address) { client in
                try await client.send(
                    "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                )
                client.finish()
                #expect(await client.readAnswers().map(\.status) == [400])
            }
        }
        #expect(server.completeBodies == [])
    }
}
