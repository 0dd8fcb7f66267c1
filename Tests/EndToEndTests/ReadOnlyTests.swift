// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// What a real engine says that it was asked.
    @Suite struct ReadOnly {
        @Test("Law 7: an engine that writes down every call is asked with GET and HEAD alone")
        func calls() async throws {
            try await withOwnEngine(starts: false) { scene in
                try await scene.engine.start("--debug")
                // Containers that do by themselves what there is to see, so that nobody else calls the engine.
                let loop = try await scene.shell("loop", ["--restart", "on-failure:2"], "sleep 1; echo try; exit 3")
                let oom = ["-m", "16m", "--memory-swap", "16m"]
                try await scene.shell("oom", oom, "sleep 2; echo full; exec tail /dev/zero")
                try await scene.shell("tty", ["-t"], "while :; do echo line; sleep 0.2; done")
                try await scene.shell("mute", ["--log-driver", "none"], "sleep 600")
                let before = try calls(scene.engine).count
                let observer = try await scene.observe()
                let log = try await observer.stream("?types=log,event,stats,verdict,gap")
                try await log.event("die", of: scene.name("oom"))
                var last = -1
                for _ in 1...2 { last = try await log.event("die", of: loop, after: last).sequence }
                try await log.wait(for: "stats") { $0.type == "stats" }
                for path in ["/", "/health", "/containers?all=true", "/stats", "/logs", "/metrics"] {
                    #expect(try await observer.get(path).status == 200, "\(path)")
                }
                observer.process.send(15)
                try await observer.process.wait()
                let calls = try calls(scene.engine).dropFirst(before)
                #expect(!calls.isEmpty)
                #expect(calls.filter { !["GET", "HEAD"].contains($0.method) }.map(\.text) == [])
                #expect(calls.contains { $0.text.contains("/events") })
                #expect(calls.contains { $0.text.contains("/logs") })
            }
        }

        @Test("Law 7: through a proxy that records every request only GET and HEAD pass, whatever happens")
        func requests() async throws {
            try await withScene { scene in
                let upstream = RecordingProxy.Upstream.unix(path: scene.engine.socket)
                try await withRecordingProxy(to: upstream) { proxy in
                    let host = "unix://\(proxy.socketPath)"
                    let observer = try await RunningObserver.live(host, scene.selection, in: scene.fixture)
                    let log = try await observer.stream("?types=log,event,stats,verdict,gap")
                    let name = try await scene.shell(
                        "a",
                        [],
                        "echo a; trap 'exit 0' TERM; while :; do sleep 0.05; done"
                    )
                    try await log.event("start", of: name)
                    for words in [["pause"], ["unpause"], ["restart"], ["kill"], ["start"], ["stop"], ["rm"]] {
                        try await scene.engine.docker(words + [name])
                    }
                    try await log.event("destroy", of: name)
                    let record = proxy.record
                    #expect(!record.requests.isEmpty)
                    #expect(record.unreadable == 0)
                    #expect(proxy.requestLines.filter { !$0.hasPrefix("GET ") && !$0.hasPrefix("HEAD ") } == [])
                }
            }
        }

        /// The calls that the daemon has noted, in their order.
        private func calls(_ engine: Engine) throws -> [(method: Substring, text: Substring)] {
            try engine.daemonLog().split(separator: "\n").compactMap { line in
                guard let mark = line.firstRange(of: "msg=\"Calling ") else { return nil }
                let text = line[mark.upperBound...]
                return (text.prefix { $0 != " " }, text)
            }
        }
    }
}
