// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// One request and its answer, shared by the connection that receives it and the task that consumes it.
final class Exchange: Sendable {
    /// Until when something must have come, on the event loops' clock.
    enum Deadline: Sendable {
        /// The whole answer.
        case answer(NIODeadline, allowed: TimeAmount)
        /// The head; the body may last for ever.
        case head(NIODeadline, allowed: TimeAmount)
    }

    private struct State {
        var buffer: StreamBuffer
        var channel: (any Channel)?
        var waiter: CheckedContinuation<Bool, Never>?
        var isStale = false
    }

    let request: EngineRequest
    let endpoint: EngineEndpoint
    let deadline: Deadline
    /// How long the body may be silent; `nil` for ever.
    let idleTimeout: TimeAmount?
    /// Whether this is a stream: read at a pace, on a connection of its own.
    let isStream: Bool

    private let state: Mutex<State>

    init(
        _ request: EngineRequest,
        endpoint: EngineEndpoint,
        deadline: Deadline,
        idleTimeout: TimeAmount? = nil,
        isStream: Bool,
        capacity: Int
    ) {
        self.request = request
        self.endpoint = endpoint
        self.deadline = deadline
        self.idleTimeout = idleTimeout
        self.isStream = isStream
        state = Mutex(State(buffer: StreamBuffer(capacity: capacity)))
    }

    /// Whether a kept connection turned out to be closed before it brought a byte: the request can be sent again.
    var isStale: Bool { state.withLock { $0.isStale } }

    // MARK: The connection's side, on its event loop

    /// Binds the exchange to the connection that carries it.
    ///
    /// - Returns: Whether it is still wanted.
    func attach(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.buffer.hasEnded else { return false }
            state.channel = channel
            return true
        }
    }

    /// Hands over the head.
    func receive(_ head: ResponseHead) {
        wake { $0.buffer.receive(head) }
    }

    /// Hands over a batch of the body, leaving it empty.
    ///
    /// - Returns: Whether reading should go on.
    func receive(_ batch: inout [UInt8]) -> Bool {
        let (goesOn, waiter) = state.withLock { state in
            (state.buffer.receive(&batch), state.waiter.take())
        }
        waiter?.resume(returning: true)
        return goesOn
    }

    /// Ends the exchange, which lets go of the connection.
    func finish(_ end: StreamBuffer.End, isStale: Bool = false) {
        wake { state in
            guard state.buffer.finish(end) else { return }
            state.isStale = isStale
            state.channel = nil
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume(returning: true)
    }

    // MARK: The consumer's side

    /// Waits for the head.
    func head() async throws(EngineError) -> ResponseHead {
        while true {
            let (head, failure) = state.withLock { ($0.buffer.head, $0.buffer.failure) }
            if let head { return head }
            if let failure { throw failure }
            try await wait { $0.head != nil }
        }
    }

    /// Waits for bytes of the body and takes all; `nil` is the clean end.
    func next() async throws(EngineError) -> [UInt8]? {
        if Task.isCancelled { abandon() }
        while true {
            let (taken, channel) = state.withLock { ($0.buffer.take(), $0.channel) }
            switch taken {
            case .bytes(let bytes, let resumesReading):
                if resumesReading { channel?.read() }
                return bytes
            case .end: return nil
            case .failed(let error): throw error
            case .nothing: try await wait { $0.hasBytes }
            }
        }
    }

    /// Gives the exchange up: its connection closes at once, and nothing more is handed out.
    func abandon(_ error: EngineError? = nil) {
        let error = error ?? .cancelled(self)
        let (waiter, channel) = state.withLock { state in
            guard state.buffer.finish(.failed(error), discarding: true) else {
                return (nil as CheckedContinuation<Bool, Never>?, nil as (any Channel)?)
            }
            return (state.waiter.take(), state.channel.take())
        }
        waiter?.resume(returning: true)
        // By way of the pipeline, since by now the connection may carry another exchange, which must not suffer.
        channel?.triggerUserOutboundEvent(ConnectionHandler.Command.abandon(self), promise: nil)
    }

    /// Suspends until what is awaited is there, or the end; cancellation gives the exchange up.
    private func wait(until isThere: (borrowing StreamBuffer) -> Bool) async throws(EngineError) {
        let isAlone = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome: Bool? = state.withLock { state in
                    if isThere(state.buffer) || state.buffer.hasEnded { return true }
                    guard state.waiter == nil else { return false }
                    state.waiter = continuation
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            abandon()
        }
        guard isAlone else { throw .misuse(self) }
    }
}
