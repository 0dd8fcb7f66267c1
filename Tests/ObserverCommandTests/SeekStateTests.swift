// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import ObserverModel
import Testing

@testable import Observer
@testable import ObserverCommand
@testable import Recorder

/// The state after a seek, against the state after playing from the start.
@Suite("Seeking with state")
struct SeekStateTests {
    private let shelf: RecordingShelf

    init() throws { shelf = try RecordingShelf() }

    /// All that a client can see of a state, and all that later messages depend on.
    private struct Face: Equatable {
        var snapshot: [UInt8]
        var containers: [UInt8]
        var stats: [UInt8]
        var number: UInt64

        init(_ state: ObserverState) {
            var projector = Projector()
            projector.state = state
            snapshot = projector.snapshot().json
            number = state.number
            var writer = JSONWriter()
            state.writeContainers(all: true, to: &writer)
            containers = writer.bytes
            writer = JSONWriter()
            state.writeStats(to: &writer)
            stats = writer.bytes
        }
    }

    /// Random times between the first observation and the last, in order, those of observations among them.
    private func times(_ observations: [Observation], count: Int, seed: UInt64) -> [Timestamp] {
        var random = SmallRandom(seed: seed)
        let (start, end) = (observations[0].time, observations[observations.count - 1].time)
        let span = Int(end.duration(since: start).wholeNanoseconds)
        return (0..<count).map { turn in
            turn % 4 == 0
                ? observations[random.below(observations.count)].time
                : start.advanced(byNanoseconds: Int64(random.below(span + 1)))
        }.sorted()
    }

    /// What the state is at each of the times, by playing once from the start.
    private func played(_ observations: [Observation], _ times: [Timestamp]) -> [Face] {
        var projector = Projector()
        var next = observations[...]
        return times.map { time in
            let end = next.firstIndex { $0.time > time } ?? next.endIndex
            _ = projector.project(Array(next[..<end]))
            next = next[end...]
            return Face(projector.state)
        }
    }

    /// Seeks to the times in random order, to every so-many-th of them.
    private func compare(
        _ recording: RecordingSet,
        _ times: [Timestamp],
        _ expected: [Face],
        each step: Int = 1,
        _ context: String
    ) throws {
        let archive = RecordingArchive(recording: recording)
        var order = Array(stride(from: 0, to: times.count, by: step))
        var random = SmallRandom(seed: 99)
        order.shuffle(using: &random)
        for index in order {
            let state = try #require(try archive.state(at: times[index]), "\(context), \(times[index])")
            #expect(Face(state) == expected[index], "\(context), \(times[index])")
        }
    }

    /// Copies a recording without its index and seek table, as a killed recorder leaves it.
    private func withoutIndex(_ name: String, as other: String) throws {
        let file = try RecordingFile.open(shelf.path(name))
        let index = try #require(file.storedIndex)
        let bytes = try file.source.bytes(at: 0, count: Int(index.bytes.lowerBound))
        #expect(FileManager.default.createFile(atPath: shelf.path(other), contents: Data(bytes)))
        #expect(try RecordingFile.open(shelf.path(other)).isComplete == false)
    }

    @Test("Law 2: the state after a seek to 1,000 random times equals that after playing from the start, byte for byte")
    func seeks() throws {
        let all = RandomFleet.observations(seed: 31, count: 3000)
        let times = times(all, count: 1000, seed: 7)
        let expected = played(all, times)
        #expect(Set(expected.map(\.snapshot)).count > 500, "states differ")
        try shelf.write(all, as: "whole", snapshots: 60)
        #expect(try shelf.open("whole").frameCount >= 50)
        try compare(shelf.open("whole"), times, expected, "with its index")
        try withoutIndex("whole", as: "killed")
        try compare(shelf.open("killed"), times, expected, each: 4, "without its index")
    }

    @Test("Law 2: and so it does in the parts of a rotated recording, the last of them killed")
    func parts() throws {
        let all = RandomFleet.observations(seed: 32, count: 3000)
        let times = times(all, count: 1000, seed: 8)
        let expected = played(all, times)
        var projector = Projector()
        var names: [String] = []
        for (part, start) in stride(from: 0, to: all.count, by: 700).enumerated() {
            let own = all[start..<min(all.count, start + 700)]
            names.append("part\(part)")
            try shelf.write(own, as: names[part], first: own[start].number, snapshots: 50, projector: projector)
            _ = projector.project(Array(own))
        }
        let last = names.removeLast()
        try withoutIndex(last, as: "last")
        let recording = try RecordingSet(paths: (names + ["last"]).map { shelf.path($0) })
        #expect(recording.parts.count == 5)
        #expect(recording.damage == [])
        try compare(recording, times, expected, each: 3, "in parts")
    }

    @Test(
        "Law 2: the state at each observation's number is that of playing up to it",
        arguments: 40..<43 as Range<UInt64>
    )
    func everyTime(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 250)
        let times = Array(Set(all.map(\.time))).sorted()
        try shelf.write(all, as: "whole", snapshots: [5, 31, 1000][Int(seed % 3)])
        try compare(shelf.open("whole"), times, played(all, times), "seed \(seed)")
    }
}
