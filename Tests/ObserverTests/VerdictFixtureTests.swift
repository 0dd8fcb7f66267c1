// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Observer

/// The captured life cycles of a real engine, with the causes that they must lead to.
@Suite("Verdicts of captured life cycles")
struct VerdictFixtureTests {
    /// The causes of the deaths of each life cycle in `events_lifecycle.json`, as they are settled.
    static let lifecycles: [(name: String, causes: [String])] = [
        ("run -d; kill (KILL default); rm", ["killed"]),
        ("run exiting 0; rm -f of an exited one", ["completed"]),
        ("run exiting 1; rm -f of an exited one", ["crashed"]),
        ("run exiting at once (start vs die order)", ["completed"]),
        ("start with a missing binary", []),
        ("rm -f of a running one", ["killed"]),
        ("run --rm (AutoRemove), exits 0", ["completed"]),
        ("kill USR1, SIGHUP, 1, TERM (handled, exit 9)", ["killed"]),
        ("kill TERM ignored by PID 1 (no handler)", ["killed"]),
        ("stop, graceful", ["stopped"]),
        ("stop t=2, timeout then SIGKILL", ["stop_timeout"]),
        ("stop with no t (default 10 s)", ["stop_timeout"]),
        ("stop, StopSignal=SIGUSR1 StopTimeout=1", ["stop_timeout"]),
        ("stop t=0", ["stop_timeout"]),
        ("restart t=1 (timeout)", ["restarted", "killed"]),
        ("restart, graceful exit 5", ["restarted", "killed"]),
        ("restart of an exited one", ["completed", "completed"]),
        ("pause, unpause, pause, kill TERM + stop while paused", ["stop_timeout"]),
        ("kill KILL while paused", ["killed"]),
        ("rm -f of a paused one", ["killed"]),
        ("rename, update --memory, update --restart, resize", ["killed"]),
        ("exec create/start/die: attached exit 4, detached, missing binary", ["killed"]),
        ("kill with an exec still running", ["killed"]),
        ("health: starting, healthy, unhealthy (interval .5 s, retries 2)", ["killed"]),
        ("health: start period 2 s, always failing", ["restarted", "stop_timeout"]),
        // Fact G1: an OOM of which the engine said nothing is not guessed from the exit code.
        ("OOM of PID 1 (--memory 16m)", ["unknown"]),
        ("OOM of a child, PID 1 survives and exits 0 (twice)", ["oom_child", "killed"]),
        ("attach then client closes", ["completed"]),
        ("containers/prune event", ["completed", "completed"]),
        ("reads: logs, stats, top, inspect, changes, archive, export, commit (which emit events?)", ["killed"]),
        ("network create, connect, disconnect, remove", ["killed"]),
        ("volume create, mount, unmount, destroy", ["completed"]),
    ]

