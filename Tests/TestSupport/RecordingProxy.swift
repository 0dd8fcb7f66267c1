// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A proxy before a real engine that passes bytes on as they are and writes down each request that goes through.
///
/// For the test that live mode only reads (law 7): what the engine receives is what the proxy saw.
public final class RecordingProxy: Sendable {
    /// What a proxy passes bytes on to.
    public enum Upstream: Sendable {
        /// A Unix socket.
        case unix(path: String)
        /// A TCP port.
        case tcp(host: String, port: Int)
    }

    /// What went through.
    public struct Record: Sendable {
        /// The requests, in the order in which they became whole.
        public internal(set) var requests: [StubRequest] = []
        /// The connections on which something came that could not be read as HTTP requests, such as after an upgrade.
        public internal(set) var unreadable = 0
        /// The connections that are open now.
        public internal(set) var openConnections = 0
    }

    /// The path of the Unix socket on which the proxy listens.
    public let socketPath: String

    private let watched: StubWatched<Record>

    init(socketPath: String, watched: StubWatched<Record>) {
        self.socketPath = socketPath
        self.watched = watched
    }

    /// What went through so far.
    public var record: Record { watched.value }

    /// The request lines so far, such as `GET /v1.41/events HTTP/1.1` without its version.
    public var requestLines: [String] { record.requests.map { "\($0.method) \($0.target)" } }

    /// Waits until what went through satisfies a condition, or the task is cancelled.
    @discardableResult
    public func until(_ condition: @escaping @Sendable (Record) -> Bool) async -> Record {
        await watched.until(condition)
    }
}

/// Runs a recording proxy while the body runs.
///
/// - Parameters:
///   - upstream: What it passes bytes on to; asked at each connection, so that it may come and go.
///   - body: The test.
/// - Returns: What the body returns.
/// - Throws: What the body throws, and what listening throws.
public func withRecordingProxy<Result>(
    to upstream: RecordingProxy.Upstream,
    body: (RecordingProxy) async throws -> Result
) async throws -> Result {
    let directory = try StubDirectory()
    defer { directory.remove() }
    let watched = StubWatched(RecordingProxy.Record())
    let connections = StubConnections()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 1024)
        // Nothing is read before there is somebody to pass it on to.
        .childChannelOption(.autoRead, value: false)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            connections.add(channel)
            return connect(channel, to: upstream, watched)
        }
        .bind(unixDomainSocketPath: directory.socketPath).get()
    do {
        let result = try await body(RecordingProxy(socketPath: directory.socketPath, watched: watched))
        try? await server.close().get()
        await connections.closeAll()
        return result
    } catch {
        try? await server.close().get()
        await connections.closeAll()
        throw error
    }
}

/// Joins a client's connection with a new one to the upstream, on the same event loop.
private func connect(
    _ client: any Channel,
    to upstream: RecordingProxy.Upstream,
    _ watched: StubWatched<RecordingProxy.Record>
) -> EventLoopFuture<Void> {
    let bootstrap = ClientBootstrap(group: client.eventLoop)
        .channelOption(.autoRead, value: false)
        .channelOption(.allowRemoteHalfClosure, value: true)
    let connected =
        switch upstream {
        case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        }
    return connected.flatMapThrowing { engine in
        let (front, back) = RecordingProxyHandler.pair(watched)
        try client.pipeline.syncOperations.addHandler(front)
        try engine.pipeline.syncOperations.addHandler(back)
        engine.read()
    }
}
