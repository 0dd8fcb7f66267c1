// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport

/// Observations of every kind, the same for the same seed.
struct RandomObservations {
    var random: SplitMix64
    private var number: UInt64
    private var time: Int64
    private let containers: [ContainerID]
    /// Letters of one to four bytes, and those that JSON escapes.
    private static let letters = ["a", "é", "漢", "😀", "\\", "\"", "\u{7F}", "\u{85}", "\t"]
    /// Log lines have up to this many bytes.
    var lineLength = 300

    init(seed: UInt64, first: UInt64 = 1) {
        random = SplitMix64(seed: seed)
        number = first - 1
        time = 1_764_000_000_000_000_000 &+ Int64(seed % 1_000_000_007)
        var random = random
        containers = (0..<5).compactMap { _ in
            ContainerID((0..<64).map { _ in Array("0123456789abcdef".utf8)[random.below(16)] }[...])
        }
    }

    var lastNumber: UInt64 { number }
    var lastTime: Timestamp { Timestamp(nanoseconds: time) }

    /// The next observation; mostly log lines, as in a real recording.
    mutating func next() -> Observation {
        random.once(in: 4) ? next(kind: random.below(11)) : next(kind: 0)
    }

    /// The next observation, of a kind by its number in the list of kinds.
    mutating func next(kind: Int) -> Observation {
        number += 1
        time += Int64(random.below(random.once(in: 20) ? 3_000_000_000 : 2_000_000))
        return Observation(number: number, time: lastTime, fact: fact(kind))
    }

    mutating func batch(_ count: Int) -> [Observation] {
        (0..<count).map { _ in next() }
    }

    /// The state as of the last observation, of a size.
    func snapshot(size: Int) -> StateSnapshot {
        let json = #"{"filler":""# + String(repeating: "s", count: size) + #""}"#
        return StateSnapshot(number: number, projection: 1, json: Array(json.utf8))
    }

    private mutating func fact(_ kind: Int) -> Fact {
        switch kind {
        case 1: .event(EngineEvent(container: maybeContainer(), raw: event(), isSynthetic: random.once(in: 3)))
        case 2: .stats(ContainerRecord(container: container(), raw: json(#"{"read":"2026-11-23T10:45:47.6Z","cpu":"#)))
        case 3: .container(ContainerRecord(container: container(), raw: json(#"{"Name":"/web-1","Pid":"#)))
        case 4: .engine(connection())
        case 5: .anomaly(Anomaly(object: json(#"{"timestamp":"2026-11-23T10:45:47Z","score":"#)))
        case 6: .mark(Mark(name: text(), text: text()))
        case 7:
            .command(
                Command(
                    method: "POST",
                    path: "/containers/x/stop?t=\(random.below(99))",
                    body: bytes(40)[...],
                    status: random.below(600),
                    container: maybeContainer()
                )
            )
        case 8: .settle(die: UInt64(random.below(10_000) + 1), container: container())
        case 9: .gap(gap())
        case 10: .incident(Incident(container: maybeContainer(), trigger: "oom", file: text(), message: text()))
        default: .log(logLine())
        }
    }

    private mutating func logLine() -> LogLine {
        LogLine(
            container: container(),
            timestamp: Timestamp(nanoseconds: time - Int64(random.below(5_000_000))),
            stream: random.once(in: 3) ? .stderr : .stdout,
            bytes: bytes(lineLength)[...],
            continues: random.once(in: 20),
            isUnterminated: random.once(in: 20)
        )
    }

    private mutating func connection() -> EngineConnection {
        let isConnected = random.once(in: 2)
        return EngineConnection(
            state: isConnected ? .connected : .disconnected,
            message: text(),
            version: isConnected ? json(#"{"Version":"28.5.2","build":"#) : nil
        )
    }

    /// A gap that is not the recorder's, since such a one speaks of numbers.
    private mutating func gap() -> Gap {
        let isWhole = random.once(in: 2)
        return Gap(
            scope: isWhole ? .container : .engine,
            container: isWhole ? container() : nil,
            reason: isWhole ? .rotated : .eventsLost,
            from: isWhole ? lastTime : nil,
            to: random.once(in: 2) ? lastTime : nil,
            lost: isWhole ? UInt64(random.below(100)) : nil,
            message: text()
        )
    }

    private mutating func container() -> ContainerID { containers[random.below(containers.count)] }

    private mutating func maybeContainer() -> ContainerID? { random.once(in: 3) ? nil : container() }

    private mutating func event() -> ArraySlice<UInt8> {
        json(#"{"Type":"container","Action":"die","time":1764000000,"timeNano":1764000000123456789,"x":"#)
    }

    private mutating func json(_ beginning: String) -> ArraySlice<UInt8> {
        Array((beginning + "\(random.below(1_000_000))}").utf8)[...]
    }

    private mutating func text() -> String {
        String(decoding: bytes(30), as: UTF8.self)
    }

    /// Text, text with escapes, or any bytes, without a newline.
    mutating func bytes(_ limit: Int) -> [UInt8] {
        let count = random.below(limit + 1)
        // Long lines repeat themselves: making them must not take longer than reading them.
        if count > 4096 {
            let unit = bytes(64)
            return unit.isEmpty ? [] : Array(repeatElement(unit, count: count / unit.count).joined())
        }
        switch random.below(8) {
        case 0: return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }.filter { $0 != 0x0A }
        case 1: return (0..<count).map { _ in UInt8(random.below(0x30)) }.filter { $0 != 0x0A }
        case 2: return (0..<(count / 4)).flatMap { _ in Array(Self.letters[random.below(Self.letters.count)].utf8) }
        default: return (0..<count).map { _ in UInt8(0x20 + random.below(95)) }
        }
    }
}