    @Test("a captured life cycle leads to its causes", arguments: lifecycles)
    func lifecycle(_ expected: (name: String, causes: [String])) throws {
        let cycle = try #require(engineFixture("events_lifecycle").member(named: expected.name))
        let events = try #require(cycle["events"]?.elements)
        #expect(!events.isEmpty)
        var stage = ProjectionStage()
        let stopSignal = expected.name.contains("StopSignal=SIGUSR1") ? "SIGUSR1" : nil
        var known: Set<ContainerID> = []
        for captured in events {
            let event = try #require(captured["event"])
            let id = try containerID(of: event)
            let time = Timestamp(nanoseconds: try #require(event["timeNano"]?.integer))
            if let id, known.insert(id).inserted {
                let raw = SampleJSON.inspect(id, name: "rt-ev", status: "created", started: nil, stopSignal: stopSignal)
                stage.observe(.container(ContainerRecord(container: id, raw: raw)), at: time)
            }
            stage.observe(.event(EngineEvent(container: id, raw: event.minified)), at: time)
        }
        stage.tick(Timestamp(nanoseconds: .max))
        #expect(stage.causes.map(\.settled) == expected.causes)
    }

    @Test("every captured life cycle is in the table")
    func tableIsComplete() throws {
        let captured = try engineFixture("events_lifecycle").members.filter { $0.value["events"] != nil }.map(\.name)
        let listed = Set(Self.lifecycles.map(\.name))
        #expect(Set(captured) == listed)
    }

    @Test("the inspect behind a child's OOM is evidence for its run, not for the next one")
    func childOOM() throws {
        let name = "OOM of a child, PID 1 survives and exits 0 (twice)"
        let cycle = try #require(engineFixture("events_lifecycle").member(named: name))
        let result = try #require(cycle["result"])
        var stage = ProjectionStage()
        for captured in try #require(cycle["events"]?.elements) {
            let event = try #require(captured["event"])
            // The engine never said `oom`, so the inspects alone tell.
            if event["Action"]?.string == "oom" { continue }
            let id = try containerID(of: event)
            let time = Timestamp(nanoseconds: try #require(event["timeNano"]?.integer))
            stage.observe(.event(EngineEvent(container: id, raw: event.minified)), at: time)
            guard let id, let action = event["Action"]?.string else { continue }
            let isFirst = stage.causes.count < 2
            let state = action == "die" && isFirst ? "exited" : action == "start" ? "started again" : nil
            guard let state, let inspected = result.member(named: state), stage.causes.count > 0 else { continue }
            stage.observe(.container(ContainerRecord(container: id, raw: inspect(id, inspected))), at: time)
        }
        stage.tick(Timestamp(nanoseconds: .max))
        #expect(stage.causes.map(\.settled) == ["oom_child", "killed"])
    }

    /// The causes of the runs in the lists of `restart_and_oom.json`.
    static let runs: [(name: String, cause: String)] = [
        ("PID 1 OOMs within ms of start (exec form tail -c 200m)", "oom"),
        ("PID 1 OOMs after 0.7 s (sh -c 'sleep .7; exec tail')", "oom"),
        // Fact G4: it looks like the one above.
        ("child OOMs after 0.7 s, sh exits 137", "oom"),
        ("child OOMs, sh sleeps 0.5, exits 0", "oom_child"),
    ]

    @Test(
        "a captured run that met its limit leads to its cause, with the oom event or with the inspect alone",
        arguments: runs
    )
    func limitedRun(_ expected: (name: String, cause: String)) throws {
        let runs = try #require(engineFixture("restart_and_oom").member(named: expected.name)?.elements)
        #expect(!runs.isEmpty)
        for run in runs {
            for isOOMSeen in [true, false] {
                var stage = ProjectionStage()
                var time = 0
                for event in run["events"]?.elements ?? [] {
                    time += 40
                    let words = try #require(event.string).split(separator: " ")
                    let code = words.count > 1 ? String(words[1]) : ""
                    if words[0] == "oom", !isOOMSeen { continue }
                    if words[0] == "die" {
                        stage.event("die", attributes: ["exitCode": code], at: time)
                        let raw = SampleJSON.inspect(
                            ProjectionSample.id(1),
                            status: "exited",
                            finished: ProjectionSample.time(time - 20),
                            exitCode: try #require(Int(code)),
                            isOOMKilled: run["OOMKilled"]?.boolean == true
                        )
                        stage.inspect(raw, at: time + 10)
                    } else {
                        stage.event(String(words[0]), at: time)
                    }
                }
                #expect(stage.causes.map(\.settled) == [expected.cause], "oom seen: \(isOOMSeen)")
            }
        }
    }

    @Test("fact G3: an OOMKilled that stays true through the next healthy run is not that run's")
    func staysTrue() throws {
        let states = try #require(
            engineFixture("restart_and_oom").member(named: "is OOMKilled reset on the next start?")
        )
        let id = ProjectionSample.id(1)
        var stage = ProjectionStage()
        func time(_ state: String, _ key: String) throws -> Timestamp {
            try #require(states.member(named: state)?.member(named: key)?.time)
        }
        func event(_ action: String, attributes: KeyValuePairs<String, String> = [:], _ time: Timestamp) {
            let raw = SampleJSON.event(action, id, attributes: attributes, at: time)
            stage.observe(.event(EngineEvent(container: id, raw: raw)), at: time)
        }
        func look(_ state: String, _ time: Timestamp) throws {
            let value = try #require(states.member(named: state))
            stage.observe(.container(ContainerRecord(container: id, raw: inspect(id, value))), at: time)
        }
        let lag: Int64 = 5_000_000
        event("start", try time("after oom", "StartedAt").advanced(byNanoseconds: lag))
        let died = try time("after oom", "FinishedAt").advanced(byNanoseconds: 7 * lag)
        event("die", attributes: ["exitCode": "1"], died)
        try look("after oom", died)
        let started = try time("running again, no oom", "StartedAt").advanced(byNanoseconds: lag)
        event("start", started)
        try look("running again, no oom", started)
        let killed = try time("killed", "FinishedAt")
        event("kill", attributes: ["signal": "9"], killed)
        event("die", attributes: ["exitCode": "137"], killed.advanced(byNanoseconds: 7 * lag))
        try look("killed", killed.advanced(byNanoseconds: 8 * lag))
        stage.tick(Timestamp(nanoseconds: .max))
        #expect(stage.causes.map(\.settled) == ["oom_child", "killed"])
    }

