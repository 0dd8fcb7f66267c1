// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What lies between a test client's event loop and the test.
final class WebSocketInbox: Sendable {
    /// Above so many bytes that nobody has taken the client stops reading: a test that forgets to read must not take
    /// the machine's memory.
    static let byteLimit = 64 * 1024 * 1024

    private struct State {
        var messages: [[UInt8]] = []
        var byteCount = 0
        var isPaused = false
        var isFrozen = false
        var roomWasMade = false
        var tally = WebSocketTally()
        var pings = 0
        var ending: WebSocketProbe.Ending?
        var failure: (any Error)?
        var waiter: CheckedContinuation<[[UInt8]]?, any Error>?

        mutating func takeMessages() -> [[UInt8]] {
            defer {
                messages = []
                byteCount = 0
                roomWasMade = roomWasMade || isPaused
                isPaused = false
            }
            return messages
        }
    }

    let mode: WebSocketProbe.Mode
    private let state = Mutex(State())

    init(mode: WebSocketProbe.Mode) {
        self.mode = mode
    }

    var ending: WebSocketProbe.Ending? { state.withLock { $0.ending } }
    var pings: Int { state.withLock { $0.pings } }
    var tally: WebSocketTally { state.withLock { $0.tally } }
    var isFrozen: Bool {
        get { state.withLock { $0.isFrozen } }
        set { state.withLock { $0.isFrozen = newValue } }
    }

    /// Takes the messages of one read; returns whether reading is to stop.
    func add(_ messages: [[UInt8]], tally: WebSocketTally, pings: Int) -> Bool {
        let (waiter, batch, pauses) = state.withLock { state in
            state.tally = tally
            state.pings = pings
            state.messages.append(contentsOf: messages)
            for message in messages { state.byteCount += message.count }
            let waiter = state.messages.isEmpty ? nil : state.waiter.take()
            let batch = waiter == nil ? [] : state.takeMessages()
            state.isPaused = state.byteCount > Self.byteLimit
            return (waiter, batch, state.isPaused)
        }
        waiter?.resume(returning: batch)
        return pauses
    }

    func end(_ ending: WebSocketProbe.Ending, failure: (any Error)? = nil) {
        let waiter = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            if state.failure == nil { state.failure = failure }
            return state.waiter.take()
        }
        if let failure { waiter?.resume(throwing: failure) } else { waiter?.resume(returning: nil) }
    }

    /// Fails the call that waits, if one does.
    func fail(_ error: any Error) {
        state.withLock { $0.waiter.take() }?.resume(throwing: error)
    }

    func next() async throws -> [[UInt8]]? {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<[[UInt8]]?, any Error>? = state.withLock { state in
                if !state.messages.isEmpty { return .success(state.takeMessages()) }
                if let failure = state.failure { return .failure(failure) }
                if state.ending != nil { return .success(nil) }
                state.waiter = continuation
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    /// Whether reading had stopped and may go on.
    func takeRoomWasMade() -> Bool {
        state.withLock { state in
            defer { state.roomWasMade = false }
            return state.roomWasMade && !state.isFrozen
        }
    }
}
