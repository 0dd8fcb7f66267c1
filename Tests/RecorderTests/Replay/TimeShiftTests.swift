// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Recorder
import TestSupport
import Testing

@Suite("Moving a recording's times")
struct TimeShiftTests {
    private static let day: Int64 = 86_400_000_000_000

    private func shifted(_ fact: Fact, by nanoseconds: Int64) -> Observation {
        var observation = Observation(number: 3, time: Timestamp(nanoseconds: 1000), fact: fact)
        TimeShift(nanoseconds: nanoseconds).apply(to: &observation)
        return observation
    }

    private func container() throws -> ContainerID {
        try #require(ContainerID(Array(repeating: UInt8(ascii: "a"), count: 64)[...]))
    }

    @Test("a line's times move, its text stays")
    func line() throws {
        let bytes = Array("2026-11-23T10:45:47Z hello".utf8)[...]
        let id = try container()
        let line = LogLine(container: id, timestamp: Timestamp(nanoseconds: 5), stream: .stderr, bytes: bytes)
        let observation = shifted(.log(line), by: 7)
        #expect(observation.time == Timestamp(nanoseconds: 1007))
        guard case .log(let moved) = observation.fact else { return #expect(Bool(false)) }
        #expect(moved.timestamp == Timestamp(nanoseconds: 12))
        #expect(moved.bytes == bytes)
    }

    @Test(
        "an event's seconds are the whole part of its nanoseconds",
        arguments: [
            (Int64(1), "1764000000,\"timeNano\":1764000000123456790"),
            (Int64(876_543_211), "1764000001,\"timeNano\":1764000001000000000"),
            (Int64(-200_000_000), "1763999999,\"timeNano\":1763999999923456789"),
            (Int64(-1_764_000_000_500_000_000), "-1,\"timeNano\":-376543211"),
        ]
    )
    func event(shift: Int64, expected: String) {
        let json = { (times: String) in "{\"Action\":\"die\",\"time\":\(times),\"Actor\":{\"time\":5}}" }
        let raw = Array(json("1764000000,\"timeNano\":1764000000123456789").utf8)[...]
        let observation = shifted(.event(EngineEvent(container: nil, raw: raw)), by: shift)
        guard case .event(let event) = observation.fact else { return #expect(Bool(false)) }
        #expect(String(decoding: event.raw, as: UTF8.self) == json(expected))
    }

    @Test("samples and inspects tell moved times, and the unset time stays")
    func records() throws {
        let unset = "0001-01-01T00:00:00Z"
        let stats = { (read: String) in #"{"read":"\#(read)","preread":"\#(unset)","n":{"read":1}}"# }
        let inspect = { (created: String, start: String, health: String) in
            #"{"Created":"\#(created)","Config":{"Created":"\#(created.isEmpty ? "" : "2026-11-23T10:45:47Z")"},"#
                + #""State":{"StartedAt":"\#(start)","FinishedAt":"\#(unset)","Health":{"Log":[{"Start":"\#(health)","#
                + #""End":"\#(health)","Output":"2026-11-23T10:45:47Z"}]}}}"#
        }
        let id = try container()
        func check(_ fact: Fact, _ expected: String) {
            switch shifted(fact, by: Self.day + 500_000_000).fact {
            case .stats(let record), .container(let record):
                #expect(String(decoding: record.raw, as: UTF8.self) == expected)
            default: #expect(Bool(false))
            }
        }
        func record(_ json: String) -> ContainerRecord { ContainerRecord(container: id, raw: Array(json.utf8)[...]) }
        check(.stats(record(stats("2026-11-23T10:45:47.6Z"))), stats("2026-11-24T10:45:48.1Z"))
        check(
            .container(
                record(
                    inspect("2026-11-30T23:59:59.5Z", "2026-11-23T10:45:47.123456789Z", "2026-12-31T23:59:59.7+01:00")
                )
            ),
            inspect("2026-12-02T00:00:00Z", "2026-11-24T10:45:47.623456789Z", "2027-01-02T00:00:00.2+01:00")
        )
    }

    @Test("gaps move with what they are between, and what is not known stays so")
    func gap() {
        let gap = Gap(scope: .engine, reason: .eventsLost, from: Timestamp(nanoseconds: 5), message: "lost")
        guard case .gap(let moved) = shifted(.gap(gap), by: 10).fact else { return #expect(Bool(false)) }
        #expect(moved.from == Timestamp(nanoseconds: 15))
        #expect(moved.to == nil)
    }

    @Test("every observation moves there and back again without a change")
    func back() {
        var observations = RandomObservations(seed: 11)
        for number in 0..<2000 {
            let observation = observations.next(kind: number % 11)
            var moved = observation
            let shift = Int64.random(in: -Self.day * 900...Self.day * 900, using: &observations.random)
            TimeShift(nanoseconds: shift).apply(to: &moved)
            #expect(moved.time.nanoseconds == observation.time.nanoseconds + shift)
            TimeShift(nanoseconds: -shift).apply(to: &moved)
            #expect("\(moved)" == "\(observation)", "shift \(shift)")
        }
    }

    @Test("what is no JSON and what lies beyond all times harms nothing")
    func odd() {
        let raw = Array("{\"time\":9223372036854775807".utf8)[...]
        guard case .event(let event) = shifted(.event(EngineEvent(container: nil, raw: raw)), by: 1).fact else {
            return #expect(Bool(false))
        }
        #expect(event.raw == raw)
        let far = Array("{\"time\":9223372036854775807,\"timeNano\":9223372036854775807}".utf8)[...]
        _ = shifted(.event(EngineEvent(container: nil, raw: far)), by: .max)
        _ = shifted(.event(EngineEvent(container: nil, raw: far)), by: .min)
        #expect(TimeShift(by: .seconds(2)).nanoseconds == 2_000_000_000)
    }
}