    /// The causes of the runs under restart policies in `restart_and_oom.json`.
    static let policies: [(name: String, causes: [String])] = [
        ("on-failure:3, exit 2 at once", Array(repeating: "crashed", count: 4)),
        ("on-failure:3, exit 0", ["completed"]),
        ("always, exit 1 at once, 60 s", Array(repeating: "crashed", count: 10)),
        ("always, lives 11 s then exit 1 (back-off reset)", Array(repeating: "crashed", count: 3)),
        ("always, stopped in the back-off", Array(repeating: "crashed", count: 4)),
        ("always: kill, restart, start, pause, exec in the back-off", Array(repeating: "crashed", count: 10)),
        ("always, docker kill while running (restarted or not?)", ["killed"]),
        ("unless-stopped, docker kill while running", ["killed"]),
        ("always, pid killed from the host", ["unknown"]),
        ("on-failure:2 OOM", ["oom", "oom", "oom"]),
    ]

    @Test(
        "a captured restart policy's runs lead to their causes, with the inspects polled in between",
        arguments: policies
    )
    func policy(_ expected: (name: String, causes: [String])) throws {
        let capture = try #require(engineFixture("restart_and_oom").member(named: expected.name))
        var stage = ProjectionStage()
        var steps: [(time: Double, value: JSONValue, isEvent: Bool)] = []
        for value in capture["events"]?.elements ?? [] { steps.append((value["t"]?.double ?? 0, value, true)) }
        for value in capture.member(named: "state evolution (polled)")?.elements ?? [] {
            steps.append((value["t"]?.double ?? 0, value, false))
        }
        // The capture's clock against the engine's: the first run's `start` is 5 ms behind its StartedAt.
        let begun = try #require(steps.first { $0.isEvent && $0.value["action"]?.string == "start" }?.time)
        let first = try #require(steps.first { !$0.isEvent }?.value["StartedAt"]?.time)
        let id = ProjectionSample.id(1)
        for step in steps.sorted(by: { $0.time < $1.time }) {
            let offset = Int64((step.time - begun) * 1000) * 1_000_000
            let time = first.advanced(byNanoseconds: offset + 5_000_000)
            guard step.isEvent else {
                stage.observe(.container(ContainerRecord(container: id, raw: inspect(id, step.value))), at: time)
                continue
            }
            let action = try #require(step.value["action"]?.string)
            // The capture leaves out the signal, which is that of `docker kill`.
            let code = step.value["exitCode"]?.string
            let attributes: KeyValuePairs<String, String> = code.map { ["exitCode": $0] } ?? ["signal": "9"]
            let raw = SampleJSON.event(action, id, attributes: attributes, at: time)
            stage.observe(.event(EngineEvent(container: id, raw: raw)), at: time)
        }
        stage.tick(Timestamp(nanoseconds: .max))
        #expect(stage.causes.map(\.settled) == expected.causes)
        #expect(stage.state.container(named: "rt-pol") == nil)
    }

