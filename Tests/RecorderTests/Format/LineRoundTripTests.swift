// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

@Suite struct LineRoundTripTests {
    /// Writes an observation, reads the line and writes what was read.
    private func expectRoundTrip(_ observation: Observation, _ parser: inout LineParser) throws {
        var line: [UInt8] = []
        LineWriter.append(observation, to: &line)
        #expect(line.last == 0x0A)
        #expect(!line.dropLast().contains(0x0A))
        let isUTF8 = UTF8Scan.isValid(line.span)
        #expect(isUTF8)
        let read = try parser.parse(line.dropLast())
        guard case .observation(let copy) = read else {
            Issue.record("no observation: \(String(decoding: line, as: UTF8.self))")
            return
        }
        var again: [UInt8] = []
        LineWriter.append(copy, to: &again)
        #expect(again == line)
        #expect(copy.number == observation.number && copy.time == observation.time)
        if case .log(let a) = observation.fact, case .log(let b) = copy.fact { #expect(a == b) }
        if case .command(let a) = observation.fact, case .command(let b) = copy.fact { #expect(a == b) }
        if case .gap(let a) = observation.fact, case .gap(let b) = copy.fact { #expect(a == b) }
        if case .event(let a) = observation.fact, case .event(let b) = copy.fact { #expect(a == b) }
        #expect(LineKind(copy.fact) == LineKind(observation.fact))
    }

    @Test("every kind of observation is read as it was written", arguments: 0..<11)
    func kinds(kind: Int) throws {
        var source = RandomObservations(seed: UInt64(kind) + 100)
        var parser = LineParser()
        for _ in 0..<200 { try expectRoundTrip(source.next(kind: kind), &parser) }
    }

    @Test("a line's head says what the whole line says")
    func heads() throws {
        var source = RandomObservations(seed: 5)
        for _ in 0..<500 {
            let observation = source.next()
            var line: [UInt8] = []
            LineWriter.append(observation, to: &line)
            let head = try #require(LineHead(line[...]))
            #expect(head.number == observation.number)
            #expect(head.time == observation.time)
            #expect(head.kind == LineKind(observation.fact))
            #expect(LineHead(line.prefix(40)) == nil)
        }
    }

    @Test("long log lines keep every byte", arguments: [65_535, 65_536, 262_143, 262_144])
    func longLines(length: Int) throws {
        var random = SplitMix64(seed: UInt64(length))
        var parser = LineParser()
        var source = RandomObservations(seed: 1)
        for isText in [true, false] {
            var observation = source.next(kind: 0)
            guard case .log(var line) = observation.fact else { throw TestFault("no log line") }
            line.bytes =
                (0..<length).map { _ in
                    isText ? UInt8(0x20 + random.below(95)) : UInt8(truncatingIfNeeded: random.next()) | 1
                }[...]
            observation.fact = .log(line)
            try expectRoundTrip(observation, &parser)
        }
    }

    @Test("a snapshot's line is read as it was written")
    func snapshots() throws {
        var source = RandomObservations(seed: 9)
        _ = source.batch(20)
        let snapshot = source.snapshot(size: 1000)
        var line: [UInt8] = []
        LineWriter.append(snapshot, time: source.lastTime, to: &line)
        var parser = LineParser()
        guard case .snapshot(let copy, let time) = try parser.parse(line.dropLast()) else {
            throw TestFault("no snapshot")
        }
        #expect(copy == snapshot)
        #expect(time == source.lastTime)
    }

    @Test("keys in another order and unknown ones are read, unknown kinds passed over")
    func strangers() throws {
        var parser = LineParser()
        let mark = #"{"k":"mark","host":"x","text":"t","t":"2026-11-23T10:45:47.000000001Z","name":"a","n":7}"#
        guard case .observation(let observation) = try parser.parse(Array(mark.utf8)[...]),
            case .mark(let read) = observation.fact
        else { throw TestFault("no mark") }
        #expect(read == Mark(name: "a", text: "t"))
        #expect(observation.number == 7)
        let other = #"{"n":8,"t":"2026-11-23T10:45:47.000000001Z","k":"hologram","x":[1]}"#
        guard case .unknown(8, _) = try parser.parse(Array(other.utf8)[...]) else { throw TestFault("not unknown") }
    }

    @Test(
        "a line that lacks something is an error",
        arguments: [
            "", "{}", "nonsense", #"{"n":1}"#, #"{"n":1,"t":"2026-11-23T10:45:47.000000001Z","k":"log"}"#,
            #"{"n":-1,"t":"2026-11-23T10:45:47.000000001Z","k":"mark","name":"a"}"#,
            #"{"n":1,"t":"2026-11-23T10:45:47.000000001Z","k":"settle","c":"ab","die":1}"#,
            #"{"n":1,"t":"yesterday","k":"mark","name":"a"}"#,
        ]
    )
    func incomplete(text: String) {
        var parser = LineParser()
        #expect(throws: LineError.self) { try parser.parse(Array(text.utf8)[...]) }
    }
}
