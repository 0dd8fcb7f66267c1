// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections of a listener, across its event loops.
final class OpenConnections: Sendable {
    private let limit: Int
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds one until it is closed, if the limit allows it.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdded = self.channels.withLock { channels in
            guard channels.count < self.limit else { return false }
            channels[id] = channel
            return true
        }
        if isAdded {
            channel.closeFuture.whenComplete { _ in self.channels.withLock { _ = $0.removeValue(forKey: id) } }
        }
        return isAdded
    }

    /// Closes what is left.
    func closeAll() {
        for channel in self.channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}