    @Test("a captured graceful shutdown of the engine: the stops were seen, so they are stops")
    func gracefulShutdown() throws {
        let capture = try #require(
            engineFixture("daemon_restart").member(named: "SIGTERM (graceful), live-restore off")
        )
        let chunks = try #require(capture["events"]?.member(named: "last chunks")?.elements)
        var stage = ProjectionStage()
        let containers = ["rt2-plain": 1, "rt2-always": 2, "rt2-stubborn": 3]
        for (name, number) in containers.sorted(by: { $0.value < $1.value }) {
            stage.inspect(
                SampleJSON.inspect(ProjectionSample.id(number), name: name),
                ProjectionSample.id(number),
                at: 0
            )
        }
        for chunk in chunks {
            let time = Int((try #require(chunk.elements.first?.double)) * 1000) + 1000
            for event in chunk.elements.last?.elements ?? [] {
                let name = try #require(event["name"]?.string)
                let id = ProjectionSample.id(try #require(containers[name]))
                let action = try #require(event["Action"]?.string)
                if let code = event["exitCode"]?.string {
                    stage.event(action, id, name: name, attributes: ["exitCode": code], at: time)
                } else {
                    stage.event(action, id, name: name, attributes: ["signal": event["signal"]?.string ?? ""], at: time)
                }
            }
        }
        stage.observe(
            .engine(EngineConnection(state: .disconnected, message: "gone")),
            at: ProjectionSample.time(5_086)
        )
        stage.tick(ProjectionSample.time(60_000))
        #expect(stage.causes.map(\.settled) == ["stopped", "stopped", "stop_timeout"])
    }

    @Test("the captured events of an engine that stops the survivors of its own death when it starts")
    func startAfterKill() throws {
        let capture = try #require(engineFixture("daemon_restart").member(named: "SIGKILL, live-restore off"))
        let events = capture.member(named: "events history after the start (lost?)")
        let history = try #require(events?.elements)
        let containers = ["rt2-plain": 1, "rt2-always": 2, "rt2-stubborn": 3]
        var stage = ProjectionStage()
        for (name, number) in containers.sorted(by: { $0.value < $1.value }) {
            stage.inspect(
                SampleJSON.inspect(ProjectionSample.id(number), name: name),
                ProjectionSample.id(number),
                at: 0
            )
        }
        stage.observe(.engine(EngineConnection(state: .connected, message: "")), at: ProjectionSample.time(0))
        stage.observe(.engine(EngineConnection(state: .disconnected, message: "")), at: ProjectionSample.time(1_000))
        stage.observe(.engine(EngineConnection(state: .connected, message: "")), at: ProjectionSample.time(5_000))
        var killed: Set<String> = []
        for (index, words) in history.map({ $0.elements.compactMap(\.string) }).enumerated() {
            let id = ProjectionSample.id(try #require(containers[words[2]]))
            // The capture's summary leaves out signals and codes; these are those of the graceful shutdown.
            let signal = words[1] == "kill" && !killed.insert(words[2]).inserted ? "9" : "15"
            let code = words[2] == "rt2-stubborn" ? "137" : "0"
            let attributes: KeyValuePairs<String, String> = words[1] == "die" ? ["exitCode": code] : ["signal": signal]
            stage.event(words[1], id, name: words[2], attributes: attributes, at: 5_100 + 10 * index)
        }
        stage.tick(ProjectionSample.time(60_000))
        #expect(stage.causes.map(\.settled) == ["stopped", "stopped", "stop_timeout"])
    }

    /// The container of an event, as the live source tells it.
    private func containerID(of event: JSONValue) throws -> ContainerID? {
        guard event["Type"]?.string == "container" else { return nil }
        let hex = try #require(event["Actor"]?["ID"]?.string)
        return ContainerID(hex)
    }

    /// A whole inspect of what a capture holds of one.
    private func inspect(_ id: ContainerID, _ value: JSONValue) -> ArraySlice<UInt8> {
        SampleJSON.inspect(
            id,
            status: value["Status"]?.string ?? "",
            started: value["StartedAt"]?.time,
            finished: value["FinishedAt"]?.time,
            exitCode: value["ExitCode"]?.integer.map { Int($0) } ?? 0,
            isOOMKilled: value["OOMKilled"]?.boolean ?? false,
            restarts: value["RestartCount"]?.integer.map { Int($0) } ?? 0
        )
    }
}
