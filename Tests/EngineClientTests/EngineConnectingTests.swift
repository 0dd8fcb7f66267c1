// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TestSupport
import Testing

@testable import EngineClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("Connections that cannot be had", .timeLimit(.minutes(2)))
struct EngineConnectingTests {
    static func error(of endpoint: EngineEndpoint) async throws -> EngineError? {
        let client = try makeClient(endpoint)
        let called = await failure { () throws(EngineError) in _ = try await client.get("/x") }
        let streamed = await failure { () throws(EngineError) in _ = try await client.stream("/x") }
        #expect(called == streamed)
        return called
    }

    @Test("A socket that is not there, and one that nobody listens on, are told apart (facts J1, J3)")
    func missingSockets() async throws {
        let path = try await withStubEngine { _, _ in
        } body: { stub in
            stub.socketPath
        }
        let missing = try await Self.error(of: .unix(path))
        #expect(missing?.code == .noSocket)
        #expect(missing?.isUnreachable == true)
        #expect(missing?.description.hasPrefix("no such socket: \(path): is the engine running?") == true)

        let abandoned = "/tmp/engine-client-\(getpid()).sock"
        // A socket file whose listener has gone is what a killed engine leaves; renamed, it is not removed at the close.
        try await withStubEngine { _, _ in
        } body: { stub in
            #expect(rename(stub.socketPath, abandoned) == 0)
        }
        defer { unlink(abandoned) }
        let refused = try await Self.error(of: .unix(abandoned))
        #expect(refused?.code == .connectionRefused)
        #expect(refused?.description.contains("nobody listens") == true)
    }

    @Test("A socket of others names the group and root")
    func permissionDenied() {
        let endpoint = EngineEndpoint.unix("/var/run/docker.sock")
        let error = EngineError.connecting(to: endpoint, IOError(errnoCode: EACCES, reason: "connect"), within: .zero)
        #expect(error.code == .permissionDenied)
        #expect(error.description.hasPrefix("permission denied on /var/run/docker.sock: add the user to the group"))
        #expect(error.description.contains("root"))
    }

    @Test("A closed port and an unknown host are told by name")
    func network() async throws {
        let port = try await withStubEngine(on: .tcp) { _, _ in
        } body: { stub in
            stub.port
        }
        let refused = try await Self.error(of: EngineEndpoint(address: .tcp(host: "127.0.0.1", port: port)))
        #expect(refused?.code == .connectionRefused)
        #expect(refused?.description.contains("tcp://127.0.0.1:\(port)") == true)
        let unknown = try await Self.error(of: EngineEndpoint(address: .tcp(host: "no.such.host.invalid", port: 1)))
        #expect(unknown?.code == .unknownHost)
        #expect(unknown?.description.contains("no.such.host.invalid") == true)
    }

    @Test("A server that is no engine is told by what it says")
    func strangers() async throws {
        try await withStubEngine { _, responder in
            await responder.raw("SSH-2.0-OpenSSH_9.2p1\r\n")
        } body: { stub in
            let error = try await Self.error(of: .unix(stub.socketPath))
            #expect(error?.code == .malformedResponse)
            #expect(error?.isUnreachable == false)
        }
        try await withStubEngine { _, responder in
            responder.close()
        } body: { stub in
            let error = try await Self.error(of: .unix(stub.socketPath))
            #expect(error?.code == .truncated)
            #expect(error?.description.contains("closed the connection before any answer of GET /x") == true)
        }
    }
}
