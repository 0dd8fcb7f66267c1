// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport

@testable import Observer

/// Facts of all kinds in an order that no engine would choose, the same for the same seed.
struct RandomFacts {
    private var generator: SplitMix64
    private var milliseconds = 0
    private let containers: Int

    init(seed: UInt64, containers: Int = 5) {
        generator = SplitMix64(seed: seed)
        self.containers = containers
    }

    /// A fact and the time at which it is observed; times do not decrease.
    mutating func next() -> (fact: Fact, time: Timestamp) {
        let steps = [0, 1, 40, 700, 2_000, 6_000]
        milliseconds += pick(steps)
        return (fact(), ProjectionSample.time(milliseconds))
    }

    /// A stage that has seen so many facts.
    static func stage(seed: UInt64, count: Int) -> ProjectionStage {
        var facts = RandomFacts(seed: seed)
        var stage = ProjectionStage()
        for _ in 0..<count {
            let (fact, time) = facts.next()
            stage.observe(fact, at: time)
        }
        return stage
    }

    private mutating func fact() -> Fact {
        let id = ProjectionSample.id(Int.random(in: 1...containers, using: &generator))
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<10: return .event(event(id))
        case 10..<13: return .container(ContainerRecord(container: id, raw: inspect(id)))
        case 13..<15: return .stats(ContainerRecord(container: id, raw: stats()))
        case 15, 16: return .log(log(id))
        case 17:
            let isConnected = Bool.random(using: &generator)
            let version =
                #"{"Version":"28.5","ApiVersion":"1.51","Components":[{"Name":"Podman Engine","Version":"5"}]}"#
            let connection = EngineConnection(
                state: isConnected ? .connected : .disconnected,
                message: "An engine \"here\"",
                version: isConnected && Bool.random(using: &generator) ? Array(version.utf8)[...] : nil
            )
            return .engine(connection)
        case 18:
            let reason: Gap.Reason = Bool.random(using: &generator) ? .driverUnreadable : .streamCut
            return .gap(Gap(scope: .container, container: id, reason: reason, message: "The log cannot be read"))
        default:
            return other(id)
        }
    }

    private mutating func other(_ id: ContainerID) -> Fact {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            .anomaly(
                Anomaly(object: Array(#"{"service":"web","score":0.93,"timestamp":"2026-11-23T03:14:01Z"}"#.utf8)[...])
            )
        case 1: .mark(Mark(name: "m", text: "a mark"))
        default: .command(Command(method: "POST", path: "/containers/web/kill", body: [], status: 204, container: id))
        }
    }

    private mutating func event(_ id: ContainerID) -> EngineEvent {
        let actions = [
            "create", "start", "start", "die", "die", "die", "oom", "kill", "kill", "stop", "restart", "pause",
            "unpause",
            "rename", "update", "destroy", "health_status: unhealthy", "exec_create: sh",
        ]
        let action = pick(actions)
        let attributes: KeyValuePairs<String, String> =
            switch action {
            case "die": ["exitCode": pick(["0", "1", "137", "137", "143", "x"])]
            case "kill": ["signal": pick(["15", "15", "9", "1", "10", ""])]
            case "rename": ["oldName": "/web"]
            default: [:]
            }
        let raw = SampleJSON.event(
            action,
            id,
            name: pick(["web", "api", "web"]),
            attributes: attributes,
            at: ProjectionSample.time(milliseconds - pick([0, 2, 500, 3_000]))
        )
        return EngineEvent(container: id, raw: raw, isSynthetic: pick([true, false, false, false]))
    }

    private mutating func inspect(_ id: ContainerID) -> ArraySlice<UInt8> {
        let name: String = pick(["web", "api", "db"])
        let status: String = pick([
            "created", "running", "running", "paused", "restarting", "exited", "dead", "removing",
        ])
        let started: Timestamp? = pick([
            nil, ProjectionSample.time(milliseconds - 5_000), ProjectionSample.time(milliseconds),
        ])
        let finished: Timestamp? = pick([
            nil, ProjectionSample.time(milliseconds - 30), ProjectionSample.time(milliseconds - 9_000),
        ])
        let exitCode: Int = pick([0, 1, 137])
        let stopSignal: String? = pick([nil, "SIGUSR1", "9", "SIGRTMIN+3"])
        let health: String? = pick([nil, "healthy", "starting"])
        let labels: String = pick(["{}", #"{"b":"2","a":"1 \"quoted\""}"#, #"{"tier":"front"}"#])
        return SampleJSON.inspect(
            id,
            name: name,
            status: status,
            started: started,
            finished: finished,
            exitCode: exitCode,
            isOOMKilled: Bool.random(using: &generator),
            stopSignal: stopSignal,
            health: health,
            restarts: Int.random(in: 0..<4, using: &generator),
            labels: labels
        )
    }

    private mutating func stats() -> ArraySlice<UInt8> {
        let isRunning = Int.random(in: 0..<4, using: &generator) > 0
        let hasPrevious = Bool.random(using: &generator)
        let read = isRunning ? ProjectionSample.time(milliseconds).description : "0001-01-01T00:00:00Z"
        let preread = hasPrevious ? ProjectionSample.time(milliseconds - 1_000).description : "0001-01-01T00:00:00Z"
        let total = UInt64.random(in: 0..<2_000_000_000, using: &generator)
        let system = UInt64.random(in: 0..<9_000_000_000_000, using: &generator)
        let precpu =
            hasPrevious ? #"{"cpu_usage":{"total_usage":\#(total / 2)},"system_cpu_usage":\#(system / 2)}"# : "{}"
        return Array(
            """
            {"read":"\(read)","preread":"\(preread)","pids_stats":{"current":3},"cpu_stats":{"cpu_usage":\
            {"total_usage":\(total)},"system_cpu_usage":\(system),"online_cpus":2},"precpu_stats":\(precpu),\
            "memory_stats":{"usage":\(total),"limit":268435456,"stats":{"inactive_file":4096}}}
            """.utf8
        )[...]
    }

    private mutating func log(_ id: ContainerID) -> LogLine {
        let texts = [
            "plain words", "ERROR it broke\r", #"{"level":"warn","msg":"slow","ms":212}"#, "level=info msg=\"a b\"", "",
            "\u{1B}[31mred\u{1B}[0m",
        ]
        return LogLine(
            container: id,
            timestamp: ProjectionSample.time(milliseconds),
            stream: pick([.stdout, .stderr]),
            bytes: Array(pick(texts).utf8)[...],
            continues: pick([true, false, false]),
            isUnterminated: pick([true, false, false])
        )
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }
}
