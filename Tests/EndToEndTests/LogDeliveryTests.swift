// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// What containers say, against what the engine hands out afterwards.
    @Suite struct LogDelivery {
        /// Runs a container to its end and compares.
        private func deliver(_ options: [String], _ script: String, isTerminal: Bool = false) async throws
            -> [MessageLog.Message]
        {
            var lines: [MessageLog.Message] = []
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let name = try await scene.shell("talker", options, script)
                try await scene.ended(name)
                try await log.event("die", of: name)
                let engines = try await EngineLog.read(name, from: scene.engine, isTerminal: isTerminal)
                // Lines that come later than a second after the end follow the `die`.
                try? await log.waitForLines(engines.lines.count, within: .seconds(5))
                expectExactlyOnce(log.lines.map(\.line), engines)
                lines = log.lines
            }
            return lines
        }

        @Test("Law 5: both streams of several containers are delivered exactly once and in order", arguments: [1, 3])
        func numbered(_ containers: Int) async throws {
            try await withScene { scene in
                let log = try await scene.observe().stream()
                let script = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done"
                for number in 1...containers { try await scene.shell("n\(number)", [], script) }
                for number in 1...containers {
                    let name = scene.name("n\(number)")
                    try await log.event("die", of: name)
                    let lines = log.lines.filter { $0.container == name }
                    #expect(lines.count == 800)
                    expectExactlyOnce(lines.map(\.line), try await EngineLog.read(name, from: scene.engine))
                }
            }
        }

        @Test("Law 5: a terminal's lines are delivered exactly once", arguments: ["json-file", "local"])
        func terminal(_ driver: String) async throws {
            let script = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done"
            let lines = try await deliver(["-t", "--log-driver", driver], script, isTerminal: true)
            #expect(lines.map(\.text) == (1...200).map { "line \($0)" })
            #expect(lines.allSatisfy { $0.json["stream"].string == "stdout" })
        }

        @Test("a line of 100 KiB is joined from its parts", arguments: ["json-file", "local"])
        func longLine(_ driver: String) async throws {
            let script = "echo before; head -c 102400 /dev/zero | tr '\\0' x; echo; echo after"
            let lines = try await deliver(["--log-driver", driver], script)
            #expect(lines.map(\.text.utf8.count) == [6, 102_400, 5])
            // The driver `local` of engine 20.10 loses the newline behind a line of several parts.
            let partials = lines.map { $0.json["partial"].bool ?? false }
            #expect(partials == [false, driver == "local" ? partials[1] : false, false])
        }

        @Test(
            "line endings, broken UTF-8, control characters and an unterminated end survive",
            arguments: ["json-file", "local"]
        )
        func oddBytes(_ driver: String) async throws {
            // A follower often misses an unterminated end (fact H14).
            let script = #"printf 'crlf\r\n\377\376 bad\n\033[31mred\033[0m\ttab\n\n"quoted\\ü\n'; printf 'no end'"#
            let lines = try await deliver(["--log-driver", driver], script)
            let bad = "\u{FFFD}\u{FFFD} bad"
            #expect(
                lines.map(\.text) == ["crlf", bad, "\u{1B}[31mred\u{1B}[0m\ttab", "", "\"quoted\\ü", "no end"]
            )
        }

        @Test("a container whose log cannot be read is listed with the reason")
        func unreadable() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let log = try await observer.stream()
                let options = ["--log-driver", "none"]
                let name = try await scene.shell(
                    "mute",
                    options,
                    "echo unheard; trap 'exit 0' TERM; while :; do sleep 0.1; done"
                )
                try await log.event("start", of: name)
                let reason = try await eventually("the reason in the list") {
                    let entry = try await observer.json("/containers")["containers"][0]
                    let reason = entry["logs"].string ?? ""
                    return entry["name"].string == name && reason != "reading" && !reason.isEmpty ? reason : nil
                }
                #expect(reason.contains("driver") || reason.contains("log"))
                try await log.wait(for: "a gap that tells it") {
                    $0.type == "gap" && $0.json["reason"].string == "driver_unreadable" && $0.container == name
                }
            }
        }

        @Test("levels come from the line's own structure")
        func levels() async throws {
            let script = #"""
                echo '{"level":"error","msg":"a"}'; echo 'level=warn msg=b'; echo '0 errors found'; echo '[CRITICAL] c'; echo d >&2
                """#
            let lines = try await deliver([], script)
            let levels = Dictionary(lines.map { ($0.text, $0.json["level"].string ?? "") }) { first, _ in first }
            #expect(levels[#"{"level":"error","msg":"a"}"#] == "ERROR")
            #expect(levels["level=warn msg=b"] == "WARNING")
            #expect(levels["0 errors found"] == "INFO")
            #expect(levels["[CRITICAL] c"] == "CRITICAL")
            #expect(levels["d"] == "INFO")
            let fields = lines.first { $0.text.hasPrefix("{") }?.json["fields"]
            #expect(fields?["msg"].string == "a")
        }
    }
}
