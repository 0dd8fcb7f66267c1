// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel

@testable import Observer
@testable import Recorder

/// A fleet whose containers come, go, die and are renamed in an order that no engine would choose, the same for the same
/// seed; with the observations that a live observer would make of it.
struct RandomFleet {
    private var random: SmallRandom
    private var settler = Settler()
    private(set) var observations: [Observation] = []
    private var time = Timestamp(seconds: 1_795_403_640)
    private var names: [String]
    private var isConnected = true

    init(seed: UInt64, containers: Int = 4) {
        random = SmallRandom(seed: seed)
        names = (0..<containers).map { ["web", "api", "db", "cache", "queue"][$0 % 5] + ($0 > 4 ? "-\($0)" : "") }
    }

    static func observations(seed: UInt64, count: Int) -> [Observation] {
        var fleet = RandomFleet(seed: seed)
        while fleet.observations.count < count { fleet.step() }
        return fleet.observations
    }

    static func id(_ number: Int) -> ContainerID {
        let digits = String(number + 1, radix: 16)
        let text = String(repeating: String(repeating: "0", count: 8 - digits.count) + digits, count: 8)
        guard let id = ContainerID(text) else { preconditionFailure("64 digits") }
        return id
    }

    private mutating func step() {
        time = time.advanced(byNanoseconds: Int64([0, 1, 40_000_000, 700_000_000, 6_000_000_000][random.below(5)]))
        let fact = fact()
        for settlement in settler.before(fact, at: time) { append(settlement.fact, settlement.time) }
        let observation = append(fact, time)
        for settlement in settler.after(observation) { append(settlement.fact, settlement.time) }
    }

    @discardableResult
    private mutating func append(_ fact: Fact, _ time: Timestamp) -> Observation {
        let time = max(time, observations.last?.time ?? time)
        let observation = Observation(number: UInt64(observations.count + 1), time: time, fact: fact)
        observations.append(observation)
        return observation
    }

    private mutating func fact() -> Fact {
        let slot = random.below(names.count)
        let id = Self.id(slot)
        switch random.below(24) {
        case 0..<8:
            let stream: LogStream = random.below(2) == 0 ? .stdout : .stderr
            let text = ["plain words", "ERROR it broke", #"{"level":"warn","msg":"slow"}"#, ""][random.below(4)]
            return .log(LogLine(container: id, timestamp: time, stream: stream, bytes: Array(text.utf8)[...]))
        case 8..<16: return .event(EngineEvent(container: id, raw: event(slot), isSynthetic: random.below(4) == 0))
        case 16..<18: return .container(ContainerRecord(container: id, raw: inspect(slot)))
        case 18:
            let total = random.below(1_000_000)
            let json =
                #"{"read":"\#(time)","cpu_stats":{"cpu_usage":{"total_usage":\#(total)}},"memory_stats":{"usage":9}}"#
            return .stats(ContainerRecord(container: id, raw: Array(json.utf8)[...]))
        case 19, 20:
            isConnected.toggle()
            return .engine(EngineConnection(state: isConnected ? .connected : .disconnected, message: "engine"))
        case 21:
            return .gap(Gap(scope: .container, container: id, reason: .driverUnreadable, message: "unreadable"))
        case 22: return .mark(Mark(name: "m\(random.below(3))", text: "a mark"))
        default: return .incident(Incident(container: id, trigger: "oom", file: "f", message: "m"))
        }
    }

    private mutating func event(_ slot: Int) -> ArraySlice<UInt8> {
        let actions = [
            "create", "start", "start", "die", "die", "die", "oom", "kill", "stop", "restart", "rename", "destroy",
            "health_status: unhealthy",
        ]
        let action = actions[random.below(actions.count)]
        var attributes = ""
        switch action {
        case "die": attributes = #","exitCode":"\#([0, 1, 137, 143][random.below(4)])""#
        case "kill": attributes = #","signal":"\#([15, 9][random.below(2)])""#
        case "rename":
            attributes = #","oldName":"/\#(names[slot])""#
            names[slot] = names[slot].hasSuffix("-x") ? String(names[slot].dropLast(2)) : names[slot] + "-x"
        default: break
        }
        let json =
            #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"\#(Self.id(slot))","Attributes":"#
            + #"{"image":"nginx","name":"\#(names[slot])"\#(attributes)}},"timeNano":\#(time.nanoseconds)}"#
        return Array(json.utf8)[...]
    }

    private mutating func inspect(_ slot: Int) -> ArraySlice<UInt8> {
        let isRunning = random.below(3) > 0
        let finished = isRunning ? "0001-01-01T00:00:00Z" : time.description
        let tier = slot % 2 == 0 ? "front" : "back"
        let json =
            #"{"Id":"\#(Self.id(slot))","State":{"Status":"\#(isRunning ? "running" : "exited")","#
            + #""Running":\#(isRunning),"ExitCode":1,"StartedAt":"2026-11-23T03:14:00Z","FinishedAt":"\#(finished)"},"#
            + #""Name":"/\#(names[slot])","RestartCount":0,"Config":{"Image":"nginx","Labels":{"tier":"\#(tier)"}}}"#
        return Array(json.utf8)[...]
    }
}

/// Numbers that are the same for the same seed (SplitMix64).
struct SmallRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
