// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Where reading begins so that the state at a time is known: behind the last snapshot before it that can be loaded.
struct CutStart<State: FoldedState> {
    var lines: SoundLines
    var state: State
    /// The snapshot's number and time; `nil` at the beginning of a recording that opens with none.
    var place: (number: UInt64, time: Timestamp)?

    static func find(
        in set: RecordingSet,
        since: Timestamp?,
        redactor: (any RecordingRedactor)?,
        kinds: Set<LineKind> = []
    ) throws(RecordingError) -> CutStart {
        var wanted = 0
        if let since { wanted = min(try set.firstFrame(reaching: since), max(0, set.frameCount - 1)) }
        var candidate = try set.lastSnapshotFrame(atOrBefore: wanted)
        while let frame = candidate {
            let lines = try SoundLines(set, from: frame, kinds: kinds)
            if let first = try lines.next(), case .snapshot(let snapshot, let time) = first.content,
                let state = load(snapshot, redactor)
            {
                return CutStart(lines: lines, state: state, place: (snapshot.number, time))
            }
            candidate = frame > 0 ? try set.lastSnapshotFrame(atOrBefore: frame - 1) : nil
        }
        return CutStart(lines: try SoundLines(set, from: 0, kinds: kinds), state: State())
    }

    /// The state that a snapshot holds; `nil` where it is of another projection version, or cannot be read.
    static func load(_ snapshot: StateSnapshot, _ redactor: (any RecordingRedactor)?) -> State? {
        guard snapshot.projection == State.projection else { return nil }
        guard let redactor else { return try? State(snapshot) }
        var redacted = snapshot
        redactor.redact(&redacted)
        return try? State(redacted)
    }
}
