// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections that have answered a call and wait for the next.
final class ConnectionPool: Sendable {
    /// How long a connection waits for its next call: longer than the pauses of a client that lists and inspects,
    /// shorter than any engine's or proxy's patience.
    static let idleTimeout = TimeAmount.seconds(5)

    private struct State {
        var channels: [any Channel] = []
        var isShutDown = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates a pool that keeps so many connections at most; a further one is closed.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the connection that was used last, which is the likeliest to be open.
    func checkOut() -> (any Channel)? {
        state.withLock { state in
            while let channel = state.channels.popLast() {
                if channel.isActive { return channel }
            }
            return nil
        }
    }

    /// Keeps a connection.
    ///
    /// - Returns: Whether it was kept; else the caller closes it.
    func checkIn(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.isShutDown, state.channels.count < limit else { return false }
            state.channels.append(channel)
            return true
        }
    }

    /// Forgets a connection.
    ///
    /// - Returns: Whether it was waiting here; else somebody has taken it.
    func remove(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard let index = state.channels.firstIndex(where: { $0 === channel }) else { return false }
            state.channels.remove(at: index)
            return true
        }
    }

    /// Closes all connections that wait, and keeps none from now on.
    func shutdown() {
        let channels = state.withLock { state in
            state.isShutDown = true
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
