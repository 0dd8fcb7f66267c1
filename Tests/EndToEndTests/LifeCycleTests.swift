// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// Each way in which containers live and die, as the API tells it.
    @Suite struct LifeCycle {
        /// A program that ends at once when it is asked to.
        private static let obedient = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
        /// A program that has to be killed.
        private static let deaf = "trap '' TERM; while :; do sleep 0.05; done"

        @Test("a container that ends by itself has a die of cause completed or crashed", arguments: [0, 1, 3])
        func exits(_ code: Int) async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let name = try await scene.shell("exit", [], "echo last words; exit \(code)")
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == code)
                try await log.expectCause(code == 0 ? "completed" : "crashed", of: die)
                #expect(log.eventTypes(of: name) == ["create", "start", "die"])
                // The last words before a `die` come before it (law 5).
                let line = try #require(log.lines.first { $0.container == name })
                #expect(line.text == "last words")
                #expect(line.sequence < die.sequence)
                let list = try await observer.json("/containers?all=true")["containers"]
                #expect(list[0]["status"].string == "exited")
                #expect(list[0]["exit_code"].int == code)
                #expect(try await observer.json("/containers")["count"].int == 0)
            }
        }

        @Test("docker kill makes a kill with its signal and a die of cause killed")
        func kill() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("kill", [], Self.obedient)
                try await log.event("start", of: name)
                try await scene.engine.docker("kill", name)
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == 137)
                try await log.expectCause("killed", of: die)
                #expect(try await log.event("kill", of: name).json["signal"].int == 9)
                #expect(log.eventTypes(of: name) == ["create", "start", "kill", "die"])
            }
        }

        @Test("docker stop of a program that obeys has the cause stopped")
        func stop() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("stop", [], Self.obedient)
                try await log.event("start", of: name)
                try await scene.engine.docker("stop", name)
                let die = try await log.event("die", of: name)
                try await log.event("stop", of: name)
                try await log.expectCause("stopped", of: die)
                #expect(try await log.event("kill", of: name).json["signal"].int == 15)
                #expect(die.json["exit_code"].int == 0)
            }
        }

        @Test("docker stop of a program that does not obey has the cause stop_timeout, not oom")
        func stopTimeout() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("deaf", [], Self.deaf)
                try await log.event("start", of: name)
                try await scene.engine.docker("stop", "-t", "1", name)
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == 137)
                try await log.event("stop", of: name)
                try await log.expectCause("stop_timeout", of: die)
                let signals = log.messages.filter { $0.eventType == "kill" }.compactMap { $0.json["signal"].int }
                #expect(signals == [15, 9])
            }
        }

        @Test("docker restart has the cause restarted, and the second run's lines follow its start")
        func restart() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("again", [], "echo run; " + Self.obedient)
                let first = try await log.event("start", of: name)
                try await scene.engine.docker("restart", name)
                let die = try await log.event("die", of: name)
                let second = try await log.event("start", of: name, after: first.sequence)
                try await log.event("restart", of: name)
                try await log.expectCause("restarted", of: die)
                try await log.wait(for: "the second run's line") { $0.type == "log" && $0.sequence > second.sequence }
                let lines = log.lines.map(\.sequence)
                #expect(lines.count == 2)
                #expect(lines[0] > first.sequence && lines[0] < die.sequence)
            }
        }

        @Test("pause, unpause, rename and update are events, and a rename keeps the old name")
        func changes() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let name = try await scene.shell("old", ["-m", "64m"], Self.obedient)
                let renamed = scene.name("new")
                try await log.event("start", of: name)
                try await scene.engine.docker("pause", name)
                try await log.event("pause", of: name)
                #expect(try await observer.json("/containers")["containers"][0]["status"].string == "paused")
                try await scene.engine.docker("unpause", name)
                try await log.event("unpause", of: name)
                try await scene.engine.docker("rename", name, renamed)
                let rename = try await log.event("rename", of: renamed)
                #expect(rename.json["old_name"].string == name)
                try await scene.engine.docker("update", "--memory", "128m", "--memory-swap", "256m", renamed)
                try await log.event("update", of: renamed)
                #expect(try await observer.json("/containers")["containers"][0]["name"].string == renamed)
            }
        }

        @Test("rm -f of a running container ends in a die and a destroy, and history keeps it")
        func remove() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let name = try await scene.shell("gone", [], "echo here; " + Self.obedient)
                try await log.wait(for: "its line") { $0.type == "log" && $0.container == name }
                try await scene.engine.docker("rm", "-f", name)
                let die = try await log.event("die", of: name)
                let destroy = try await log.event("destroy", of: name)
                #expect(die.sequence < destroy.sequence)
                try await log.expectCause("killed", of: die)
                let all = try await observer.json("/containers?all=true")["containers"]
                #expect(all.elements.contains { $0["name"].string == name })
                let history = try await observer.json("/logs?container=\(name)&types=log")
                #expect(history["messages"].elements.contains { $0["message"].string == "here" })
            }
        }

        @Test("a health check is told when it changes")
        func health() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let options = ["--health-cmd", "test -e /tmp/well", "--health-interval", "1s", "--health-retries", "1"]
                let name = try await scene.shell("patient", options, Self.obedient)
                let ill = try await log.event("health_status", of: name)
                #expect(ill.json["health"].string == "unhealthy")
                try await scene.engine.docker("exec", name, "touch", "/tmp/well")
                let well = try await log.event("health_status", of: name, after: ill.sequence)
                #expect(well.json["health"].string == "healthy")
                _ = try await eventually("the list to say healthy") {
                    try await observer.json("/containers")["containers"][0]["health"].string == "healthy" ? true : nil
                }
                // The probes' own events are no events of the API.
                #expect(log.messages.allSatisfy { !$0.eventType.hasPrefix("exec") })
            }
        }

        @Test("containers that ran before the observer are there at once, with the lines of before")
        func before() async throws {
            try await withScene { scene in
                let name = try await scene.shell("early", [], "echo one; echo two; " + Self.obedient)
                let log = try await scene.observe().stream("?tail=10")
                try await log.wait(for: "the second line") { $0.type == "log" && $0.text == "two" }
                #expect(log.lines.map(\.text) == ["one", "two"])
                #expect(log.lines.allSatisfy { $0.container == name })
            }
        }
    }
}
