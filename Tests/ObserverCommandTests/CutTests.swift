// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Observer
@testable import ObserverCommand
@testable import Recorder

@Suite("Cutting recordings, with their messages")
struct CutTests {
    private let shelf: RecordingShelf

    init() throws { shelf = try RecordingShelf() }

    private func choice(_ wanted: String, excluded: String? = nil) throws -> ContainerChoice {
        let selection = ContainerSelection(
            included: [try #require(Glob(wanted))],
            excluded: try excluded.map { [try #require(Glob($0))] } ?? []
        )
        return try #require(selection.choice())
    }

    @discardableResult
    private func cut(_ names: [String], to output: String, _ change: (inout CutOptions) throws -> Void) throws
        -> CutOutcome
    {
        var options = CutOptions()
        try change(&options)
        let set = try RecordingSet(paths: names.map { shelf.path($0) })
        let outcome = try RecordingCutter.cut(
            set,
            options: options,
            to: shelf.path(output),
            state: ProjectedState.self
        )
        if outcome.observations > 0 {
            let report = try RecordingVerifier.verify(shelf.path(output))
            #expect(report.problems == [])
            #expect(report.isComplete)
            #expect(report.observations == outcome.observations)
        }
        return outcome
    }

    @Test("Law 2: each message of a cut has the bytes that it has in the original", arguments: 0..<16 as Range<UInt64>)
    func messages(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 300)
        try shelf.write(all, as: "whole", snapshots: [7, 40, 1000][Int(seed % 3)])
        let expected = try RecordingShelf.messages(of: shelf.open("whole"))
        var random = SmallRandom(seed: seed)
        for turn in 0..<4 {
            let bounds = [random.below(all.count), random.below(all.count)].sorted().map { all[$0].time }
            let glob = ["web*", "api", "db", "*"][random.below(4)]
            let outcome = try cut(["whole"], to: "cut\(turn)") { options in
                if turn > 0 { options.since = bounds[0] }
                if turn < 3 { options.until = bounds[1] }
                options.containers = try choice(glob, excluded: turn == 2 ? "*-x" : nil)
            }
            guard outcome.observations > 0 else { continue }
            let found = try RecordingShelf.messages(of: shelf.open("cut\(turn)"))
            for (number, message) in found {
                #expect(message == expected[number], "seed \(seed), turn \(turn), number \(number)")
            }
            let kept = try RecordingShelf.observations(of: shelf.open("cut\(turn)"))
            let numbers = Set(kept.map(\.number))
            #expect(Set(found.keys) == numbers.intersection(expected.keys), "seed \(seed), turn \(turn)")
            #expect(kept.allSatisfy { $0.time >= (turn > 0 ? bounds[0] : $0.time) })
            #expect(kept.allSatisfy { turn == 3 || $0.time < bounds[1] })
            // Reading on from anywhere gives the same.
            let archive = RecordingArchive(recording: try shelf.open("cut\(turn)"))
            let middle = kept[random.below(kept.count)].number
            try archive.messages(after: middle, through: .max, since: nil) { batch in
                for header in batch.headers {
                    let message = String(decoding: batch.json(of: header), as: UTF8.self)
                    #expect(message == expected[header.sequence], "seed \(seed), after \(middle)")
                }
                return true
            }
        }
    }

    @Test("a cut tells nothing of containers that were not chosen", arguments: 0..<6 as Range<UInt64>)
    func silence(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 400)
        try shelf.write(all, as: "whole", snapshots: 30)
        let outcome = try cut(["whole"], to: "cut") { options in
            options.since = all[200].time
            options.containers = try choice("api*")
        }
        let reader = try RecordingReader(shelf.open("cut"))
        var text = ""
        while let batch = try reader.next() { text += String(decoding: batch.content, as: UTF8.self) }
        for slot in [0, 2, 3] { #expect(!text.contains(RandomFleet.id(slot).description), "seed \(seed)") }
        #expect(text.contains(RandomFleet.id(1).description))
        #expect(outcome.containers?.allSatisfy { $0.hasPrefix("api") } == true)
    }

    @Test(
        "two cuts with one border, joined, are the whole again, and a cut of a cut is that cut",
        arguments: 0..<6 as Range<UInt64>
    )
    func join(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 300)
        try shelf.write(all, as: "whole", snapshots: 25)
        var random = SmallRandom(seed: seed)
        let border = all[50 + random.below(240)].time
        try cut(["whole"], to: "a") { $0.until = border }
        try cut(["whole"], to: "b") { $0.since = border }
        try cut(["b", "a"], to: "joined") { _ in }
        let hashes = try ["whole", "joined"].map { try ContentHash.of(shelf.open($0)) }
        #expect(hashes[0] == hashes[1])
        let expected = try RecordingShelf.messages(of: shelf.open("whole"))
        #expect(try RecordingShelf.messages(of: shelf.open("joined")) == expected)
        // Played as they are, too.
        #expect(try RecordingShelf.messages(of: shelf.open("a", "b")) == expected)

        let (since, until) = (all[100].time, all[250].time)
        let once = try cut(["whole"], to: "once") {
            ($0.since, $0.until) = (since, until)
            $0.containers = try choice("web*")
        }
        guard once.observations > 0 else { return }
        try cut(["whole"], to: "first") { $0.containers = try choice("web*") }
        let twice = try cut(["first"], to: "twice") { ($0.since, $0.until) = (since, until) }
        #expect(twice.observations > 0)
        let messages = try RecordingShelf.messages(of: shelf.open("twice"))
        for (number, message) in messages { #expect(message == expected[number], "seed \(seed), number \(number)") }
    }

    @Test("Law 2: behind a hole, too, a cut's messages are those of the original", arguments: 0..<12 as Range<UInt64>)
    func hole(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 400)
        try shelf.write(all[..<150], as: "a", snapshots: 40)
        var projector = Projector()
        _ = projector.project(Array(all[..<250]))
        try shelf.write(all[250...], as: "b", first: 251, snapshots: 40, projector: projector)
        let expected = try RecordingShelf.messages(of: shelf.open("a", "b"))
        for (name, glob) in [("all", "*"), ("web", "web*"), ("rest", "[!w]*")] {
            let outcome = try cut(["a", "b"], to: name) { options in
                options.containers = try choice(glob)
                if seed.isMultiple(of: 2) { options.since = all[100].time }
            }
            guard outcome.observations > 0 else { continue }
            var found = try RecordingShelf.messages(of: shelf.open(name))
            // The original's readers see the hole in its numbers; those of a cut, where numbers are missing, do not.
            let gap = found.removeValue(forKey: 250)
            #expect(gap?.contains(#""reason":"damaged""#) == true)
            #expect(gap?.contains(#""lost":100"#) == true)
            #expect(found.keys.contains { $0 > 250 }, "seed \(seed), \(glob)")
            for (number, message) in found {
                #expect(message == expected[number], "seed \(seed), \(glob), number \(number)")
            }
        }
    }

    @Test("containers after a cut are those of the original then", arguments: 0..<6 as Range<UInt64>)
    func containers(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 300)
        try shelf.write(all, as: "whole", snapshots: 25)
        try cut(["whole"], to: "cut") { $0.since = all[150].time }
        for number in [160, 200, 299] {
            let time = all[number].time
            let states = try ["whole", "cut"].map { try RecordingArchive(recording: shelf.open($0)).state(at: time) }
            let lists = states.map { state in
                var writer = JSONWriter()
                state?.writeContainers(all: true, to: &writer)
                state?.writeStats(to: &writer)
                return String(decoding: writer.bytes, as: UTF8.self)
            }
            #expect(!lists[0].isEmpty)
            #expect(lists[0] == lists[1], "seed \(seed), number \(number)")
        }
    }

