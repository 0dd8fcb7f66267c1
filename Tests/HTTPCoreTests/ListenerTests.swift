// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("A listener", .timeLimit(.minutes(1))) struct ListenerTests {
    private func temporaryPath() -> String { "/tmp/observer-\(UInt64.random(in: 0 ... .max)).sock" }

    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt32(status.st_mode) : nil
    }

    private func hello(_ address: BoundAddress) async throws -> String {
        try await RawClient.connect(to: address) { client in
            try await client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            return try await client.readAnswer().body
        }
    }

    @Test("picks a free port and tells it")
    func port() async throws {
        try await TestServer().run { address in
            guard case .tcp("127.0.0.1", let port) = address else {
                Issue.record("\(address)")
                return
            }
            #expect(port > 0)
            #expect(address.authority == "127.0.0.1:\(port)")
        }
        #expect(BoundAddress.tcp(ip: "::1", port: 80).authority == "[::1]:80")
    }

    @Test("says so when another process listens there")
    func portInUse() async throws {
        try await TestServer().run { address in
            guard case .tcp(let ip, let port) = address else { return }
            let error = await #expect(throws: ListenError.self) {
                try await TestServer().run(on: .tcp(host: ip, port: port)) { _ in }
            }
            let problem = "another process listens there; stop that or take another port"
            #expect(error?.description == "Cannot listen on \(ip) port \(port): \(problem).")
        }
    }

    @Test("serves a Unix socket that is its owner's alone, and removes it in the end")
    func unix() async throws {
        let path = self.temporaryPath()
        try await TestServer().run(on: .unix(path: path)) { address in
            #expect(address == .unix(path: path))
            #expect(self.mode(path) == S_IFSOCK | 0o600)
            let body = try await self.hello(address)
            #expect(body == "hello")
        }
        #expect(self.mode(path) == nil)
    }

    @Test("takes over the Unix socket of a process that is gone")
    func stale() async throws {
        let path = self.temporaryPath()
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        close(descriptor)
        #expect(isBound && self.mode(path) != nil)
        try await TestServer().run(on: .unix(path: path)) { address in
            let body = try await self.hello(address)
            #expect(body == "hello")
        }
    }

    @Test("leaves a Unix socket that is served, and a file that is none, as they are")
    func taken() async throws {
        let path = self.temporaryPath()
        try await TestServer().run(on: .unix(path: path)) { address in
            let error = await #expect(throws: ListenError.self) {
                try await TestServer().run(on: .unix(path: path)) { _ in }
            }
            #expect(error?.problem == "another process serves it; stop that or take another path")
            let body = try await self.hello(address)
            #expect(body == "hello")
        }
        let file = open(path, O_CREAT | O_WRONLY, 0o644)
        close(file)
        defer { unlink(path) }
        let error = await #expect(throws: ListenError.self) {
            try await TestServer().run(on: .unix(path: path)) { _ in }
        }
        #expect(error?.problem == "there is a file that is not a socket; remove it")
        #expect(self.mode(path) == S_IFREG | 0o644)
    }

    @Test("refuses a Unix path that is too long, and one without a directory")
    func badPaths() async throws {
        for path in [
            "/tmp/" + String(repeating: "x", count: 103), "/tmp/nowhere-\(UInt64.random(in: 0 ... .max))/x.sock",
        ] {
            await #expect(throws: ListenError.self) { try await TestServer().run(on: .unix(path: path)) { _ in } }
        }
    }
}
