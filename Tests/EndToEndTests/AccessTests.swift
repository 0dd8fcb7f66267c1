// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Who may: tokens, hosts and origins.
    @Suite struct Access {
        private static let token = "correct-horse-battery.staple_1"

        @Test("an address that is not loopback is refused without a token, and served with one")
        func foreignAddress() async throws {
            try await withScene { scene in
                let arguments = ["live", "--docker-host", scene.engine.host, "--port", "0", "--host", "0.0.0.0"]
                let refused = try RunningObserver.launch(arguments, in: scene.fixture)
                #expect(try await refused.wait(within: .seconds(20)) == .exited(2))
                #expect(refused.errorText.contains("--token-file"))
                #expect(refused.errorText.contains("--insecure"))
                let path = try tokenFile(scene)
                let observer = try await scene.observe(["--host", "0.0.0.0", "--token-file", path])
                let port = try #require(observer.url.split(separator: ":").last)
                let url = "http://127.0.0.1:\(port)"
                #expect(try await HTTPProbe.request("GET", url + "/containers").status == 401)
                let headers = [("Authorization", "Bearer \(Self.token)")]
                #expect(try await HTTPProbe.request("GET", url + "/containers", headers: headers).status == 200)
                // Without a token health says only whether.
                let health = try await HTTPProbe.request("GET", url + "/health")
                #expect(health.status == 200)
                #expect(try health.json()["reasons"].isNull)
            }
        }

        @Test("a token opens requests and streams, never appears in the log, and is not echoed")
        func tokens() async throws {
            try await withScene { scene in
                let observer = try await scene.observe(["--token-file", try tokenFile(scene), "--log-level", "debug"])
                #expect(try await observer.get("/containers").status == 401)
                let wrong = [("Authorization", "Bearer wrong-horse-battery.staple_1")]
                #expect(try await observer.get("/containers", headers: wrong).status == 401)
                let headers = [("Authorization", "Bearer \(Self.token)")]
                #expect(try await observer.get("/containers", headers: headers).status == 200)
                let refusal = await #expect(throws: WebSocketProbe.Refused.self) {
                    try await WebSocketProbe.connect(observer.streamURL)
                }
                #expect(refusal?.reply.status == 401)
                let protocols = ["observer.v1", "bearer.\(Self.token)"]
                let probe = try await WebSocketProbe.connect(observer.streamURL, subprotocols: protocols)
                #expect(probe.reply["Sec-WebSocket-Protocol"] == "observer.v1")
                #expect(try await probe.next() != nil)
                try await probe.close()
                #expect(!observer.process.errorText.contains(Self.token))
            }
        }

        @Test("a request for another host is misdirected, against DNS rebinding")
        func hosts() async throws {
            try await withScene { scene in
                let observer = try await scene.observe(["--allow-host", "observer.example"])
                #expect(try await observer.get("/containers", headers: [("Host", "evil.example")]).status == 421)
                let port = observer.url.split(separator: ":").last ?? ""
                for host in ["localhost:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)", "observer.example"] {
                    #expect(try await observer.get("/containers", headers: [("Host", host)]).status == 200, "\(host)")
                }
                let refusal = await #expect(throws: WebSocketProbe.Refused.self) {
                    try await WebSocketProbe.connect(observer.streamURL, headers: [("Host", "evil.example")])
                }
                #expect(refusal?.reply.status == 421)
            }
        }

        @Test("a page of another origin gets no stream, a development server on this machine does")
        func origins() async throws {
            try await withScene { scene in
                let observer = try await scene.observe(["--allow-origin", "https://dash.example"])
                let refusal = await #expect(throws: WebSocketProbe.Refused.self) {
                    try await WebSocketProbe.connect(observer.streamURL, headers: [("Origin", "https://evil.example")])
                }
                #expect(refusal?.reply.status == 403)
                // The refusal is logged with the option that would allow it.
                _ = try await eventually("the refusal in the log", within: .seconds(5)) {
                    observer.process.errorText.contains("--allow-origin") ? true : nil
                }
                for origin in ["http://localhost:5173", "http://127.0.0.1:3000", "https://dash.example"] {
                    let probe = try await WebSocketProbe.connect(observer.streamURL, headers: [("Origin", origin)])
                    try await probe.close()
                }
            }
        }

        private func tokenFile(_ scene: Scene) throws -> String {
            let path = try scene.fixture.temporaryDirectory() + "/token"
            try (Self.token + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
    }
}
