// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Recorder

@Suite struct VerifierTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("what the writer makes is sound, ended or not", arguments: 0..<6 as Range<UInt64>)
    func sound(seed: UInt64) throws {
        for ending in [TestRecording.Ending.finished, .killed, .unflushed] {
            let recording = try TestRecording(seed: seed, count: 305, first: seed + 1, ending: ending)
            let report = try RecordingVerifier.verify(folder.write(recording.bytes))
            #expect(report.problems == [])
            #expect(report.isComplete == (ending == .finished))
            #expect(report.observations == UInt64(recording.flushed))
        }
    }

    @Test("a first frame that is read in pieces is sound, too: its snapshot is that of a large fleet")
    func largeFirstFrame() throws {
        let recording = try TestRecording(seed: 5, count: 30, snapshotSize: FrameDecoder.wholeLimit + 1000)
        #expect(recording.entries[0].contentSize > FrameDecoder.wholeLimit)
        #expect(try RecordingVerifier.verify(folder.write(recording.bytes)).problems == [])
    }

    @Test("the content hash is the same for the same observations in other frames, and with other snapshots")
    func contentHash() throws {
        let a = try TestRecording(seed: 1, count: 200)
        let b = try TestRecording(seed: 1, count: 200, chunk: 33, frame: 1, snapshots: 2)
        let c = try TestRecording(seed: 2, count: 200)
        let hashes = try [a, b, c].map { try ContentHash.of(RecordingSet(RecordingFile.open(folder.write($0.bytes)))) }
        #expect(hashes[0] == hashes[1])
        #expect(hashes[0] != hashes[2])
        #expect(hashes[0] == XXH64.hash(Array(a.lines.joined())[...]))
        #expect(try RecordingVerifier.verify(folder.write(a.bytes)).contentHash == hashes[0])
    }

    /// Makes a recording of lines as they are, with an index that fits observations.
    private func report(of lines: [String], header: RecordingHeader = TestRecording.header) throws -> [String] {
        var bytes: [UInt8] = []
        var encoder = try FrameEncoder(header: header, now: 0, into: &bytes)
        var chunk = LineChunk()
        var parser = LineParser()
        for line in lines {
            chunk.bytes += Array(line.utf8) + [0x0A]
            let parsed = try? parser.parse(Array(line.utf8)[...])
            if case .snapshot(let snapshot, let time)? = parsed, line == lines.first {
                chunk.snapshot = LineChunk.SnapshotMark(number: snapshot.number, time: time)
            }
            guard case .observation(let observation)? = parsed else { continue }
            chunk.summary.add(
                number: observation.number,
                time: observation.time,
                timestamp: observation.messageTime,
                kind: LineKind(observation.fact)
            )
            if case .mark = observation.fact { chunk.named.append(observation) }
        }
        _ = try encoder.append(chunk, now: 0, into: &bytes)
        try encoder.finish(now: 0, into: &bytes)
        return try RecordingVerifier.verify(folder.write(bytes)).problems
    }

    private func mark(_ number: Int, second: Int = 0, form: String = "") -> String {
        #"{"n":\#(number),"t":"2026-11-23T10:45:\#(10 + second).000000000Z","k":"mark","name":"a","text":"b"\#(form)}"#
    }

    private func gap(_ number: Int, lost: Int) -> String {
        #"{"n":\#(number),"t":"2026-11-23T10:45:10.000000000Z","k":"gap","scope":"recorder","#
            + #""reason":"recorder_overflow","lost":\#(lost),"message":"m"}"#
    }

    private func snapshot(_ number: Int, second: Int = 0) -> String {
        #"{"n":\#(number),"t":"2026-11-23T10:45:\#(10 + second).000000000Z","k":"snapshot","projection":1,"state":{}}"#
    }

    @Test("each law that is broken is a problem of its own, and what is lawful is none")
    func laws() throws {
        #expect(try report(of: [snapshot(0), mark(1), mark(2, second: 1), snapshot(2, second: 1)]) == [])
        // Numbers.
        #expect(try report(of: [mark(1), mark(3)]).count == 1)
        #expect(try report(of: [mark(2)]).count == 1)
        #expect(try report(of: [mark(1), mark(5), gap(6, lost: 3)]) == [])
        #expect(try report(of: [mark(1), gap(4, lost: 3)]) == [])
        #expect(try report(of: [mark(1), mark(5), gap(6, lost: 2)]).count == 1)
        #expect(try report(of: [mark(1), snapshot(4), mark(5), gap(6, lost: 3)]) == [])
        #expect(try report(of: [gap(1, lost: 3), mark(2), mark(6)]).count == 1)
        #expect(try !report(of: [mark(2), mark(2)]).isEmpty)
        var cut = TestRecording.header
        cut.cut = Array("{}".utf8)
        #expect(try report(of: [mark(7), mark(9)], header: cut) == [])
        // Snapshots and times.
        #expect(try report(of: [mark(1), mark(2), snapshot(1)]).count == 1)
        #expect(try report(of: [mark(1), snapshot(1, second: 1)]).count == 1)
        #expect(try !report(of: [mark(1, second: 2), mark(2)]).isEmpty)
        // The writer's form.
        #expect(try report(of: [mark(1, form: #","x":1"#)]).count == 1)
        #expect(try report(of: [mark(1) + " "]).count == 1)
        #expect(try !report(of: [mark(1), "nonsense"]).isEmpty)
    }

    @Test("an index that says something else than the frames is found out, field by field")
    func wrongEntries() throws {
        let recording = try TestRecording(seed: 3, count: 200)
        let changes: [(inout FrameEntry) -> Void] = [
            { $0.contentSize += 1 }, { $0.summary.firstNumber += 1 }, { $0.summary.lastNumber -= 1 },
            { $0.summary.firstTime.nanoseconds += 1 }, { $0.summary.lastTime.nanoseconds -= 1 },
            { $0.summary.leastTimestamp.nanoseconds += 1 }, { $0.summary.greatestTimestamp.nanoseconds += 1 },
            { $0.summary.counts[3] += 1 }, { $0.opensWithSnapshot.toggle() },
        ]
        var names = NameTable()
        for observation in recording.observations { names.note(observation) }
        for change in changes {
            var entries = recording.entries
            change(&entries[2])
            #expect(try verify(recording, entries, names).count == 1)
        }
        #expect(try verify(recording, recording.entries, names) == [])
        #expect(try verify(recording, recording.entries, NameTable()).count == 1)
    }

    private func verify(_ recording: TestRecording, _ entries: [FrameEntry], _ names: NameTable) throws -> [String] {
        let index = RecordingIndex.encode(entries, names: names)
        var table = entries.map { SeekTable.Entry(compressedSize: $0.compressedSize, contentSize: $0.contentSize) }
        table.append(SeekTable.Entry(compressedSize: UInt32(index.count), contentSize: 0))
        let size = Int(entries.last?.end ?? 0)
        return try RecordingVerifier.verify(
            folder.write(recording.bytes[..<size] + index + SeekTable.encode(table))
        ).problems
    }

    @Test("a seek table with any entry changed is found out")
    func wrongSeekTable() throws {
        let recording = try TestRecording(seed: 4, count: 40)
        let count = 8 * (recording.entries.count + 1)
        for place in (recording.bytes.count - 9 - count)..<recording.bytes.count {
            var bytes = recording.bytes
            bytes[place] ^= 4
            #expect(try !RecordingVerifier.verify(folder.write(bytes)).isSound, "byte \(place)")
        }
    }
}
