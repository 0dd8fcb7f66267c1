// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization
import TestSupport

@testable import EngineClient

/// A client of a stub engine.
func makeClient(
    _ stub: StubEngine,
    security: TransportSecurity? = nil,
    _ change: (inout DockerClient.Configuration) -> Void = { _ in }
) throws(EngineError) -> DockerClient {
    try makeClient(
        stub.socketPath.isEmpty
            ? EngineEndpoint(address: .tcp(host: "127.0.0.1", port: stub.port), security: security)
            : .unix(stub.socketPath),
        change
    )
}

/// A client of any endpoint.
func makeClient(
    _ endpoint: EngineEndpoint,
    _ change: (inout DockerClient.Configuration) -> Void = { _ in }
) throws(EngineError) -> DockerClient {
    var configuration = DockerClient.Configuration()
    configuration.userAgent = "sentinell-observer/test"
    change(&configuration)
    return try DockerClient(endpoint: endpoint, configuration: configuration, logger: Logger(label: "test"))
}

/// All that a stream still holds, and the error at its end.
func drain(_ stream: EngineStream) async -> (bytes: [UInt8], error: EngineError?) {
    var bytes: [UInt8] = []
    do throws(EngineError) {
        while let more = try await stream.next() { bytes += more }
        return (bytes, nil)
    } catch {
        return (bytes, error)
    }
}

/// The error that a call ends with.
func failure(_ call: () async throws(EngineError) -> Void) async -> EngineError? {
    do throws(EngineError) {
        try await call()
        return nil
    } catch {
        return error
    }
}

/// Lets time pass by the client's own timers: a call that the stub leaves unanswered until its deadline.
func letTimePass(_ client: DockerClient, _ time: Duration) async {
    _ = await failure { () throws(EngineError) in _ = try await client.get("/stall", deadline: time) }
}

/// A number that tasks add to.
final class Counter: Sendable {
    private let sum = Mutex(0)

    var value: Int { sum.withLock { $0 } }

    func add(_ number: Int) {
        sum.withLock { $0 += number }
    }
}
