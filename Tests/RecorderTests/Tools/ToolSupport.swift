// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel

@testable import Recorder

/// A state that counts the observations of each container: enough to see what was folded and what a snapshot tells of.
struct CountingState: FoldedState {
    static var projection: Int { 1 }
    private(set) var counts: [ContainerID: Int] = [:]
    private var known: [ContainerID: ContainerTag] = [:]

    init() {}

    init(_ snapshot: StateSnapshot) throws {
        for (name, value) in try JSONDocument(snapshot.json[...]).root["counts"]?.members ?? [] {
            if let id = ContainerID(name), let count = value.integer { add(Int(count), id) }
        }
    }

    mutating func fold(_ batch: ObservationBatch) {
        for id in batch.compactMap(\.fact.container) { add(1, id) }
    }

    private mutating func add(_ count: Int, _ id: ContainerID) {
        counts[id, default: 0] += count
        known[id] = known[id] ?? ContainerTag(id: id, names: [id.short], labels: [:])
    }

    var tags: [ContainerTag] { Array(known.values) }

    func tag(of id: ContainerID) -> ContainerTag? { known[id] }

    func snapshot(of isChosen: (ContainerID) -> Bool) -> StateSnapshot {
        let chosen = counts.filter { isChosen($0.key) }.sorted { $0.key.description < $1.key.description }
        let members = chosen.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        return StateSnapshot(number: 0, projection: 1, json: Array(#"{"counts":{\#(members)}}"#.utf8))
    }

    func hangsOnOthers(than isChosen: (ContainerID) -> Bool) -> Bool { false }

    func isSame(as other: CountingState) -> Bool { counts == other.counts }
}

extension TestRecording {
    /// Makes the bytes of a recording of given observations, a few to a frame.
    static func bytes(of observations: [Observation], header: RecordingHeader = header, frame: Int = 20) throws
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        var now: Int64 = 0
        var encoder = try FrameEncoder(header: header, now: now, into: &bytes)
        var builder = ChunkBuilder()
        for (index, observation) in observations.enumerated() {
            builder.append(observation)
            guard index % frame == frame - 1 else { continue }
            _ = try encoder.append(builder.take(), now: now, into: &bytes)
            now += FramePolicy.ageLimit
            _ = try encoder.tick(now: now, into: &bytes)
        }
        let rest = builder.take()
        if !rest.isEmpty { _ = try encoder.append(rest, now: now, into: &bytes) }
        try encoder.finish(now: now, into: &bytes)
        return bytes
    }
}
