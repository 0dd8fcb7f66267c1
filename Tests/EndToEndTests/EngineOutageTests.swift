// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// The engine goes away and comes back (facts J1 to J8 and L2).
    @Suite(.timeLimit(.minutes(30))) struct EngineOutages {
        /// Numbered lines on both streams for a while, some hundred a second.
        private static func talk(_ lines: Int) -> String {
            "i=0; while [ $i -lt \(lines) ]; do i=$((i+1)); echo out $i; echo err $i >&2; usleep 2000; done; echo over"
        }

        @Test("Law 5: an engine that is killed and started again under load costs no line and repeats none")
        func killed() async throws {
            let (rounds, containers, lines) = Stage.isDeep ? (10, 6, 12_000) : (3, 3, 3_000)
            try await withOwnEngine { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                for number in 1...containers { try await scene.shell("k\(number)", [], Self.talk(lines)) }
                for round in 1...rounds {
                    let count = log.lines.count
                    try await log.wait(for: "lines in round \(round)") { _ in log.lines.count > count + 200 }
                    try await scene.engine.kill()
                    try await expectDegraded(observer)
                    try await scene.engine.start()
                    try await expectHealthy(observer)
                }
                for number in 1...containers {
                    let name = scene.name("k\(number)")
                    try await log.wait(for: "the end of \(name)", within: .seconds(180)) {
                        $0.eventType == "die" && $0.container == name
                    }
                    let mine = log.lines.filter { $0.container == name }.map(\.line)
                    expectExactlyOnce(mine, try await EngineLog.read(name, from: scene.engine))
                    #expect(mine.contains { $0.text == "over" })
                }
                expectOutagesTold(log, times: rounds)
            }
        }

        @Test("Law 5: an engine that is restarted in order costs no line and repeats none")
        func restarted() async throws {
            try await withOwnEngine { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let name = try await scene.shell("r", [], Self.talk(1_500))
                try await log.wait(for: "lines") { _ in log.lines.count > 100 }
                try await scene.engine.terminate()
                try await expectDegraded(observer)
                try await scene.engine.start()
                try await expectHealthy(observer)
                try await log.event("die", of: name)
                expectExactlyOnce(log.lines.map(\.line), try await EngineLog.read(name, from: scene.engine))
                expectOutagesTold(log, times: 1)
            }
        }

        @Test("Law 4: what happened while the engine was away is made up for and said to be so")
        func missedEvents() async throws {
            try await withOwnEngine { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                // It ends while the engine is away; its `die` is never sent (engine.md).
                let name = try await scene.shell("short", [], "echo here; sleep 4; exit 7")
                try await log.wait(for: "its line") { $0.type == "log" && $0.container == name }
                try await scene.engine.kill()
                try await expectDegraded(observer)
                _ = try await eventually("the container's end", within: .seconds(15), every: .milliseconds(200)) {
                    try await Self.isAlive(name, scene.engine) ? nil : true
                }
                try await scene.engine.start()
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == 7)
                let gap = try await log.wait(for: "a gap of the engine") {
                    $0.type == "gap" && $0.json["scope"].string == "engine"
                }
                #expect(!gap.text.isEmpty)
            }
        }

        @Test("an observer that starts before the engine waits for it")
        func early() async throws {
            try await withOwnEngine(starts: false) { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                try await expectDegraded(observer)
                let health = try await RunningObserver.finish("health", observer.url)
                #expect(health.ending == .exited(4) || health.ending == .exited(1), "\(health.errorText)")
                try await scene.engine.start()
                try await expectHealthy(observer)
                try await log.wait(for: "the message of the connection") {
                    $0.type == "engine" && $0.json["state"].string == "connected"
                }
                let name = try await scene.shell("first", [], "echo hello")
                try await log.event("die", of: name)
                #expect(log.lines.map(\.text) == ["hello"])
            }
        }

        /// Whether any process of the scene's container runs, asked of the kernel while there is no engine.
        private static func isAlive(_ name: String, _ engine: Engine) async throws -> Bool {
            let files = try await run(
                "sh",
                ["-c", "cat \(engine.folder)/state/io.containerd.runtime.v2.task/moby/*/init.pid"]
            )
            let pids = files.outputText.split { !$0.isNumber }
            for pid in pids {
                let state = try await run("sh", ["-c", "sed 's/.*) //; s/ .*//' /proc/\(pid)/stat"])
                let letter = state.outputText.first
                if letter != nil, letter != "Z", letter != "X" { return true }
            }
            return false
        }

        private func expectDegraded(_ observer: RunningObserver) async throws {
            let health = try await eventually("degraded health") {
                let reply = try await observer.get("/health")
                #expect(reply.status == 200)
                let json = try reply.json()
                return json["status"].string == "degraded" ? json : nil
            }
            #expect(!health["reasons"].elements.isEmpty)
        }

        private func expectHealthy(_ observer: RunningObserver) async throws {
            _ = try await eventually("healthy again", within: .seconds(60)) {
                try await observer.json("/health")["status"].string == "healthy" ? true : nil
            }
        }

        private func expectOutagesTold(_ log: MessageLog, times: Int) {
            let states = log.messages.filter { $0.type == "engine" }.compactMap { $0.json["state"].string }
            #expect(states.filter { $0 == "disconnected" }.count >= times, "\(states)")
            #expect(states.last == "connected")
            let gaps = log.messages.filter { $0.type == "gap" && $0.json["scope"].string == "engine" }
            #expect(gaps.count >= times)
            #expect(gaps.allSatisfy { !$0.text.isEmpty })
        }
    }
}
