// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Memory: what is the observer's own while it observes 100 idle containers with stats every second.
///
/// The budget allows 24 MB.
enum MemoryBenchmark {
    static func run(_ scale: Scale) async throws -> [Row] {
        let stand = try Stand()
        let count = scale.count(100, smoke: 3)
        return try await withFixture { fixture in
            var containers: [String] = []
            for _ in 0..<count {
                let id = try await stand.docker("run", "-d", "--network", "none", "busybox:local", "sleep", "600")
                containers.append(id.filter { $0 != "\n" })
            }
            let observer = try await stand.observe([], in: fixture)
            let client = try await WebSocketProbe.connect(
                "ws://\(observer.authority)/ws/logs?types=stats",
                mode: .count
            )
            // Each container's stats a few times over: buffers have their size by then.
            let samples = scale.count(20, smoke: 2) * count
            _ = try await eventually("\(samples) messages", within: .seconds(300), every: .milliseconds(100)) {
                client.tally.messages >= samples ? true : nil
            }
            let status = try ProcFile.read("/proc/\(observer.process.pid)/status")
            let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
            guard let kibibytes = line.split(separator: " ").compactMap({ Double($0) }).first else {
                throw Unmeasured("no RssAnon in /proc/\(observer.process.pid)/status")
            }
            client.abort()
            for container in containers { try await stand.docker("rm", "-f", container) }
            let megabytes = kibibytes * 1024 / 1e6
            return [
                Row(
                    name: "anonymous memory with \(count) idle containers",
                    figure: "\(megabytes.rounded(to: 1)) MB",
                    against: "24 MB allowed",
                    ratio: "\((megabytes / 24).rounded(to: 2)) of the limit"
                )
            ]
        }
    }
}
