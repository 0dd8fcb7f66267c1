// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A listener on a free loopback port, with a responder that has a path for each thing to try.
final class TestServer: Sendable {
    /// Why a responder ended.
    enum Ending: Equatable {
        case completed
        case cancelled
        case failed
    }

    let limits: HTTPLimits
    private let endpoint: (any WebSocketEndpoint)?
    private let bodies = Mutex<[String]>([])
    private let ended = AsyncStream<Ending>.makeStream()
    private let cancellation = AsyncStream<Void>.makeStream()
    private let group = Mutex<ServiceGroup?>(nil)

    init(limits: HTTPLimits = .patient, endpoint: (any WebSocketEndpoint)? = nil) {
        self.limits = limits
        self.endpoint = endpoint
    }

    /// The bodies that `/echo` got in full.
    var completeBodies: [String] { self.bodies.withLock { $0 } }

    /// How `/stream` and `/hang` ended, as they do.
    var endings: AsyncStream<Ending> { self.ended.stream }

    /// Cancels the listener, as a group of services does when it has waited long enough.
    func cancel() { self.cancellation.continuation.yield() }

    /// Begins the graceful shutdown.
    func shutDown() async { await self.group.withLock { $0 }?.triggerGracefulShutdown() }

    /// Serves while the body runs, then shuts down; fails if that fails.
    func run<Value: Sendable>(
        on address: ListenAddress = .tcp(host: "127.0.0.1", port: 0),
        _ body: @Sendable (BoundAddress) async throws -> Value
    ) async throws -> Value {
        let listening = AsyncStream<BoundAddress>.makeStream()
        let listener = HTTPListener(
            address: address,
            limits: self.limits,
            endpoint: self.endpoint,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { listening.continuation.yield($0) },
            responder: { request, writer, _ in try await self.respond(request, writer) }
        )
        let group = ServiceGroup(
            configuration: .init(services: [listener], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        )
        self.group.withLock { $0 = group }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.continuation.finish() }
                try await self.runUntilCancelled(group)
            }
            guard let bound = await listening.stream.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw CancellationError()
            }
            let value = try await body(bound)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    private func runUntilCancelled(_ group: ServiceGroup) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask { _ = await self.cancellation.stream.first { _ in true } }
            try await tasks.next()
            tasks.cancelAll()
            // What a cancelled listener throws is of no interest.
            while await tasks.nextResult() != nil {}
        }
    }

    @concurrent
    private func respond(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        switch (request.method, request.uri.path) {
        case (.get, "/hello"), (.head, "/hello"):
            try await writer.write(response: Self.head(5), body: ResponseBody(byteBuffer: ByteBuffer(string: "hello")))
        case (.head, "/stream"):
            var body = try await writer.writeHead(HTTPResponse(status: .ok, headerFields: [.init("x-bodiless")!: "1"]))
            try await body.write(ByteBuffer(string: "this must not be seen"))
            try await body.finish(nil)
        case (.post, "/echo"):
            let body = try await request.body.collect(upTo: 1 << 20)
            self.bodies.withLock { $0.append(String(buffer: body)) }
            try await writer.write(response: Self.head(body.readableBytes), body: ResponseBody(byteBuffer: body))
        case (.get, "/chunks"):
            var body = try await writer.writeHead(HTTPResponse(status: .ok))
            try await body.write(ByteBuffer(string: "one"))
            try await body.finish(nil)
        case (.get, "/stream"):
            var body = try await writer.writeHead(HTTPResponse(status: .ok))
            try await self.observed {
                while true { try await body.write(ByteBuffer(repeating: 0x2E, count: 10_000)) }
            }
        case (.get, "/hang"):
            var body = try await writer.writeHead(HTTPResponse(status: .ok))
            try await body.write(ByteBuffer(string: "begun"))
            try await self.observed {
                for await _ in AsyncStream<Void>.makeStream().stream {}
                try Task.checkCancellation()
            }
        default:
            try await writer.writeNotFound()
        }
    }

    private func observed(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            self.ended.continuation.yield(.completed)
        } catch is CancellationError {
            self.ended.continuation.yield(.cancelled)
            throw CancellationError()
        } catch {
            self.ended.continuation.yield(.failed)
            throw error
        }
    }

    private static func head(_ length: Int) -> HTTPResponse {
        HTTPResponse(status: .ok, headerFields: [.contentLength: "\(length)"])
    }
}

extension HTTPLimits {
    /// Limits without a timeout that a slow machine could exceed; a test shortens the one that it is about.
    static var patient: HTTPLimits {
        var limits = HTTPLimits()
        limits.requestTimeout = .hours(1)
        limits.idleTimeout = .hours(1)
        limits.stallTimeout = .hours(1)
        limits.halfClosedTimeout = .hours(1)
        limits.lingerTimeout = .hours(1)
        limits.shutdownTimeout = .hours(1)
        limits.webSocket.pingInterval = .hours(1)
        limits.webSocket.pongTimeout = .hours(1)
        limits.webSocket.stallTimeout = .hours(1)
        return limits
    }
}
