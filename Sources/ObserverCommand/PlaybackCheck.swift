// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Recorder

/// Plays a recording twice and compares every message: once from the start to the end, and once from each snapshot on.
///
/// That both agree is what lets a reader begin anywhere (law 2). A snapshot must also be, byte for byte, the state that
/// playing from the start comes to.
struct PlaybackCheck {
    /// How many differences are told; more are only counted.
    private static let problemLimit = 100

    private(set) var messages: UInt64 = 0
    private(set) var snapshots: UInt64 = 0
    private(set) var problems: [String] = []
    private(set) var problemCount = 0
    /// The hash of all messages' JSON, a newline behind each.
    var hash: UInt64 { content.value }

    private var content = XXH64()
    /// Played from the start.
    private var whole = Projector()
    /// Played from the last snapshot.
    private var jumping = Projector()
    private let compares: Bool

    /// Plays a recording.
    init(_ recording: RecordingSet, progress: (Int, Int) -> Void) throws {
        // Of what was cut out, a snapshot knows more than the lines do.
        compares = recording.header.projection == Projection.version && recording.header.cut == nil
        var parser = LineParser()
        let reader = try RecordingReader(recording)
        while let batch = try reader.next() {
            progress(batch.frame, recording.frameCount)
            var lines: [RecordingLine] = []
            var damage: [Damage] = []
            batch.parse(with: &parser, into: &lines, damage: &damage)
            try take(lines)
        }
    }

    private mutating func take(_ lines: [RecordingLine]) throws {
        var batch = ObservationBatch()
        for line in lines {
            switch line {
            case .observation(let observation): batch.append(observation)
            case .snapshot(let snapshot, _):
                play(batch)
                batch = []
                try take(snapshot)
            case .unknown: continue
            }
        }
        play(batch)
    }

    private mutating func take(_ snapshot: StateSnapshot) throws {
        guard snapshot.projection == Projection.version else { return }
        snapshots += 1
        let loaded = try Projector(snapshot: snapshot.json[...])
        defer { jumping = loaded }
        guard whole.state.number == snapshot.number else {
            // The first of a later part, or one behind a hole: it says what was missed.
            whole = loaded
            return
        }
        guard compares, whole.snapshot().json != snapshot.json else { return }
        note("the snapshot at number \(snapshot.number) is not the state that playing from the start comes to")
    }

    private mutating func play(_ batch: ObservationBatch) {
        guard !batch.isEmpty else { return }
        let first = whole.project(batch)
        let second = jumping.project(batch)
        messages += UInt64(first.headers.count)
        for header in first.headers {
            content.update(first.json(of: header))
            content.update([UInt8(ascii: "\n")][...])
        }
        guard compares, first.bytes != second.bytes else { return }
        let pairs = zip(first.headers, second.headers)
        let difference = pairs.first { first.json(of: $0) != second.json(of: $1) }
        let number = difference?.0.sequence ?? first.headers.last?.sequence ?? 0
        note("the message of number \(number) is another one when playing begins at the snapshot before it")
    }

    private mutating func note(_ problem: String) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(problem) }
    }
}
