// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import ObserverModel
import TestSupport
import Testing

@testable import Observer

@Suite("The state of the containers")
struct ProjectionStateTests {
    private let web = ProjectionSample.id(1)
    private let api = ProjectionSample.id(2)

    private func containers(_ stage: ProjectionStage, all: Bool = false) throws -> [JSON] {
        var writer = JSONWriter()
        let count = stage.state.writeContainers(all: all, to: &writer)
        let elements = try JSON(writer.bytes).elements
        #expect(elements.count == count)
        return elements
    }

    @Test("an entry of /containers has its members in their order")
    func entry() {
        var stage = ProjectionStage()
        let raw = SampleJSON.inspect(
            web,
            started: ProjectionSample.origin,
            health: "healthy",
            restarts: 3,
            labels: #"{"b":"2","a":"1"}"#
        )
        stage.inspect(raw, at: 0)
        var writer = JSONWriter()
        #expect(stage.state.writeContainers(to: &writer) == 1)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"[{"id":"000000010000","name":"web","status":"running","image":"nginx:alpine","health":"healthy","#
                + #""restart_count":3,"started_at":"2026-11-23T03:14:00.000000000Z","exit_code":null,"finished_at":null,"#
                + #""logs":"reading","labels":{"a":"1","b":"2"}}]"#
        )
    }

    @Test("those that run, are paused or wait for their restart are listed; the others with all; by name, then by id")
    func listing() throws {
        var stage = ProjectionStage()
        let states = ["running", "paused", "restarting", "exited", "created", "dead"]
        for (index, state) in states.enumerated() {
            let id = ProjectionSample.id(100 - index)
            stage.inspect(SampleJSON.inspect(id, name: "c\(index % 3)", status: state), id, at: index)
        }
        stage.event("destroy", ProjectionSample.id(95), name: "c2", at: 100)
        #expect(try containers(stage).compactMap { $0["status"].string } == ["running", "paused", "restarting"])
        #expect(stage.state.runningCount == 3)
        let all = try containers(stage, all: true)
        #expect(all.compactMap { $0["name"].string } == ["c0", "c0", "c1", "c1", "c2", "c2"])
        #expect(
            all.compactMap { $0["status"].string } == ["exited", "running", "created", "paused", "gone", "restarting"]
        )
        #expect(stage.state.containers(all: true).map { $0.id.short } == all.compactMap { $0["id"].string })
        var writer = JSONWriter()
        #expect(stage.state.writeContainers(all: true, to: &writer) { $0.names == ["c1"] } == 2)
    }

    @Test("events move the state on between inspects")
    func lifeCycle() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, status: "created", started: nil, health: "starting"), at: 0)
        stage.event("start", web, at: 100)
        var entry = try #require(try containers(stage).first)
        #expect(entry["started_at"].string == ProjectionSample.time(100).description)
        stage.event("health_status: healthy", web, at: 200)
        stage.event("pause", web, at: 300)
        entry = try #require(try containers(stage).first)
        #expect(entry["health"].string == "healthy")
        #expect(entry["status"].string == "paused")
        stage.event("unpause", web, at: 400)
        stage.event("die", web, attributes: ["exitCode": "3"], at: 500)
        #expect(try containers(stage).isEmpty)
        entry = try #require(try containers(stage, all: true).first)
        #expect(entry["status"].string == "exited")
        #expect(entry["exit_code"].int == 3)
        #expect(entry["finished_at"].string == ProjectionSample.time(500).description)
        stage.event("start", web, at: 900)
        entry = try #require(try containers(stage).first)
        #expect(entry["exit_code"].isNull)
        #expect(entry["finished_at"].isNull)
        #expect(entry["health"].string == "starting")
        #expect(entry["started_at"].string == ProjectionSample.time(900).description)
    }

    @Test("the engine's own times and state, from an inspect before the die, win over the event's")
    func inspectedEnd() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.origin), at: 0)
        let end = ProjectionSample.time(460)
        let raw = SampleJSON.inspect(
            web,
            status: "restarting",
            started: ProjectionSample.origin,
            finished: end,
            exitCode: 1,
            restarts: 1
        )
        stage.inspect(raw, at: 490)
        stage.event("die", web, attributes: ["exitCode": "1"], at: 500)
        let entry = try #require(try containers(stage).first)
        #expect(entry["status"].string == "restarting")
        #expect(entry["finished_at"].string == end.description)
        #expect(entry["restart_count"].int == 1)
        #expect(try JSON(try #require(stage.messages.last))["status"].string == "restarting")
    }

    @Test("an inspect that was answered before the die does not bring the container back to life")
    func lateInspect() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.origin), at: 0)
        stage.event("die", web, attributes: ["exitCode": "1"], at: 500)
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.origin), at: 520)
        #expect(stage.state.container(web)?.status == .exited)
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.time(700)), at: 720)
        #expect(stage.state.container(web)?.status == .running)
    }

    @Test("an inspect of the run before does not end the next one")
    func outdatedEnd() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.origin), at: 0)
        stage.event("die", web, attributes: ["exitCode": "1"], at: 500)
        stage.event("start", web, at: 900)
        let old = SampleJSON.inspect(
            web,
            status: "exited",
            started: ProjectionSample.origin,
            finished: ProjectionSample.time(470),
            exitCode: 1
        )
        stage.inspect(old, at: 910)
        #expect(stage.state.container(web)?.status == .running)
    }

    @Test("an inspect of the run before does not end a run that was met running")
    func outdatedEndOfTheFirstMet() {
        var stage = ProjectionStage()
        let end = ProjectionSample.time(-9_000)
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.origin, finished: end), at: 0)
        stage.inspect(SampleJSON.inspect(web, status: "exited", finished: end, exitCode: 1), at: 10)
        #expect(stage.state.container(web)?.status == .running)
        let now = ProjectionSample.time(15)
        stage.inspect(SampleJSON.inspect(web, status: "exited", finished: now, exitCode: 1), at: 20)
        #expect(stage.state.container(web)?.status == .exited)
    }

    @Test("an inspect of a container that is gone does not bring it back; a start does")
    func goneStaysGone() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        stage.event("destroy", web, at: 100)
        stage.inspect(SampleJSON.inspect(web, started: ProjectionSample.time(90)), at: 120)
        #expect(stage.state.container(web)?.isGone == true)
        stage.event("start", web, at: 200)
        #expect(stage.state.container(web)?.status == .running)
        #expect(stage.state.table.goneCount == 0)
    }

    @Test("a failed start leaves the state created, with its exit code (fact B12)")
    func failedStart() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, status: "created", started: nil, exitCode: 127), at: 0)
        let entry = try #require(try containers(stage, all: true).first)
        #expect(entry["exit_code"].int == 127)
        #expect(entry["started_at"].isNull)
    }

    @Test("a restart that was asked for sets the number of restarts back (fact G10)")
    func restartCount() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, status: "restarting", exitCode: 1, restarts: 4), at: 0)
        stage.event("start", web, at: 100)
        stage.event("restart", web, at: 101)
        #expect(try containers(stage).first?["restart_count"].int == 0)
    }

    @Test("logs says why a log is not read, until a line is")
    func logs() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        let line = LogLine(container: web, timestamp: ProjectionSample.origin, stream: .stdout, bytes: [0x61])
        stage.observe(.log(line), at: ProjectionSample.time(1))
        let reason = "configured logging driver does not support reading"
        let gap = Gap(scope: .container, container: web, reason: .driverUnreadable, message: reason)
        stage.observe(.gap(gap), at: ProjectionSample.time(2))
        #expect(try containers(stage).first?["logs"].string == reason)
        stage.observe(
            .gap(Gap(scope: .container, container: web, reason: .streamCut, message: "cut")),
            at: ProjectionSample.time(3)
        )
        #expect(try containers(stage).first?["logs"].string == reason)
        stage.observe(.log(line), at: ProjectionSample.time(4))
        #expect(try containers(stage).first?["logs"].string == "reading")
    }

    @Test("a name finds the newest container that has it, those that are there first")
    func lookupByName() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        stage.event("destroy", web, at: 10)
        #expect(stage.state.container(named: "web")?.id == web)
        stage.inspect(SampleJSON.inspect(api), api, at: 20)
        #expect(stage.state.container(named: "web")?.id == api)
        stage.event("destroy", api, at: 30)
        #expect(stage.state.container(named: "web")?.id == api)
        #expect(stage.state.container(named: "/web") == nil)
        #expect(stage.state.container(named: "") == nil)
    }

    @Test("an id is found by a beginning that it alone has, of four digits or more; a name goes first")
    func lookupByID() throws {
        var stage = ProjectionStage()
        let first = try #require(ContainerID("abcd1" + String(repeating: "0", count: 59)))
        let second = try #require(ContainerID("abcd2" + String(repeating: "0", count: 59)))
        stage.inspect(SampleJSON.inspect(first, name: "one"), first, at: 0)
        stage.inspect(SampleJSON.inspect(second, name: "two"), second, at: 1)
        #expect(stage.state.container(named: "abcd1")?.id == first)
        #expect(stage.state.container(named: "ABCD2")?.id == second)
        #expect(stage.state.container(named: second.description)?.id == second)
        #expect(stage.state.container(named: "abcd") == nil, "two have it")
        #expect(stage.state.container(named: "abc") == nil)
        #expect(stage.state.container(named: "abcd1x") == nil)
        #expect(stage.state.container(named: second.description + "0") == nil)
        stage.inspect(SampleJSON.inspect(web, name: "abcd1"), at: 2)
        #expect(stage.state.container(named: "abcd1")?.id == web)
    }

    @Test("a tag stays the same object while name and labels do")
    func tags() {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        let first = stage.state.container(web)?.tag
        stage.inspect(SampleJSON.inspect(web, status: "paused"), at: 1)
        #expect(stage.state.container(web)?.tag === first)
        stage.inspect(SampleJSON.inspect(web, labels: #"{"a":"1"}"#), at: 2)
        #expect(stage.state.container(web)?.tag !== first)
        #expect(stage.state.container(web)?.tag.labels == ["a": "1"])
    }

    @Test("the engine's standing follows the connection, and its version stays known")
    func engine() {
        var stage = ProjectionStage()
        #expect(!stage.state.engine.isConnected)
        let version = #"{"Version":"20.10.24","ApiVersion":"1.41"}"#
        let connected = EngineConnection(state: .connected, message: "Connected", version: Array(version.utf8)[...])
        stage.observe(.engine(connected), at: ProjectionSample.time(0))
        #expect(stage.state.engine.isConnected)
        stage.observe(.engine(EngineConnection(state: .disconnected, message: "Gone")), at: ProjectionSample.time(5))
        #expect(!stage.state.engine.isConnected)
        #expect(stage.state.engine.message == "Gone")
        #expect(stage.state.engine.since == ProjectionSample.time(5))
        #expect(stage.state.engine.version?.version == "20.10.24")
    }

    @Test(
        "the captured inspects are taken, each with its state",
        arguments: [
            ("created", ContainerStatus.created), ("exited0", .exited), ("exited1", .exited), ("healthy", .running),
            ("killed", .exited), ("nocmd", .created), ("oom", .exited), ("oomchild", .exited), ("paused", .paused),
            ("restarting", .restarting), ("running", .running), ("starting", .running), ("tty", .running),
            ("unhealthy", .running),
        ]
    )
    func capturedInspects(name: String, status: ContainerStatus) throws {
        let capture = try #require(engineFixture("inspect").member(named: name))
        let whole = try capture["body"]?.stringBytes.map { try JSONDocument($0).root }
        let body = try #require(capture["body_json"] ?? whole)
        let id = try #require(body["Id"]?.stringBytes)
        let container = try #require(ContainerID(id))
        var stage = ProjectionStage()
        stage.inspect(body.minified, container, at: 0)
        let found = try #require(stage.state.container(named: "rt-\(name)"))
        #expect(found.status == status)
        #expect(found.image == "busybox:local")
        #expect(found.tag.labels["rt"] == "1")
    }
}
