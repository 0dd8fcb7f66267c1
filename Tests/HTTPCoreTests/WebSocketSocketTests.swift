// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

@Suite("A session over a socket", .timeLimit(.minutes(2))) struct WebSocketSocketTests {
    private static func frames(
        of pieces: [[UInt8]],
        limits: HTTPLimits = .patient,
        at address: BoundAddress
    ) async throws -> [ServerFrame] {
        try await RawClient.connect(to: address) { client in
            try await client.upgrade()
            for piece in pieces { await client.trySend(piece) }
            await client.readToEnd()
            #expect(!client.wasReset)
            let frames = ServerFrame.parse(&client.received)
            #expect(client.received == [])
            return frames
        }
    }

    @Test("answers every conformance case, and closes the connection first")
    func conformance() async throws {
        var limits = HTTPLimits.patient
        limits.webSocket.maximumMessageBytes = 65_536
        try await TestServer(limits: limits, endpoint: EchoEndpoint()).run { address in
            for example in FramingCases.all + PayloadCases.all {
                let frames = try await Self.frames(of: [example.input], at: address)
                #expect(frames == example.expected, "\(example.name)")
            }
        }
    }

    @Test("answers the same when the bytes come in pieces", arguments: 0..<4)
    func pieces(_ seed: UInt64) async throws {
        var limits = HTTPLimits.patient
        limits.webSocket.maximumMessageBytes = 65_536
        try await TestServer(limits: limits, endpoint: EchoEndpoint()).run { address in
            var random = SplitMix64(seed: seed)
            let examples = (FramingCases.all + PayloadCases.all).filter { $0.input.count < 500 }
            for example in examples.shuffled(using: &random).prefix(15) {
                let frames = try await Self.frames(of: example.input.cut(using: &random), at: address)
                #expect(frames == example.expected, "seed \(seed), \(example.name)")
            }
        }
    }

    @Test("answers the handshake as in RFC 6455 §1.3")
    func handshake() async throws {
        try await TestServer(endpoint: EchoEndpoint()).run { address in
            try await RawClient.connect(to: address) { client in
                let protocols = "Sec-WebSocket-Protocol: observer.v1, bearer.SECRET\r\n"
                try await client.send(RawClient.handshake(extra: protocols))
                let answer = try await client.readAnswer()
                #expect(answer.status == 101)
                #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                #expect(answer.headers["sec-websocket-protocol"] == "observer.v1")
                #expect(answer.headers["sec-websocket-extensions"] == nil)
                #expect(answer.headers["upgrade"] == "websocket")
            }
        }
    }

    @Test("takes frames that come right behind the handshake, in its very packet")
    func early() async throws {
        try await TestServer(endpoint: EchoEndpoint()).run { address in
            try await RawClient.connect(to: address) { client in
                try await client.upgrade(with: [ClientFrame.text("early"), .close(1000)].encoded)
                await client.readToEnd()
                #expect(ServerFrame.parse(&client.received) == [.text("early"), .close(1000)])
            }
        }
    }

    @Test("survives more bytes behind the handshake than anybody may send there")
    func tooEarly() async throws {
        try await TestServer(endpoint: EchoEndpoint()).run { address in
            let flood = [ClientFrame](repeating: .text(String(repeating: "x", count: 60_000)), count: 3).encoded
            try? await RawClient.connect(to: address) { client in
                try await client.upgrade(with: flood + ClientFrame.close(1000).encoded)
                await client.readToEnd()
            }
            let frames = try await Self.frames(of: [ClientFrame.close(1000).encoded], at: address)
            #expect(frames == [.close(1000)])
        }
    }

    @Test("echoes large messages, and reads no faster than its client")
    func large() async throws {
        var limits = HTTPLimits.patient
        limits.webSocket.maximumMessageBytes = 4 << 20
        try await TestServer(limits: limits, endpoint: EchoEndpoint()).run { address in
            let text = String(repeating: "0123456789abcdéf", count: 1 << 16)
            let message = ClientFrame.text(text)
            let pieces = [[ClientFrame]](repeating: [message], count: 4).map(\.encoded)
            let frames = try await Self.frames(of: pieces + [ClientFrame.close(1000).encoded], at: address)
            #expect(frames == [ServerFrame](repeating: .text(text), count: 4) + [.close(1000)])
        }
    }

    @Test("tells the application 1006 when the client just goes, and its code when it says one")
    func endings() async throws {
        let probe = SessionProbe()
        try await TestServer(endpoint: probe).run { address in
            for close in [[], ClientFrame.close(4_404, Array("why".utf8)).encoded, ClientFrame.close().encoded] {
                try await RawClient.connect(to: address) { client in
                    try await client.upgrade()
                    await client.trySend(close)
                    client.finish()
                    await client.readToEnd()
                }
                #expect(await probe.next() == .opened)
                let (code, reason): (UInt16, String) =
                    close.isEmpty
                    ? (1006, "connection ended without a close frame") : close.count > 6 ? (4_404, "why") : (1005, "")
                #expect(await probe.next() == .closed(code, reason))
            }
        }
    }

    @Test("keeps a handful of pongs for a client that floods it with pings and reads nothing")
    func pingFlood() async throws {
        let probe = SessionProbe()
        try await TestServer(endpoint: probe).run { address in
            try await RawClient.connect(to: address) { client in
                let payload = [UInt8](repeating: UInt8(ascii: "p"), count: 125)
                let flood = [ClientFrame](repeating: .ping(payload), count: 50_000).encoded
                try await client.upgrade()
                try await client.send(flood + [.text("unsent"), .ping([1])].encoded)
                #expect(await probe.next() == .opened)
                guard case .received(_, let unsent) = await probe.next() else {
                    Issue.record("no message came")
                    return
                }
                #expect(unsent <= (WebSocketStateMachine.longestPongQueue + 1) * 127)
                // The newest is answered once there is room.
                try await client.read { $0.suffix(3) == [0x8A, 1, 1] }
            }
        }
    }

    @Test("law 8: is closed, then cut, when its client takes no byte; what waits for it stays bounded")
    func frozen() async throws {
        var limits = HTTPLimits.patient
        limits.webSocket.stallTimeout = .milliseconds(200)
        limits.webSocket.closeTimeout = .milliseconds(100)
        let probe = SessionProbe(isPouring: true)
        try await TestServer(limits: limits, endpoint: probe).run { address in
            try await RawClient.connect(to: address, isFrozen: true) { client in
                try await client.send(RawClient.handshake())
                #expect(await probe.next() == .opened)
                #expect(await probe.next() == .closed(1013, "slow client: it took no byte for 0 s"))
                let mark = WebSocketLimits().highWaterMark
                #expect(probe.highestUnsent < mark + 2 * SessionProbe.pour)
                #expect(probe.highestUnsent > mark / 2)
                // The connection is reset, so the client cannot even read what the kernels held.
                try await client.channel.closeFuture.get()
            }
        }
    }

    @Test("pours all that its client takes, in order")
    func pouring() async throws {
        let probe = SessionProbe(isPouring: true)
        try await TestServer(endpoint: probe).run { address in
            try await RawClient.connect(to: address) { client in
                try await client.upgrade()
                var count = 0
                while count < 300 {
                    let before = client.received.count
                    try await client.read { $0.count > before }
                    for frame in ServerFrame.parse(&client.received) {
                        #expect(frame == .text(String(repeating: "\(count % 10)", count: SessionProbe.pour)))
                        count += 1
                    }
                }
            }
        }
    }

    @Test("is pinged, and closed when it does not answer")
    func keepAlive() async throws {
        var limits = HTTPLimits.patient
        limits.webSocket.pingInterval = .milliseconds(30)
        limits.webSocket.pongTimeout = .milliseconds(30)
        try await TestServer(limits: limits, endpoint: EchoEndpoint()).run { address in
            let frames = try await Self.frames(of: [], at: address)
            #expect(frames == [.ping([0, 0, 0, 1]), .close(1008)])
        }
    }
}
