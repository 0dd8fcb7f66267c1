// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel
internal import Synchronization

/// The clock of a recording that is played: it tells the time that playback has come to.
public final class PlaybackClock: ObserverClock {
    /// How time runs between two batches: by the pace, from where playback stands to what comes next.
    struct Face: Sendable {
        var pace: PlaybackPace
        var from: Timestamp
        var through: Timestamp
    }

    private struct State: Sendable {
        var face: Face?
        var monotonic: @Sendable () -> Int64 = { 0 }
        var start: Timestamp
    }

    private let state: Mutex<State>

    /// Makes a clock that stands at a time.
    init(start: Timestamp) {
        state = Mutex(State(start: start))
    }

    func set(_ face: Face, now: @escaping @Sendable () -> Int64) {
        state.withLock { state in
            state.face = face
            state.monotonic = now
        }
    }

    /// The time that playback has come to.
    public func now() -> Timestamp {
        let state = state.withLock { $0 }
        guard let face = state.face else { return state.start }
        return max(face.from, min(face.pace.due(at: state.monotonic()), face.through))
    }
}
