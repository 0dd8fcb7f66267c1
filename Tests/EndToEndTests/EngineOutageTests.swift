// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The engine goes away and comes back (facts J1 to J8 and L2).
    @Suite(.timeLimit(.minutes(30))) struct EngineOutages {
        /// Numbered lines on both streams, some hundred a second, until the file says that it is enough.
        private static let talk = """
            i=0; while [ ! -e /signs/enough ]; do i=$((i+1)); echo out $i; echo err $i >&2; usleep 2000; done; echo over
            """

        @Test("Law 5: an engine that is killed and started again under load costs no line and repeats none")
        func killed() async throws {
            let (rounds, containers) = Stage.isDeep ? (20, 6) : (3, 3)
            try await withOwnEngine { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let signs = try scene.fixture.temporaryDirectory()
                let options = ["-v", "\(signs):/signs:ro"]
                for number in 1...containers { try await scene.shell("k\(number)", options, Self.talk) }
                for _ in 1...rounds {
                    try await log.waitForLines(log.lineCount + 200)
                    try await scene.engine.kill()
                    try await expectDegraded(observer)
                    try await scene.engine.start()
                    try await expectHealthy(observer)
                }
                try "".write(toFile: signs + "/enough", atomically: false, encoding: .utf8)
                for number in 1...containers { try await expectAllLines(of: scene.name("k\(number)"), log, scene) }
                expectOutagesTold(log)
            }
        }

        @Test("Law 5: an engine that is restarted in order costs no line and repeats none")
        func restarted() async throws {
            try await withOwnEngine { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let signs = try scene.fixture.temporaryDirectory()
                let name = try await scene.shell("r", ["-v", "\(signs):/signs:ro"], Self.talk)
                try await log.waitForLines(100)
                try await scene.engine.terminate()
                try await expectDegraded(observer)
                try await scene.engine.start()
                try await expectHealthy(observer)
                try await log.waitForLines(log.lineCount + 100)
                try "".write(toFile: signs + "/enough", atomically: false, encoding: .utf8)
                try await expectAllLines(of: name, log, scene)
                expectOutagesTold(log)
            }
        }

        /// Waits for the end of a container that talked, and compares what was delivered of it with the engine's log and its numbers.
        private func expectAllLines(of name: String, _ log: MessageLog, _ scene: Scene) async throws {
            try await log.event("die", of: name)
            let mine = log.lines.filter { $0.container == name }.map(\.line)
            expectExactlyOnce(mine, try await EngineLog.read(name, from: scene.engine))
            let texts = mine.filter { $0.stream == "stdout" }.map(\.text)
            #expect(texts.last == "over")
            // A daemon that is killed loses what it had read and not yet written, some lines at most: nobody can have
            // those. None comes twice or out of turn.
            let numbers = texts.dropLast().compactMap { Int($0.dropFirst(4)) }
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            #expect((numbers.last ?? 0) - numbers.count < 100)
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

        /// Every time without the engine lies within a gap (law 4).
        private func expectOutagesTold(_ log: MessageLog) {
            let told = log.messages.filter { ["engine", "gap"].contains($0.type) }
            let text = Comment(rawValue: told.map(\.raw).joined(separator: "\n"))
            let states = told.filter { $0.type == "engine" }
            let gaps = told.filter { $0.json["scope"].string == "engine" }
            let outages = zip(states, states.dropFirst()).filter { $0.0.json["state"].string == "disconnected" }
            #expect(!outages.isEmpty, text)
            #expect(states.last?.json["state"].string == "connected", text)
            #expect(gaps.allSatisfy { !$0.text.isEmpty })
            for (gone, back) in outages {
                let (from, to) = (gone.json["timestamp"].string ?? "", back.json["timestamp"].string ?? "")
                // All times have one length, so that their texts compare as they do.
                let isTold = gaps.contains {
                    ($0.json["from"].string ?? "~") <= from && ($0.json["to"].string ?? "") >= to
                }
                #expect(isTold, text)
            }
        }
    }
}
