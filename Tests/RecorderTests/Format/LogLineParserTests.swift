// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

@Suite struct LogLineParserTests {
    /// What the slow path makes of a line: white space behind it keeps the fast path out.
    private func slowly(_ line: [UInt8]) -> [UInt8]? {
        var parser = LineParser()
        return written(try? parser.parse((line + [0x20])[...]))
    }

    private func written(_ line: RecordingLine?) -> [UInt8]? {
        guard case .observation(let observation)? = line else { return nil }
        var bytes: [UInt8] = []
        LineWriter.append(observation, to: &bytes)
        return bytes
    }

    @Test("the fast path takes every log line of text that the writer makes")
    func takes() {
        var source = RandomObservations(seed: 3)
        var parser = LogLineParser()
        for _ in 0..<2000 {
            let observation = source.next(kind: 0)
            var line: [UInt8] = []
            LineWriter.append(observation, to: &line)
            let isText = line.dropLast().withUnsafeBytes { memmem($0, #"","m":""#) }
            let read = parser.parse(line.dropLast())
            #expect((read != nil) == isText)
            if let read { #expect(written(.observation(read)) == line) }
        }
    }

    @Test(
        "the fast path says what the slow one says, whatever a line is changed to",
        arguments: 0..<16 as Range<UInt64>
    )
    func mutations(seed: UInt64) {
        var source = RandomObservations(seed: seed)
        source.lineLength = 60
        var random = SplitMix64(seed: seed &+ 77)
        // One parser for all lines, so that what it remembers may lead it astray.
        var fast = LogLineParser()
        for _ in 0..<400 {
            var line: [UInt8] = []
            LineWriter.append(source.next(kind: 0), to: &line)
            line.removeLast()
            if random.once(in: 8) { _ = fast.parse(line[...]) }
            Mutation.apply(to: &line, &random)
            // A newline cannot stand in a line.
            line.removeAll { $0 == 0x0A }
            guard let read = fast.parse(line[...]) else { continue }
            let text = String(decoding: line, as: UTF8.self)
            #expect(written(.observation(read)) == slowly(line), "seed \(seed): \(text)")
        }
    }

    @Test("any bytes are read or refused", arguments: 0..<8 as Range<UInt64>)
    func garbage(seed: UInt64) {
        var source = RandomObservations(seed: seed)
        var random = SplitMix64(seed: seed &+ 1234)
        var parser = LineParser()
        for _ in 0..<500 {
            var line: [UInt8] = []
            LineWriter.append(source.next(kind: random.below(11)), to: &line)
            line.removeLast()
            for _ in 0...random.below(4) { Mutation.apply(to: &line, &random) }
            // What is read can be written; more is not asked of garbage.
            if case .observation(let observation)? = try? parser.parse(line[...]) {
                #expect(written(.observation(observation)) != nil)
            }
            _ = LineHead(line[...])
        }
    }

    private func memmem(_ bytes: UnsafeRawBufferPointer, _ text: String) -> Bool {
        let needle = Array(text.utf8)
        guard bytes.count >= needle.count else { return false }
        return (0...(bytes.count - needle.count)).contains { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}

/// Small changes of bytes.
enum Mutation {
    static func apply(to bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        let place = random.below(bytes.count)
        switch random.below(7) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(Array("0\",}{:\\uZT-".utf8)[random.below(11)], at: place)
        case 4: bytes.removeLast(bytes.count - place)
        case 5: bytes[place..<min(bytes.count, place + 8)].reverse()
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 8)], at: place)
        }
    }
}
