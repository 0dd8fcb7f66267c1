// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// Memory limits and restart policies.
    @Suite struct DeathCauses {
        @Test("a container that the kernel kills for its memory dies of the cause oom")
        func outOfMemory() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                // It lives a moment first: an end within milliseconds of the start has no oom event (fact G1).
                let script = "sleep 1; exec tail /dev/zero"
                let name = try await scene.shell("oom", ["-m", "16m", "--memory-swap", "16m"], script)
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == 137)
                try await log.expectCause("oom", of: die)
                try await log.event("oom", of: name)
            }
        }

        @Test("a container that loses a child to the kernel and ends otherwise dies of the cause oom_child")
        func childOutOfMemory() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let script = "sleep 1; tail /dev/zero; sleep 1; exit 5"
                let name = try await scene.shell("child", ["-m", "16m", "--memory-swap", "16m"], script)
                let oom = try await log.event("oom", of: name)
                let die = try await log.event("die", of: name)
                #expect(oom.sequence < die.sequence)
                #expect(die.json["exit_code"].int == 5)
                try await log.expectCause("oom_child", of: die)
            }
        }

        @Test("a program that says 137 by itself was not killed for its memory")
        func says137() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("liar", [], "exit 137")
                let die = try await log.event("die", of: name)
                #expect(die.json["exit_code"].int == 137)
                try await log.expectCause("unknown", of: die)
            }
        }

        @Test("a crash loop under on-failure:3 is four crashes without a restart event")
        func onFailure() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let name = try await scene.shell("loop", ["--restart", "on-failure:3"], "echo try; exit 3")
                var last = -1
                for _ in 1...4 {
                    let die = try await log.event("die", of: name, after: last)
                    try await log.expectCause("crashed", of: die)
                    last = die.sequence
                }
                let types = log.eventTypes(of: name)
                #expect(types.filter { $0 == "start" }.count == 4)
                #expect(!types.contains("restart"))
                #expect(log.lines.count == 4)
                let entry = try await eventually("the restart count of 3") {
                    let entry = try await observer.json("/containers?all=true")["containers"][0]
                    return entry["restart_count"].int == 3 ? entry : nil
                }
                #expect(entry["status"].string == "exited")
                expectExactlyOnce(log.lines.map(\.line), try await EngineLog.read(name, from: scene.engine))
            }
        }

        @Test("a container that is always restarted is stopped in its back-off")
        func always() async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("always", ["--restart", "always"], "echo again; exit 1")
                var last = -1
                for _ in 1...4 { last = try await log.event("die", of: name, after: last).sequence }
                try await scene.engine.docker("stop", name)
                try await log.event("stop", of: name)
                let dies = log.messages.filter { $0.eventType == "die" && $0.container == name }
                #expect(dies.prefix(4).allSatisfy { $0.cause == "crashed" })
            }
        }
    }
}
