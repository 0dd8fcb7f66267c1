// SPDX-License-Identifier: Apache-2.0

public import NIOCore
import NIOPosix
import Synchronization

/// An HTTP server in this process that answers as a test tells it, and writes down what it was asked.
public final class StubEngine: Sendable {
    /// Where a stub listens.
    public enum Listener: Sendable {
        /// A Unix socket in a temporary directory of its own.
        case unix
        /// A free port of 127.0.0.1.
        case tcp
    }

    /// What a stub has seen so far.
    public struct Record: Sendable {
        /// All requests, in the order in which they became whole.
        public internal(set) var requests: [StubRequest] = []
        /// The connections that are open now.
        public internal(set) var openConnections = 0
        /// The connections that have been accepted.
        public internal(set) var acceptedConnections = 0
    }

    /// The path of the Unix socket; empty on TCP.
    public let socketPath: String

    /// The port on 127.0.0.1; 0 on a Unix socket.
    public let port: Int

    private let watched: StubWatched<Record>

    init(socketPath: String, port: Int, watched: StubWatched<Record>) {
        self.socketPath = socketPath
        self.port = port
        self.watched = watched
    }

    /// What a client gives to `-H`.
    public var url: String {
        socketPath.isEmpty ? "tcp://127.0.0.1:\(port)" : "unix://\(socketPath)"
    }

    /// What was seen so far.
    public var record: Record { watched.value }

    /// The requests so far.
    public var requests: [StubRequest] { record.requests }

    /// Waits until what was seen satisfies a condition, or the task is cancelled.
    @discardableResult
    public func until(_ condition: @escaping @Sendable (Record) -> Bool) async -> Record {
        await watched.until(condition)
    }
}

/// Runs a stub engine while the body runs.
///
/// Each request is answered by a task of its own, many at once. When the body returns or throws, all connections are
/// closed, the tasks are cancelled and awaited, and the socket is removed.
///
/// - Parameters:
///   - listener: Where it listens.
///   - configure: What is done to each connection first, such as adding TLS.
///   - answer: Answers a request; returning without an answer leaves the client waiting.
///   - body: The test.
/// - Returns: What the body returns.
/// - Throws: What the body throws, and what listening throws.
public func withStubEngine<Result: Sendable>(
    on listener: StubEngine.Listener = .unix,
    configure: @escaping @Sendable (any Channel) throws -> Void = { _ in },
    answering answer: @escaping @Sendable (StubRequest, StubResponder) async -> Void,
    body: (StubEngine) async throws -> Result
) async throws -> Result {
    let directory = listener == .unix ? try StubDirectory() : nil
    defer { directory?.remove() }
    let watched = StubWatched(StubEngine.Record())
    // Bounded by the test's own number of requests.
    let (requests, sink) = AsyncStream.makeStream(of: StubConnectionHandler.Job.self)
    let connections = StubConnections()
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelOption(.backlog, value: 1024)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                connections.add(channel)
                try configure(channel)
                try channel.pipeline.syncOperations.addHandler(StubConnectionHandler(watched: watched, sink: sink))
            }
        }
    let server =
        if let directory {
            try await bootstrap.bind(unixDomainSocketPath: directory.socketPath).get()
        } else {
            try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        }
    let stub = StubEngine(
        socketPath: directory?.socketPath ?? "",
        port: server.localAddress?.port ?? 0,
        watched: watched
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            await withDiscardingTaskGroup { answers in
                for await job in requests {
                    answers.addTask { await answer(job.request, job.responder) }
                }
                answers.cancelAll()
            }
        }
        do {
            let result = try await body(stub)
            await stop(server, connections, sink)
            try await group.waitForAll()
            return result
        } catch {
            await stop(server, connections, sink)
            throw error
        }
    }
}

private func stop(
    _ server: any Channel,
    _ connections: StubConnections,
    _ sink: AsyncStream<StubConnectionHandler.Job>.Continuation
) async {
    try? await server.close().get()
    await connections.closeAll()
    sink.finish()
}
