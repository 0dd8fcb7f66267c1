// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One connection to a stub engine: cuts requests and passes them on.
final class StubConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// A request that wants an answer.
    struct Job: Sendable {
        let request: StubRequest
        let responder: StubResponder
    }

    private let watched: StubWatched<StubEngine.Record>
    private let sink: AsyncStream<Job>.Continuation
    private var parser = StubRequestParser()
    private var number = 0

    init(watched: StubWatched<StubEngine.Record>, sink: AsyncStream<Job>.Continuation) {
        self.watched = watched
        self.sink = sink
    }

    func channelActive(context: ChannelHandlerContext) {
        number = watched.change { record in
            record.openConnections += 1
            record.acceptedConnections += 1
            return record.acceptedConnections
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watched.change { $0.openConnections -= 1 }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for var request in parser.take(unwrapInboundIn(data).readableBytesView) {
            request.connection = number
            let responder = StubResponder(context.channel, isHeadRequest: request.method == "HEAD")
            watched.change { $0.requests.append(request) }
            sink.yield(Job(request: request, responder: responder))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension StubConnectionHandler: Sendable {}

/// The connections of a stub, so that none outlives it.
final class StubConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let identifier = ObjectIdentifier(channel)
        let isLate = state.withLock { state in
            guard !state.isClosed else { return true }
            state.channels[identifier] = channel
            return false
        }
        if isLate { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.channels.removeValue(forKey: identifier) }
        }
    }

    func closeAll() async {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { try? await channel.close().get() }
    }
}

/// A value that tasks can wait upon.
final class StubWatched<Value: Sendable>: Sendable {
    private struct Watcher {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var watchers: [Int: Watcher] = [:]
        var count = 0
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    var value: Value { state.withLock { $0.value } }

    @discardableResult
    func change<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = change(&state.value)
            let value = state.value
            let woken = state.watchers.filter { $0.value.condition(value) }
            for key in woken.keys { state.watchers[key] = nil }
            return (result, woken.values.map(\.continuation))
        }
        for continuation in woken { continuation.resume() }
        return result
    }

    func until(_ condition: @escaping @Sendable (Value) -> Bool) async -> Value {
        let key = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if condition(state.value) || state.cancelled.contains(key) { return true }
                    state.watchers[key] = Watcher(condition: condition, continuation: continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let watcher = state.withLock { state in
                state.cancelled.insert(key)
                return state.watchers.removeValue(forKey: key)
            }
            watcher?.continuation.resume()
        }
        return value
    }
}

/// A temporary directory for a socket; its path is short, as a socket's must be.
struct StubDirectory: Sendable {
    let path: String

    var socketPath: String { path + "/docker.sock" }

    init() throws {
        var template = Array("/tmp/stub-engine-XXXXXX".utf8CString)
        // SAFETY: the template is a null-terminated array of our own, which mkdtemp changes in place.
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } != nil }
        guard made else { throw IOError(errnoCode: errno, reason: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        unlink(socketPath)
        rmdir(path)
    }
}
