// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Synchronization

/// The times of the marks that were set, which `@name` refers to.
final class MarkBook: Sendable {
    /// How many names are kept, more than a day of drills sets: those set the longest ago are forgotten first.
    static let limit = 1000

    private struct State {
        var times: [String: Timestamp] = [:]
        var names: [String] = []
    }

    private let state = Mutex(State())

    /// The times by name.
    var times: [String: Timestamp] { state.withLock { $0.times } }

    /// Notes a mark; a name that is set again means its last time.
    func note(_ name: String, at time: Timestamp) {
        state.withLock { state in
            if state.times.updateValue(time, forKey: name) != nil { state.names.removeAll { $0 == name } }
            state.names.append(name)
            guard state.names.count > Self.limit else { return }
            state.times[state.names.removeFirst()] = nil
        }
    }
}
