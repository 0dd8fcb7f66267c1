// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The command line as a person or a script meets it.
    @Suite struct CommandLine {
        @Test("help teaches: commands, options and their environment variables", arguments: ["live", "tail", "health"])
        func help(_ command: String) async throws {
            let result = try await RunningObserver.finish(command, "--help")
            #expect(result.ending == .exited(0))
            #expect(result.outputText.contains("USAGE"))
            if command == "live" {
                for option in [
                    "--host", "--port", "--token-file", "--ready-file", "--docker-host", "--container", "--label",
                ] {
                    #expect(result.outputText.contains(option), "\(option)")
                }
                #expect(result.outputText.contains("OBSERVER_PORT"))
            }
        }

        @Test(
            "a wrong option is refused with a sentence and exit code 2",
            arguments: [
                ["live", "--port", "banana"], ["live", "--port", "70000"], ["live", "--nonsense"], ["nonsense"],
                ["live", "--label"], ["live", "--docker-host", "ssh://somebody@example.org"],
                ["live", "--docker-host", "carrier-pigeon://x"], ["live", "--container", "web-["],
                ["live", "--exclude", ""], ["tail", "--tail", "2001"], ["live", "--token-file", "/nonexistent/token"],
                ["tail", "not a url"], ["health", "ftp://x"],
            ]
        )
        func wrongOptions(_ arguments: [String]) async throws {
            try await withFixture { fixture in
                let process = try RunningObserver.launch(arguments, in: fixture)
                #expect(try await process.wait(within: .seconds(20)) == .exited(2))
                #expect(process.errorText.contains(" "))
                #expect(process.outputText.isEmpty, "stdout is for data")
            }
        }

        @Test("the ready file is one whole JSON line with the addresses")
        func readyFile() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                #expect(observer.readyText.hasSuffix("}\n"))
                #expect(observer.readyText.filter { $0 == "\n" }.count == 1)
                #expect(observer.url.hasPrefix("http://127.0.0.1:"))
                #expect(!observer.url.hasSuffix(":0"))
                #expect(observer.streamURL == observer.url.replacingOccurrences(of: "http:", with: "ws:") + "/ws/logs")
                #expect(try await observer.get("/health").status == 200)
            }
        }

        @Test("options may come from the environment")
        func environment() async throws {
            try await withScene { scene in
                let readyPath = try scene.fixture.temporaryDirectory() + "/ready"
                let environment = [
                    "DOCKER_HOST": scene.engine.host, "OBSERVER_PORT": "0", "OBSERVER_READY_FILE": readyPath,
                    "OBSERVER_LABEL": "e2e=\(scene.token)",
                ]
                let process = try RunningObserver.launch(["live"], environment: environment, in: scene.fixture)
                let text = try await eventually("the ready file") {
                    if let ending = process.poll() {
                        throw Stage.Missing(description: "\(ending): \(process.errorText)")
                    }
                    return try? String(contentsOfFile: readyPath, encoding: .utf8)
                }
                let url = try #require(try JSON(text)["url"].string)
                #expect(try await HTTPProbe.request("GET", url + "/health").status == 200)
            }
        }

        @Test("a port that is taken is an error with a sentence")
        func takenPort() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let port = try #require(observer.url.split(separator: ":").last)
                let arguments = ["live", "--docker-host", scene.engine.host, "--port", String(port)]
                let second = try RunningObserver.launch(arguments, in: scene.fixture)
                let ending = try await second.wait(within: .seconds(20))
                #expect(ending != .exited(0))
                #expect(second.errorText.contains(port))
            }
        }

        @Test("SIGTERM ends it within five seconds, streams with 1001", arguments: [SIGTERM, SIGINT])
        func termination(_ signal: Int32) async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                try await scene.shell("busy", [], "while :; do echo line; usleep 1000; done")
                let everything = try await observer.stream()
                let one = try await WebSocketProbe.connect("\(observer.streamURL)/\(scene.name("busy"))")
                try await everything.wait(for: "lines") { $0.type == "log" }
                let clock = ContinuousClock()
                let start = clock.now
                observer.process.send(signal)
                #expect(try await everything.probe.ended() == .closed(code: 1001, reason: reason(everything.probe)))
                let ending = try await one.ended()
                if case .closed(let code, _) = ending { #expect(code == 1001) } else { Issue.record("\(ending)") }
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                #expect(clock.now - start < .seconds(6))
            }
        }

        private func reason(_ probe: WebSocketProbe) -> String {
            if case .closed(_, let reason) = probe.ending { reason } else { "" }
        }

        @Test("a client that never reads does not hold up the end")
        func frozenTermination() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let probe = try await WebSocketProbe.connect(observer.streamURL)
                try await probe.freeze()
                try await scene.shell(
                    "flood",
                    [],
                    "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | head -n 200000"
                )
                let log = try await observer.stream("?types=event&tail=0")
                try await log.event("die", of: scene.name("flood"))
                observer.process.send(SIGTERM)
                #expect(try await observer.process.wait(within: .seconds(8)) == .exited(0))
                probe.abort()
            }
        }

        @Test("observer health exits 0 when it is healthy and 4 when nobody answers")
        func health() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let healthy = try await eventually("a healthy observer") {
                    let result = try await RunningObserver.finish("health", observer.url)
                    return result.isSuccess ? result : nil
                }
                #expect(healthy.ending == .exited(0))
                observer.process.send(SIGTERM)
                try await observer.process.wait()
                let unreachable = try await RunningObserver.finish("health", observer.url)
                #expect(unreachable.ending == .exited(4))
                #expect(unreachable.errorText.contains(" "))
            }
        }

        @Test("observer tail shows lines, control characters shown and not sent")
        func tail() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let tail = try RunningObserver.launch(["tail", observer.url], in: scene.fixture)
                try await scene.shell("painter", [], #"printf '\033[31mred\033[0m\007\n'; echo plain; sleep 60"#)
                let text = try await eventually("the plain line on stdout") {
                    tail.outputText.contains("plain") ? tail.outputText : nil
                }
                #expect(text.contains("red"))
                #expect(text.contains(scene.name("painter")))
                // Piped, nothing is in colour, so that no control character but the newline comes out at all.
                #expect(text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
                tail.send(SIGINT)
                let ending = try await tail.wait(within: .seconds(10))
                #expect(ending == .exited(0) || ending == .signalled(SIGINT) || ending == .exited(130))
            }
        }

        @Test("observer tail of nobody exits 4")
        func tailOfNobody() async throws {
            let result = try await RunningObserver.finish("tail", "http://127.0.0.1:1")
            #expect(result.ending == .exited(4))
        }
    }
}
