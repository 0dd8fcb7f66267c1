// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1
import Testing

@testable import HTTPCore

@Suite("The opening handshake") struct WebSocketHandshakeTests {
    private static let valid: [(String, String)] = [
        ("Host", "localhost"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
    ]

    private func handshake(
        _ changes: [String: String] = [:],
        without: String? = nil,
        adding: [(String, String)] = [],
        method: HTTPMethod = .GET,
        version: HTTPVersion = .http1_1
    ) -> WebSocketHandshake {
        var headers = HTTPHeaders(Self.valid + adding)
        for (name, value) in changes {
            headers.replaceOrAdd(name: name, value: value)
        }
        if let without { headers.remove(name: without) }
        return WebSocketHandshake(HTTPRequestHead(version: version, method: method, uri: "/ws", headers: headers))
    }

    private func status(_ handshake: WebSocketHandshake) -> UInt? {
        guard case .invalid(let refusal) = handshake else { return nil }
        return refusal.status.code
    }

    @Test("is valid as in RFC 6455 §1.2, and with the spellings that browsers use")
    func valid() {
        #expect(self.handshake() == .valid(subprotocols: []))
        #expect(self.handshake(["Connection": "keep-alive, Upgrade"]) == .valid(subprotocols: []))
        #expect(self.handshake(["Upgrade": "WebSocket", "Connection": "upgrade"]) == .valid(subprotocols: []))
        #expect(self.handshake(adding: [("Content-Length", "0")]) == .valid(subprotocols: []))
        let offered = [("Sec-WebSocket-Protocol", "observer.v1, bearer.TOKEN~1"), ("Sec-WebSocket-Protocol", "x")]
        #expect(self.handshake(adding: offered) == .valid(subprotocols: ["observer.v1", "bearer.TOKEN~1", "x"]))
    }

    @Test("is no handshake without the upgrade to websocket")
    func notRequested() {
        #expect(self.handshake(without: "Upgrade") == .notRequested)
        #expect(self.handshake(["Upgrade": "h2c"]) == .notRequested)
        #expect(self.handshake(["Upgrade": "websockets"]) == .notRequested)
    }

    @Test("gets 426 for any version but 13", arguments: ["12", "8", "", "13, 8", "013", "abc"])
    func versions(_ version: String) {
        #expect(self.status(self.handshake(["Sec-WebSocket-Version": version])) == 426)
    }

    @Test("gets 426 for no version or two, and names the right one")
    func versionCount() {
        #expect(self.status(self.handshake(without: "Sec-WebSocket-Version")) == 426)
        #expect(self.status(self.handshake(adding: [("Sec-WebSocket-Version", "13")])) == 426)
        #expect(HTTPRefusal.unsupportedWebSocketVersion.head().headers["Sec-WebSocket-Version"] == ["13"])
    }

    @Test(
        "gets 400 for a key that is not 16 bytes",
        arguments: [
            "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZWFhYQ==",
            "dGhlIHNhbXBsZSBub25j*Q==",
        ]
    )
    func keys(_ key: String) {
        #expect(self.status(self.handshake(["Sec-WebSocket-Key": key])) == 400)
    }

    @Test("gets 400 for whatever else RFC 6455 §4.2.1 does not allow")
    func others() {
        #expect(self.status(self.handshake(without: "Sec-WebSocket-Key")) == 400)
        #expect(self.status(self.handshake(adding: [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])) == 400)
        #expect(self.status(self.handshake(method: .POST)) == 400)
        #expect(self.status(self.handshake(version: .http1_0)) == 400)
        #expect(self.status(self.handshake(without: "Host")) == 400)
        #expect(self.status(self.handshake(adding: [("Host", "other")])) == 400)
        #expect(self.status(self.handshake(["Connection": "keep-alive"])) == 400)
        #expect(self.status(self.handshake(without: "Connection")) == 400)
        #expect(self.status(self.handshake(adding: [("Sec-WebSocket-Protocol", "")])) == 400)
        #expect(self.status(self.handshake(adding: [("Sec-WebSocket-Protocol", "a b")])) == 400)
        #expect(self.status(self.handshake(adding: [("Content-Length", "5")])) == 400)
        #expect(self.status(self.handshake(adding: [("Transfer-Encoding", "chunked")])) == 400)
    }
}