    @Test(
        "log lines keep the names of their containers where inspects and events are left out",
        arguments: 0..<6 as Range<UInt64>
    )
    func kinds(seed: UInt64) throws {
        let all = RandomFleet.observations(seed: seed, count: 300)
        try shelf.write(all, as: "whole", snapshots: 1000)
        try cut(["whole"], to: "cut") { $0.kinds = [.log] }
        let expected = try RecordingShelf.messages(of: shelf.open("whole"))
        let found = try RecordingShelf.messages(of: shelf.open("cut"))
        #expect(found.count == expected.values.count { $0.hasPrefix(#"{"type":"log""#) })
        for (number, message) in found { #expect(message == expected[number], "seed \(seed), number \(number)") }
        let header = try shelf.open("cut").header
        #expect(header.cut.map { String(decoding: $0, as: UTF8.self) } == #"{"kinds":["log"]}"#)
    }

    @Test("a redaction reaches lines, names, snapshots and the state before the range, and makes another run")
    func redaction() throws {
        struct Veil: RecordingRedactor {
            func veil(_ bytes: [UInt8]) -> [UInt8] {
                Array(String(decoding: bytes, as: UTF8.self).replacing("web", with: "xxx").utf8)
            }
            func redact(_ observation: inout Observation) {
                var line: [UInt8] = []
                LineWriter.append(observation, to: &line)
                var parser = LineParser()
                let parsed = try? parser.parse(veil(line).dropLast())
                if case .observation(let redacted)? = parsed { observation = redacted }
            }
            func redact(_ snapshot: inout StateSnapshot) { snapshot.json = veil(snapshot.json) }
        }
        let all = RandomFleet.observations(seed: 4, count: 300)
        try shelf.write(all, as: "whole", snapshots: 25)
        try cut(["whole"], to: "cut") {
            $0.since = all[120].time
            $0.redaction = CutRedaction(redactor: Veil(), run: "veiled")
        }
        let recording = try shelf.open("cut")
        #expect(recording.run == "veiled")
        let reader = try RecordingReader(recording)
        var text = ""
        while let batch = try reader.next() { text += String(decoding: batch.content, as: UTF8.self) }
        #expect(text.contains("xxx") && !text.contains("web"))
        #expect(try RecordingShelf.messages(of: recording).values.allSatisfy { !$0.contains("web") })
        #expect(try recording.names().containers.allSatisfy { !$0.names.contains { $0.contains("web") } })
    }

    @Test("what nobody chose makes no file")
    func nothing() throws {
        try shelf.write(RandomFleet.observations(seed: 1, count: 100), as: "whole")
        let outcome = try cut(["whole"], to: "cut") { $0.containers = try choice("nobody") }
        #expect(outcome.observations == 0)
        #expect(!outcome.known.isEmpty)
        #expect(CutReport.nothing(outcome).contains("No container was chosen"))
        #expect(throws: RecordingError.self) { try shelf.open("cut") }
        let late = try cut(["whole"], to: "cut") { $0.since = Timestamp(nanoseconds: .max) }
        #expect(late.observations == 0)
        #expect(throws: RecordingError.self) { try cut(["whole"], to: "whole") { _ in } }
    }

    @Test("kinds are read in one list or several, and an unknown one is told with those that are")
    func kindNames() throws {
        #expect(try CutCommand.kinds(["log,event", "stats"]) == [.log, .event, .stats])
        #expect(throws: CommandFailure.self) { try CutCommand.kinds(["snapshot"]) }
        #expect(throws: CommandFailure.self) { try CutCommand.kinds(["logs"]) }
    }
}
