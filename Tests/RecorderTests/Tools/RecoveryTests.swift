// SPDX-License-Identifier: Apache-2.0

import Bytes
import Glibc
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

@Suite struct RecoveryTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private struct Outcome {
        var recovery: Recovery
        var readout: Readout
        var problems: [String]
        /// Whether the damaged file has its index, so that a loss can be seen.
        var hasIndex: Bool
        /// The first number of a last frame that was not ended: no checksum speaks for its lines.
        var unverified: UInt64

        /// What was read, without the gaps that tell of losses.
        var kept: [Observation] {
            readout.observations.filter {
                if case .gap(let gap) = $0.fact { gap.scope != .recorder } else { true }
            }
        }
    }

    /// Opens, reads and recovers bytes; `nil` when they are refused as no recording.
    private func recover(_ bytes: some Collection<UInt8>, _ name: String) throws -> Outcome? {
        let path = try folder.write(bytes, as: name + ".zst")
        let file = try? RecordingFile.open(path)
        if let file { _ = try Readout(RecordingSet(file)) }
        let output = "\(folder.path)/\(name).new.zst"
        let recovery: Recovery
        do { recovery = try RecordingRecoverer.recover(path, to: output) } catch {
            guard case .notARecording = error else { throw error }
            return nil
        }
        let readout = try Readout(RecordingSet(RecordingFile.open(output)))
        let report = try RecordingVerifier.verify(output)
        let last = try file.flatMap { $0.frameCount > 0 ? try $0.frame($0.frameCount - 1).summary.firstNumber : nil }
        let isTorn = file.map { $0.frameCount > 0 && $0.isTorn($0.frameCount - 1) } ?? true
        return Outcome(
            recovery: recovery,
            readout: readout,
            problems: report.problems,
            hasIndex: file?.isComplete ?? false,
            unverified: isTorn ? last ?? 0 : .max
        )
    }

    /// Holds an outcome to what must be so whatever was damaged: the new file is sound, what it has is a part of the
    /// original in its order, and a loss is told.
    private func expectSubset(_ outcome: Outcome, of recording: TestRecording, _ context: String) {
        #expect(outcome.problems == [], "\(context)")
        #expect(outcome.readout.damage == [], "\(context)")
        var lines = Dictionary(uniqueKeysWithValues: zip(recording.observations.map(\.number), recording.lines))
        for (observation, line) in zip(outcome.kept, TestRecording.lines(outcome.kept))
        where observation.number < outcome.unverified {
            #expect(lines.removeValue(forKey: observation.number) == line, "\(context): \(observation.number)")
        }
        if !lines.isEmpty, outcome.hasIndex { #expect(outcome.recovery.hasLoss, "\(context)") }
    }

    @Test("recovering a sound recording loses nothing and changes no line")
    func lossless() throws {
        let recording = try TestRecording(seed: 1, count: 400)
        let outcome = try #require(try recover(recording.bytes, "a"))
        #expect(!outcome.recovery.hasLoss)
        #expect(outcome.recovery.damage == [])
        #expect(TestRecording.lines(outcome.readout.observations) == recording.lines)
        let original = try Readout(RecordingSet(RecordingFile.open("\(folder.path)/a.zst")))
        #expect(outcome.readout.content == original.content)
        #expect(outcome.problems == [])
    }

    @Test("a recording cut at any byte gives what lies before the cut")
    func cuts() throws {
        let recording = try TestRecording(seed: 2, count: 24, chunk: 4, frame: 2, lineLength: 60)
        var kept = 0
        for length in 0..<recording.bytes.count {
            let path = try folder.write(recording.bytes[..<length], as: "cut.zst")
            guard let file = try? RecordingFile.open(path) else {
                #expect(kept == 0, "refused at \(length)")
                continue
            }
            let readout = try Readout(RecordingSet(file))
            #expect(readout.numbers == Array(1..<UInt64(readout.numbers.count + 1)), "cut at \(length)")
            #expect(readout.numbers.count >= kept, "cut at \(length)")
            kept = readout.numbers.count
            #expect(file.lastNumber == UInt64(kept))
            let whole = recording.entries.last { $0.end <= UInt64(length) && $0.summary.lastNumber > 0 }
            #expect(kept >= Int(whole?.summary.lastNumber ?? 0), "cut at \(length)")
            // Recovery takes its time: some of the lengths, spread over all.
            guard length % 13 == 0, let outcome = try recover(recording.bytes[..<length], "cut\(length)") else {
                continue
            }
            expectSubset(outcome, of: recording, "cut at \(length)")
            #expect(outcome.kept.count == kept)
        }
        #expect(kept == 24)
    }

    @Test("a damaged frame costs itself alone, and is named with its numbers", arguments: [true, false])
    func oneFrame(hasIndex: Bool) throws {
        let recording = try TestRecording(seed: 3, count: 300)
        let size = hasIndex ? recording.bytes.count : Int(try #require(recording.entries.last).end)
        var random = SplitMix64(seed: 5)
        for (index, entry) in recording.entries.enumerated() where index > 0 {
            var bytes = recording.bytes[..<size]
            let place = Int(entry.offset) + random.below(Int(entry.compressedSize))
            bytes[place] ^= 1 << UInt8(random.below(8))
            let outcome = try #require(try recover(bytes, "f\(index)"))
            expectSubset(outcome, of: recording, "frame \(index)")
            let lost = Set(recording.observations.map(\.number)).subtracting(outcome.kept.map(\.number))
            let expected = Set(entry.summary.firstNumber...entry.summary.lastNumber)
            #expect(lost == expected, "frame \(index), byte \(place)")
            let isLast = index == recording.entries.count - 1
            if hasIndex || !isLast {
                let named = outcome.recovery.damage.compactMap(\.numbers)
                #expect(
                    named == [entry.summary.firstNumber...entry.summary.lastNumber],
                    "frame \(index), byte \(place)"
                )
                let gaps = outcome.readout.observations.filter {
                    if case .gap(let gap) = $0.fact { gap.scope == .recorder } else { false }
                }
                #expect(gaps.map(\.number) == [entry.summary.lastNumber])
                if case .gap(let gap)? = gaps.first?.fact { #expect(gap.lost == UInt64(expected.count)) }
            }
        }
    }

    @Test("one damage at each of 2,000 places costs its frame alone: all other lines come, and what is lost is named")
    func places() throws {
        let recording = try TestRecording(seed: 8, count: 60, chunk: 6, frame: 2, lineLength: 80)
        let original = try Readout(RecordingSet(RecordingFile.open(folder.write(recording.bytes))))
        let end = Int(try #require(recording.entries.last).end)
        var random = SplitMix64(seed: 77)
        var harmless = 0
        for round in 0..<2000 {
            // What comes before has the header, without which it is no recording.
            let first = Int(recording.entries[1].offset)
            let place = first + random.below(end - first)
            var bytes = recording.bytes
            switch round % 3 {
            case 0: bytes[place] ^= 1 << UInt8(random.below(8))
            case 1: bytes[place] = bytes[place] == 0 ? 1 : 0
            default: bytes[place] &+= UInt8(1 + random.below(255))
            }
            let hit = try #require(recording.entries.last { $0.offset <= UInt64(place) }).summary
            let lost = hit.firstNumber...hit.lastNumber
            let context = "round \(round), byte \(place)"
            let readout = try Readout(RecordingSet(RecordingFile.open(folder.write(bytes))))
            // A few bits mean nothing to zstd: the content is what it was, and its checksum says so.
            if readout.damage.isEmpty, readout.content == original.content {
                harmless += 1
                continue
            }
            #expect(readout.damage.map(\.numbers) == [lost], "\(context)")
            let kept = recording.observations.filter { !lost.contains($0.number) }
            #expect(TestRecording.lines(readout.observations) == TestRecording.lines(kept), "\(context)")
        }
        #expect(harmless < 20)
        #expect(TestRecording.lines(original.observations) == recording.lines)
    }

    @Test("a recording cut or zeroed from each of 1,000 places on has all lines before it, without the index too")
    func endings() throws {
        let recording = try TestRecording(seed: 8, count: 60, chunk: 6, frame: 2, lineLength: 80)
        let end = Int(try #require(recording.entries.last).end)
        let first = Int(recording.entries[0].end)
        var random = SplitMix64(seed: 78)
        for round in 0..<1000 {
            let place = first + random.below(end - first)
            var bytes = recording.bytes
            bytes.removeSubrange(place...)
            if round % 2 == 0 { bytes += [UInt8](repeating: 0, count: end - place) }
            let readout = try Readout(RecordingSet(RecordingFile.open(folder.write(bytes))))
            let whole = try #require(recording.entries.last { $0.end <= UInt64(place) }).summary.lastNumber
            let kept = readout.observations.map(\.number)
            #expect(kept.count >= Int(whole) && kept == Array(1..<UInt64(kept.count + 1)), "byte \(place)")
            #expect(
                TestRecording.lines(readout.observations).elementsEqual(recording.lines.prefix(kept.count)),
                "byte \(place)"
            )
        }
    }

    @Test("a recording whose header is damaged is refused by readers and recovered")
    func headerLost() throws {
        var recording = try TestRecording(seed: 4, count: 300)
        recording.bytes[4] ^= 0x08
        let path = try folder.write(recording.bytes)
        #expect(throws: RecordingError.self) { try RecordingFile.open(path) }
        let outcome = try #require(try recover(recording.bytes, "b"))
        expectSubset(outcome, of: recording, "header")
        #expect(outcome.kept.count == 300 - recording.entries[0].summary.count)
        #expect(outcome.recovery.hasLoss)
    }

    @Test(
        "flipped and zeroed bytes anywhere: nothing crashes, and what is recovered is sound",
        arguments: 0..<12 as Range<UInt64>
    )
    func damage(seed: UInt64) throws {
        let recording = try TestRecording(seed: seed % 3, count: 60, chunk: 6, frame: 2, lineLength: 100)
        var random = SplitMix64(seed: seed &+ 1000)
        for round in 0..<20 {
            var bytes = recording.bytes
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] ^= 1 << UInt8(random.below(8))
                case 1: bytes[place] = 0
                case 2:
                    let end = min(bytes.count, place + random.below(600))
                    bytes.replaceSubrange(place..<end, with: repeatElement(0, count: end - place))
                default: Mutation.apply(to: &bytes, &random)
                }
            }
            guard let outcome = try recover(bytes, "r\(seed)-\(round)") else { continue }
            expectSubset(outcome, of: recording, "seed \(seed), round \(round)")
        }
    }

    @Test("a damaged first frame does not hide the header")
    func headerKept() throws {
        var recording = try TestRecording(seed: 12, count: 300)
        recording.bytes[Int(recording.entries[0].end) - 1] ^= 1
        let outcome = try #require(try recover(recording.bytes, "h"))
        expectSubset(outcome, of: recording, "first frame")
        #expect(try RecordingFile.open(outcome.recovery.path).header == TestRecording.header)
        #expect(outcome.recovery.damage.map(\.numbers) == [1...recording.entries[0].summary.lastNumber])
    }

    @Test("zeros at the end, as a crashed file system leaves them, cost nothing that was flushed")
    func zeros() throws {
        let recording = try TestRecording(seed: 6, count: 95, ending: .killed)
        for count in [1, 3, 4, 100, 5000] {
            let outcome = try #require(try recover(recording.bytes + [UInt8](repeating: 0, count: count), "z\(count)"))
            #expect(outcome.kept.count == recording.flushed)
            #expect(outcome.problems == [])
        }
    }

    @Test("a last frame that was not ended gives the blocks before a fault in it")
    func tornFault() throws {
        let recording = try TestRecording(seed: 11, count: 200, frame: 100, ending: .killed)
        for count in [1, 2, 8, 40, 300] {
            var bytes = recording.bytes
            bytes.replaceSubrange((bytes.count - count)..., with: repeatElement(0, count: count))
            let outcome = try #require(try recover(bytes, "t\(count)"))
            #expect(outcome.problems == [])
            #expect(outcome.recovery.hasLoss)
            // A block has ten observations, and the bytes are in the last one.
            let kept = outcome.kept.map(\.number)
            #expect(kept.count >= 180 && kept == Array(1..<UInt64(kept.count + 1)), "\(count): \(kept.count)")
        }
    }

    @Test("a line with the highest number of all is not taken over: no gap could tell of what is missing before it")
    func highestNumber() throws {
        var bytes: [UInt8] = []
        var source = RandomObservations(seed: 9)
        var builder = ChunkBuilder()
        var encoder = try FrameEncoder(header: TestRecording.header, now: 0, into: &bytes)
        for observation in source.batch(8) { builder.append(observation) }
        let state = StateSnapshot(number: .max, projection: 1, json: Array("{}".utf8))
        _ = try encoder.append(builder.append(state, time: source.lastTime), now: 0, into: &bytes)
        _ = try encoder.append(builder.take(), now: 0, into: &bytes)
        try encoder.finish(now: 0, into: &bytes)
        let outcome = try #require(try recover(bytes, "max"))
        #expect(outcome.problems == [])
        #expect(outcome.kept.map(\.number) == Array(1...8))
        #expect(outcome.recovery.hasLoss)
    }

    @Test("nothing is overwritten, and a failed recovery leaves nothing behind")
    func neverOverwrites() throws {
        let recording = try TestRecording(seed: 7, count: 30)
        let path = try folder.write(recording.bytes, as: "a.zst")
        try folder.write([1, 2, 3], as: "b.zst")
        #expect(throws: RecordingError.self) { try RecordingRecoverer.recover(path, to: "\(folder.path)/b.zst") }
        #expect(throws: RecordingError.self) { try RecordingRecoverer.recover(path, to: path) }
        #expect(throws: RecordingError.self) {
            try RecordingRecoverer.recover("\(folder.path)/b.zst", to: "\(folder.path)/c.zst")
        }
        #expect(throws: RecordingError.self) { try RecordingRecoverer.recover(path, to: "\(folder.path)/no/c.zst") }
        #expect(folder.names == ["a.zst", "b.zst"])
        _ = try RecordingRecoverer.recover(path, to: "\(folder.path)/c.zst")
        #expect(folder.names == ["a.zst", "b.zst", "c.zst"])
        #expect(try folder.read("b.zst") == [1, 2, 3])
        var status = stat()
        #expect(stat("\(folder.path)/c.zst", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }
}
