// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

@Suite struct DiffTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func open(_ bytes: some Collection<UInt8>, as name: String) throws -> RecordingSet {
        RecordingSet(try RecordingFile.open(folder.write(bytes, as: name)))
    }

    private func compare(_ a: [UInt8], _ b: [UInt8]) throws -> DiffReport {
        try RecordingDiff.compare(try open(a, as: "a.zst"), try open(b, as: "b.zst"))
    }

    @Test("the same observations are the same in other frames, with other snapshots, as another run")
    func same() throws {
        let a = try TestRecording(seed: 1, count: 300)
        let b = try TestRecording(seed: 1, count: 300, run: "run-2", chunk: 33, frame: 1, snapshots: 2)
        let report = try compare(a.bytes, b.bytes)
        #expect(report.isSame)
        #expect(report.same == 300)
        #expect(report.first == nil)
        #expect(!report.hasLoss)
    }

    @Test("a changed, a missing and an extra observation are found where they are", arguments: 0..<20 as Range<UInt64>)
    func edits(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let recording = try TestRecording(seed: seed, count: 200)
        let place = random.below(199)
        let number = UInt64(place + 1)

        var changed = recording.observations
        changed[place].fact = .mark(Mark(name: "edited", text: "here"))
        var report = try compare(recording.bytes, TestRecording.bytes(of: changed))
        #expect(report.first?.number == number, "seed \(seed)")
        #expect(report.first?.kind == .changed)
        #expect((report.same, report.changed, report.onlyInA, report.onlyInB) == (199, 1, 0, 0))
        let lines = (recording.lines[place], TestRecording.lines([changed[place]])[0])
        let offset = zip(lines.0, lines.1).prefix { $0 == $1 }.count
        #expect(report.first?.offset == offset)
        #expect(report.first?.before.count == min(3, place))
        #expect(report.first?.after.count == min(3, 199 - place))
        #expect(report.first?.after.allSatisfy { $0.side == .both } == true)

        var missing = recording.observations
        missing.remove(at: place)
        report = try compare(recording.bytes, TestRecording.bytes(of: missing))
        #expect(report.first?.number == number, "seed \(seed)")
        #expect(report.first?.kind == .onlyInA)
        #expect((report.same, report.changed, report.onlyInA, report.onlyInB) == (199, 0, 1, 0))
        #expect(report.first?.isEnd == false)
        report = try compare(TestRecording.bytes(of: missing), recording.bytes)
        #expect(report.first?.number == number, "seed \(seed)")
        #expect((report.same, report.changed, report.onlyInA, report.onlyInB) == (199, 0, 0, 1))

        let short = Array(recording.observations.prefix(place + 1))
        report = try compare(recording.bytes, TestRecording.bytes(of: short))
        #expect(report.first?.number == number + 1, "seed \(seed)")
        #expect(report.first?.isEnd == true)
        #expect((report.same, report.onlyInA) == (number, 200 - number))
    }

    @Test("a line that is written otherwise and says the same is the same; headers must agree in their versions")
    func forms() throws {
        let time = "2026-11-23T10:45:10.000000000Z"
        let forms = [
            #"{"n":1,"t":"\#(time)","k":"mark","name":"a","text":"b"}"#,
            #"{"k":"mark", "n":1,"t":"\#(time)","text":"\u0062","name":"a"}"#,
        ]
        let files = try forms.map { line in
            var bytes: [UInt8] = []
            var encoder = try FrameEncoder(header: TestRecording.header, now: 0, into: &bytes)
            var builder = ChunkBuilder()
            builder.append(unknown: Array(line.utf8)[...])
            _ = try encoder.append(builder.take(), now: 0, into: &bytes)
            try encoder.finish(now: 0, into: &bytes)
            return bytes
        }
        #expect(try compare(files[0], files[1]).isSame)
        var header = TestRecording.header
        header.projection = 2
        let report = try compare(TestRecording.bytes(of: []), TestRecording.bytes(of: [], header: header))
        #expect(report.headers.count == 1 && !report.isSame)
    }

    @Test("damaged recordings are compared as far as they can be read", arguments: 0..<30 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        let recording = try TestRecording(seed: 5, count: 200)
        var random = SplitMix64(seed: seed)
        var bytes = recording.bytes
        for _ in 0..<(1 + random.below(4)) { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
        if seed % 3 == 0 { bytes.removeLast(random.below(bytes.count / 2)) }
        guard let set = try? open(bytes, as: "b.zst") else { return }
        let report = try RecordingDiff.compare(try open(recording.bytes, as: "a.zst"), set)
        #expect(report.same + report.changed + report.onlyInA == 200, "seed \(seed)")
        if report.onlyInA > 0, set.isComplete { #expect(report.hasLoss, "seed \(seed)") }
        let itself = try RecordingDiff.compare(set, set)
        #expect(itself.isSame)
    }

    @Test("an excerpt has the place that it is cut around, whole characters and a bounded length")
    func excerpts() throws {
        var random = SplitMix64(seed: 9)
        for turn in 0..<500 {
            let letters = ["a", "é", "漢", "😀"]
            let text = (0..<random.below(400)).map { _ in letters[random.below(4)] }.joined()
            let bytes = [0, 0] + Array(text.utf8)
            let line = bytes[2...]
            // A place between two characters, as that of the first difference of two lines mostly is.
            let head = text.prefix(random.below(text.count + 1))
            let excerpt = LineExcerpt(line, around: head.utf8.count)
            #expect(!excerpt.text.contains("\u{FFFD}"), "turn \(turn)")
            #expect(excerpt.text.utf8.count <= LineExcerpt.width + 12, "turn \(turn)")
            let next = text.dropFirst(head.count).first
            let shown = excerpt.text.dropFirst(excerpt.column).first
            #expect(shown == next, "turn \(turn)")
        }
        #expect(LineExcerpt([][...]).text.isEmpty)
        #expect(LineExcerpt([0xFF, 0x80, 0x80][...], around: 2).text.count > 0)
    }
}
