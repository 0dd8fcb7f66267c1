// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Observer

@Suite("The latest figures")
struct StatsStateTests {
    private let web = ProjectionSample.id(1)
    private let api = ProjectionSample.id(2)

    private func stats(_ stage: ProjectionStage) -> String {
        var writer = JSONWriter()
        stage.state.writeStats(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func observe(_ sample: SampleOfStats, _ id: ContainerID, _ stage: inout ProjectionStage, at time: Int) {
        stage.observe(.stats(ContainerRecord(container: id, raw: sample.json)), at: ProjectionSample.time(time))
    }

    private let sample = SampleOfStats(total: 1_500, system: 12_000, preTotal: 1_000, preSystem: 10_000)
    private let stopped = SampleOfStats(read: "0001-01-01T00:00:00Z", preread: "0001-01-01T00:00:00Z")

    @Test("an entry of /stats has its members in their order; entries come by name")
    func entries() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, name: "web"), at: 0)
        stage.inspect(SampleJSON.inspect(api, name: "api"), api, at: 0)
        observe(sample, web, &stage, at: 10)
        #expect(
            stats(stage)
                == #"[{"container":"web","timestamp":"2026-11-23T03:14:01.000000000Z","cpu_percent":50.0,"#
                + #""memory_usage_mb":0.0,"memory_limit_mb":0.0,"memory_percent":0.0,"memory_usage_bytes":0,"#
                + #""memory_limit_bytes":0,"network_rx_bytes":0,"network_tx_bytes":0,"block_read_bytes":0,"#
                + #""block_write_bytes":0,"pids":1}]"#
        )
        observe(sample, api, &stage, at: 20)
        #expect(try JSON(stats(stage)).elements.compactMap { $0["container"].string } == ["api", "web"])
        var writer = JSONWriter()
        #expect(stage.state.writeStats(to: &writer) { $0.names == ["api"] } == 1)
    }

    @Test("a stopped container has no entry", arguments: ["die", "stop", "destroy", "sample", "inspect"])
    func removal(by what: String) {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        observe(sample, web, &stage, at: 10)
        switch what {
        case "sample": observe(stopped, web, &stage, at: 20)
        case "inspect":
            let end = ProjectionSample.time(15)
            stage.inspect(SampleJSON.inspect(web, status: "exited", finished: end, exitCode: 1), at: 20)
        default: stage.event(what, web, at: 20)
        }
        #expect(stats(stage) == "[]")
    }

    @Test("a sample that was on its way when the container died makes a message and no entry")
    func lateSample() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        stage.event("die", web, attributes: ["exitCode": "0"], at: 10)
        observe(sample, web, &stage, at: 20)
        #expect(stage.headers.last?.type == .stats)
        #expect(stats(stage) == "[]")
    }

    @Test("samples without predecessors are compared with each other, within one run")
    func oneShots() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        func shot(_ total: UInt64, _ system: UInt64, at time: Int) throws -> Double? {
            let sample = SampleOfStats(
                read: ProjectionSample.time(time).description,
                preread: "0001-01-01T00:00:00Z",
                total: total,
                system: system,
                preSystem: nil
            )
            observe(sample, web, &stage, at: time)
            return try JSON(try #require(stage.messages.last))["cpu_percent"].double
        }
        #expect(try shot(5_000, 100_000, at: 10) == 0)
        #expect(try shot(6_000, 110_000, at: 20) == 20)
        stage.event("die", web, attributes: ["exitCode": "0"], at: 30)
        stage.event("start", web, at: 40)
        // Fact D7: the counter begins anew, and the first sample of the run has nothing to be compared with.
        #expect(try shot(7_000, 120_000, at: 50) == 0)
        #expect(try shot(8_000, 130_000, at: 60) == 20)
    }

    @Test("Podman is known by its version")
    func podman() throws {
        var stage = ProjectionStage()
        let version = #"{"Version":"5.4.2","Components":[{"Name":"Podman Engine","Version":"5.4.2"}]}"#
        stage.observe(
            .engine(EngineConnection(state: .connected, message: "Connected", version: Array(version.utf8)[...])),
            at: ProjectionSample.time(0)
        )
        stage.inspect(SampleJSON.inspect(web), at: 1)
        observe(SampleOfStats(total: 250_000_000, system: 9, preTotal: 0, preSystem: 8), web, &stage, at: 10)
        #expect(try JSON(stats(stage))[0]["cpu_percent"].double == 25)
    }

    @Test("the captured stream of a container that dies and starts: figures, none, figures (fact D6)")
    func capturedDeath() throws {
        let file = try engineFixture("stats")
        let capture = try #require(file.members.first { $0.name.hasPrefix("stream=1 container dies") }?.value)
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        var entries: [Bool] = []
        for (index, step) in try #require(capture["timeline"]?.elements).enumerated() {
            let sample = SampleOfStats(
                read: step["read"]?.string ?? "",
                preread: step["preread"]?.string ?? "",
                total: step["cpu_total"]?.unsigned ?? 0,
                system: 1_000 * UInt64(index + 1),
                preSystem: index == 0 ? nil : 1_000 * UInt64(index)
            )
            observe(sample, web, &stage, at: 1_000 * (index + 1))
            entries.append(stats(stage) != "[]")
        }
        #expect(entries == [true, true, true, false, false, false, true, true, true])
    }
}
