// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections of a listener, across its event loops.
final class OpenConnections: Sendable {
    /// What became of a connection.
    enum Admission: Sendable {
        case open
        /// There are as many as there may be.
        case full
        /// Its listener was cancelled meanwhile.
        case late
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds one until it is closed, if the limit allows it.
    func add(_ channel: any Channel) -> Admission {
        let id = ObjectIdentifier(channel)
        let admission: Admission = self.state.withLock { state in
            guard !state.isClosed else { return .late }
            guard state.channels.count < self.limit else { return .full }
            state.channels[id] = channel
            return .open
        }
        if admission == .open {
            channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.channels.removeValue(forKey: id) } }
        }
        return admission
    }

    /// Closes what is left, and lets nothing in any more: a connection may be on its way from accept to here.
    func closeAll() {
        let left = self.state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in left { channel.close(promise: nil) }
    }
}
