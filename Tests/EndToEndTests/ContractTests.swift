// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// The contract of the API that existing clients rely on, on real data.
    @Suite struct Contract {
        private static let idle = "trap 'exit 0' TERM; while :; do sleep 0.05; done"

        @Test("the root, the list and the stats have the contract's fields in its order")
        func shapes() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let name = try await scene.shell("web", ["-m", "64m"], Self.idle)
                let list = try await eventually("the container in the list") {
                    let reply = try await observer.get("/containers")
                    return try reply.json()["count"].int == 1 ? reply : nil
                }
                expectKeys(
                    list.text,
                    [
                        "containers", "id", "name", "status", "image", "health", "restart_count", "started_at",
                        "exit_code", "finished_at", "logs", "labels",
                    ]
                )
                let entry = try list.json()["containers"][0]
                #expect(entry["id"].string?.count == 12)
                #expect(entry["name"].string == name)
                #expect(entry["status"].string == "running")
                #expect(entry["image"].string == "busybox:local")
                #expect(entry["labels"]["e2e"].string == scene.token)
                let root = try await observer.get("/")
                expectKeys(
                    root.text,
                    [
                        "service", "status", "timestamp", "monitored_containers", "active_ws_connections", "version",
                        "mode", "run", "seq", "engine",
                    ]
                )
                #expect(try root.json()["service"].string == "sentinell-observer")
                #expect(try root.json()["mode"].string == "live")
                let stats = try await statistics(observer)
                expectKeys(
                    stats.text,
                    [
                        "stats", "container", "timestamp", "cpu_percent", "memory_usage_mb", "memory_limit_mb",
                        "memory_percent", "memory_usage_bytes", "memory_limit_bytes", "network_rx_bytes",
                        "network_tx_bytes", "block_read_bytes", "block_write_bytes", "pids",
                    ]
                )
            }
        }

        @Test("the figures are those of docker stats")
        func figures() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                // A busy loop: about one core, or what the machine has left.
                let name = try await scene.shell("burner", ["-m", "64m"], "while :; do :; done")
                let format = "{{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.PIDs}}"
                _ = try await statistics(observer)
                let words = try await scene.engine.docker("stats", "--no-stream", "--format", format, name)
                    .split(separator: " ").map { String($0) }
                let entry = try await statistics(observer).json()["stats"][0]
                #expect(entry["memory_limit_mb"].double == 64)
                #expect(entry["memory_limit_bytes"].int == 64 << 20)
                #expect(entry["pids"].int == Int(words.last ?? ""))
                let memory = try #require(mebibytes(words[1]))
                let mine = try #require(entry["memory_usage_mb"].double)
                #expect(abs(memory - mine) < 0.5, "docker stats says \(words), we say \(mine)")
                let processor = try #require(Double(words[0].dropLast()))
                let ours = try #require(entry["cpu_percent"].double)
                #expect(abs(processor - ours) < 40, "docker stats says \(processor) %, we say \(ours)")
                #expect(ours > 5)
            }
        }

        @Test("a stream begins with connected, is never silent, and names what it does not know")
        func streams() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let name = try await scene.shell("web", [], "echo one; echo two; " + Self.idle)
                let log = try await observer.stream()
                let connected = try await log.wait(for: "connected") { $0.type == "connected" }
                #expect(log.messages[0].type == "connected")
                #expect(connected.text == "Connected to Sentinell Observer")
                try await log.wait(for: "a heartbeat", within: .seconds(10)) { $0.type == "heartbeat" }
                let own = try await observer.stream("/\(name)?tail=1")
                let first = try await own.wait(for: "connected") { $0.type == "connected" }
                #expect(first.container == name)
                #expect(first.text == "Connected to \(name) logs")
                let line = try await own.wait(for: "the last line") { $0.type == "log" }
                #expect(line.text == "two")
                let unknown = try await observer.stream("/nobody-\(scene.token)")
                let error = try await unknown.wait(for: "the error") { $0.type == "error" }
                #expect(error.text == "Container nobody-\(scene.token) not found or not monitored")
                let ending = try await unknown.probe.ended()
                if case .closed(let code, _) = ending { #expect(code == 4404) } else { Issue.record("\(ending)") }
            }
        }

        @Test("a stream is resumed behind the last message, nothing twice and nothing missing")
        func resumption() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let name = try await scene.shell(
                    "n",
                    [],
                    "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo $i; usleep 5000; done"
                )
                let first = try await observer.stream("?types=log")
                let connected = try await first.wait(for: "connected") { $0.type == "connected" }
                let run = try #require(connected.json["run"].string)
                try await first.waitForLines(100)
                let last = try #require(first.lines.last?.sequence)
                first.probe.abort()
                let second = try await observer.stream("?types=log&after=\(last)&run=\(run)")
                try await second.wait(for: "the last line") { $0.text == "300" }
                let texts = (first.lines.filter { $0.sequence <= last } + second.lines).map(\.text)
                #expect(texts == (1...300).map { "\($0)" })
                let page = try await observer.json(
                    "/logs?types=log&after=\(last)&run=\(run)&limit=50&container=\(name)"
                )
                #expect(page["messages"].elements.map { $0["seq"].int } == second.lines.prefix(50).map(\.sequence))
                #expect(page["run"].string == run)
            }
        }

        @Test("an anomaly is broadcast to every client with a number of its own")
        func anomalies() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let streams = [try await observer.stream(), try await observer.stream()]
                let body = Array(#"{"type":"x","score":0.9,"service":"web"}"#.utf8)
                let headers = [("Content-Type", "application/json")]
                let reply = try await HTTPProbe.request(
                    "POST",
                    observer.url + "/events/anomaly",
                    headers: headers,
                    body: body
                )
                #expect(try reply.json()["status"].string == "received")
                let number = try reply.json()["anomaly"]["seq"].int
                for stream in streams {
                    let anomaly = try await stream.wait(for: "the anomaly") { $0.type == "anomaly" }
                    #expect(anomaly.sequence == number)
                    #expect(anomaly.json["score"].double == 0.9)
                }
            }
        }

        @Test("the machine-readable descriptions are there", arguments: ["/openapi.json", "/metrics"])
        func descriptions(_ path: String) async throws {
            try await withScene { scene in
                let reply = try await scene.observe().get(path)
                #expect(reply.status == 200)
                if path == "/openapi.json" { #expect(try reply.json()["openapi"].string?.hasPrefix("3.1") == true) }
            }
        }

        private func statistics(_ observer: RunningObserver) async throws -> HTTPReply {
            try await eventually("a sample with figures") {
                let reply = try await observer.get("/stats")
                let entry = try reply.json()["stats"][0]
                return (entry["memory_usage_bytes"].int ?? 0) > 0 && entry["cpu_percent"].double != nil ? reply : nil
            }
        }

        /// `12.5MiB` or `800KiB` as docker prints it.
        private func mebibytes(_ text: String) -> Double? {
            let factors = [("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1.0 / 1024), ("B", 1.0 / 1_048_576)]
            guard let (unit, factor) = factors.first(where: { text.hasSuffix($0.0) }) else { return nil }
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }

        /// Expects the names in a text in this order.
        private func expectKeys(_ text: String, _ keys: [String], sourceLocation: SourceLocation = #_sourceLocation) {
            var rest = text[...]
            for key in keys {
                guard let found = rest.firstRange(of: "\"\(key)\":") else {
                    Issue.record("\(key) is missing or in another place in \(text)", sourceLocation: sourceLocation)
                    return
                }
                rest = rest[found.upperBound...]
            }
        }
    }
}
