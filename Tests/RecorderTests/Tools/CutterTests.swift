// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

@Suite struct CutterTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func cut(
        _ set: RecordingSet,
        to name: String,
        _ options: CutOptions = CutOptions()
    ) throws -> (outcome: CutOutcome, readout: Readout) {
        let path = "\(folder.path)/\(name)"
        let outcome = try RecordingCutter.cut(set, options: options, to: path, state: CountingState.self)
        guard outcome.observations > 0 else {
            #expect(throws: RecordingError.self) { try RecordingFile.open(path) }
            return (outcome, try Readout(set))
        }
        #expect(try RecordingVerifier.verify(path).problems == [])
        let readout = try Readout(RecordingSet(RecordingFile.open(path)))
        #expect(readout.damage == [])
        #expect(readout.observations.count == Int(outcome.observations))
        #expect(readout.numbers.first == outcome.first?.number)
        #expect(readout.numbers.last == outcome.last?.number)
        let isOpened = if case .snapshot? = readout.lines.first { true } else { false }
        #expect(isOpened, "a recording opens with a snapshot")
        return (outcome, readout)
    }

    private func open(_ bytes: some Collection<UInt8>, as name: String = "a.zst") throws -> RecordingSet {
        RecordingSet(try RecordingFile.open(folder.write(bytes, as: name)))
    }

    @Test("a cut has the lines of its range and its containers, byte for byte", arguments: 0..<12 as Range<UInt64>)
    func selection(seed: UInt64) throws {
        let recording = try TestRecording(seed: seed, count: 400)
        let set = try open(recording.bytes)
        var random = SplitMix64(seed: seed)
        let bounds = [random.below(400), random.below(400)].sorted().map { recording.observations[$0].time }
        let wanted = try #require(recording.observations.lazy.compactMap(\.fact.container).first)
        var options = CutOptions()
        options.since = bounds[0]
        options.until = bounds[1].advanced(byNanoseconds: 1)
        options.containers = ContainerChoice(
            wording: [("containers", ["x*"])],
            isWanted: { $0.id == wanted },
            isExcluded: { _ in false }
        )
        let (outcome, readout) = try cut(set, to: "cut.zst", options)
        let expected = recording.observations.filter {
            (bounds[0]...bounds[1]).contains($0.time) && ($0.fact.container ?? wanted) == wanted
        }
        guard outcome.observations > 0 else {
            // Who asks for containers and gets none gets no file.
            #expect(expected.allSatisfy { $0.fact.container == nil }, "seed \(seed)")
            return
        }
        #expect(TestRecording.lines(readout.observations) == TestRecording.lines(expected), "seed \(seed)")
        // The state at the end is that of the original, of the chosen container alone.
        let others = recording.observations.compactMap(\.fact.container).filter { $0 != wanted }
        let text = String(decoding: readout.content, as: UTF8.self)
        for id in Set(others) { #expect(!text.contains(id.description), "seed \(seed)") }
        let header = try RecordingFile.open("\(folder.path)/cut.zst").header
        #expect(
            header.cut.map { String(decoding: $0, as: UTF8.self) }
                == #"{"since":"\#(bounds[0])","until":"\#(bounds[1].advanced(byNanoseconds: 1))","containers":["x*"]}"#
        )
        #expect(header.run == "run-1")
    }

    @Test("kinds that were not selected are left out, and snapshots are due as in any recording")
    func kinds() throws {
        let recording = try TestRecording(seed: 3, count: 2500, chunk: 100, lineLength: 1000)
        var options = CutOptions()
        options.kinds = [.log, .mark]
        let (outcome, readout) = try cut(try open(recording.bytes), to: "cut.zst", options)
        #expect(
            readout.numbers
                == recording.observations.filter { [.log, .mark].contains(LineKind($0.fact)) }.map(\.number)
        )
        // The first, one for each container that inspects told of, and one for every 30 s.
        let span = recording.observations[2499].time.duration(since: recording.observations[0].time)
        #expect((2...(7 + Int(span / .seconds(30)))).contains(outcome.snapshots))
    }

    @Test("parts with a hole between them are joined with a gap that counts what is missing")
    func hole() throws {
        let a = try TestRecording(seed: 1, count: 100)
        var later = RandomObservations(seed: 1, first: 1)
        let rest = later.batch(220).dropFirst(150)
        var header = TestRecording.header
        header.first = 151
        try folder.write(a.bytes, as: "a.zst")
        try folder.write(TestRecording.bytes(of: Array(rest), header: header), as: "b.zst")
        let set = try RecordingSet(paths: ["\(folder.path)/b.zst", "\(folder.path)/a.zst"])
        let (outcome, readout) = try cut(set, to: "joined.zst")
        #expect(outcome.hasLoss)
        #expect(outcome.damage.map(\.kind) == [.hole])
        #expect(readout.numbers == Array(1...100) + Array(150...220))
        guard case .gap(let gap)? = readout.observations.first(where: { $0.number == 150 })?.fact else {
            Issue.record("no gap stands for the last number that is missing")
            return
        }
        #expect(gap.lost == 50 && gap.scope == .recorder && gap.reason == .damaged)
        // A range that the hole is outside of has lost nothing.
        var options = CutOptions()
        options.until = a.observations[60].time
        #expect(try !cut(set, to: "early.zst", options).outcome.hasLoss)
    }

    @Test("a damaged recording gives a sound cut that says what it lost", arguments: 0..<40 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        let recording = try TestRecording(seed: seed % 5, count: 250, ending: seed % 2 == 0 ? .finished : .killed)
        var random = SplitMix64(seed: seed)
        var bytes = recording.bytes
        switch seed % 4 {
        case 0: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        case 1: bytes.removeLast(random.below(bytes.count - 200))
        case 2:
            let start = random.below(bytes.count)
            for place in start..<min(bytes.count, start + 300) { bytes[place] = 0 }
        default:
            let start = 300 + random.below(bytes.count - 600)
            bytes.removeSubrange(start..<(start + random.below(250)))
        }
        guard let set = try? open(bytes) else { return }
        var options = CutOptions()
        if seed % 3 == 0 { options.since = recording.observations[100].time }
        let (outcome, readout) = try cut(set, to: "cut.zst", options)
        guard outcome.observations > 0 else { return }
        let lines = Dictionary(uniqueKeysWithValues: zip(recording.observations.map(\.number), recording.lines))
        let kept = readout.observations.filter {
            if case .gap(let gap) = $0.fact { gap.scope != .recorder } else { true }
        }
        let isTorn = set.parts[0].frameCount > 0 && set.parts[0].isTorn(set.parts[0].frameCount - 1)
        // No checksum speaks for the lines of a frame that was not ended.
        let sound = isTorn ? try set.frame(set.frameCount - 1).summary.firstNumber : .max
        for (observation, line) in zip(kept, TestRecording.lines(kept)) where observation.number < sound {
            #expect(lines[observation.number] == line, "seed \(seed), number \(observation.number)")
        }
        let first = options.since.map { since in recording.observations.first { $0.time >= since }?.number ?? 0 } ?? 1
        if set.isComplete, kept.count < recording.observations.count - Int(first) + 1 {
            #expect(outcome.hasLoss, "seed \(seed)")
        }
    }

    @Test("lines of an unknown kind are kept where all is taken, and counted where they are left out")
    func unknown() throws {
        let recording = try TestRecording(seed: 7, count: 30)
        var bytes: [UInt8] = []
        var encoder = try FrameEncoder(header: TestRecording.header, now: 0, into: &bytes)
        var builder = ChunkBuilder()
        for observation in recording.observations { builder.append(observation) }
        let time = try #require(recording.observations.last?.time)
        builder.append(unknown: Array(#"{"n":31,"t":"\#(time)","k":"future","x":1}"#.utf8)[...])
        _ = try encoder.append(builder.take(), now: 0, into: &bytes)
        try encoder.finish(now: 0, into: &bytes)
        let set = try open(bytes)
        let (all, readout) = try cut(set, to: "all.zst")
        #expect(all.unknownLines == 0)
        #expect(String(decoding: readout.content, as: UTF8.self).contains(#""k":"future""#))
        var options = CutOptions()
        options.kinds = Set(LineKind.allCases)
        #expect(try cut(set, to: "some.zst", options).outcome.unknownLines == 1)
    }

    @Test("nothing that exists is written over, and a cut that fails leaves nothing behind")
    func existing() throws {
        let set = try open(try TestRecording(seed: 1, count: 50).bytes)
        try folder.write([1, 2, 3], as: "there.zst")
        #expect(throws: RecordingError.self) { try cut(set, to: "there.zst") }
        #expect(throws: RecordingError.self) { try cut(set, to: "a.zst") }
        #expect(throws: RecordingError.self) { try cut(set, to: "missing/b.zst") }
        #expect(try folder.read("there.zst") == [1, 2, 3])
        #expect(folder.names == ["a.zst", "there.zst"])
    }

    @Test("progress rises to the whole")
    func progress() throws {
        let set = try open(try TestRecording(seed: 2, count: 500).bytes)
        var options = CutOptions()
        options.containers = ContainerChoice(wording: [], isWanted: { _ in true }, isExcluded: { _ in false })
        var shares: [Double] = []
        _ = try RecordingCutter.cut(
            set,
            options: options,
            to: "\(folder.path)/cut.zst",
            state: CountingState.self
        ) { shares.append(Double($0) / Double($1)) }
        #expect(shares == shares.sorted())
        #expect(shares.allSatisfy { (0...1).contains($0) })
        #expect(shares.last ?? 0 > 0.9)
    }
}
