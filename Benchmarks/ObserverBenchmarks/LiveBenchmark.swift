// SPDX-License-Identifier: Apache-2.0

import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Live: lines a second from a real engine to a WebSocket client against `docker logs -f -t`, and the observer's
/// processor time against the engine daemon's own for the same lines.
///
/// Both follow a container that writes as fast as the engine takes lines, in turns. `docker logs` writes to a file
/// whose size is looked at, so that its reader costs nothing.
enum LiveBenchmark {
    /// What one run of either took.
    private struct Run {
        /// From the first line to the last, in seconds.
        var seconds: Double
        /// The follower's processor time over the daemon's.
        var share: Double
    }

    static func run(_ scale: Scale) async throws -> [Row] {
        let stand = try Stand()
        let lines = scale.count(500_000, smoke: 20_000)
        var peers: [Run] = []
        var observers: [Run] = []
        for _ in 0..<scale.repeats {
            peers.append(try await followWithCommandLine(stand, lines))
            observers.append(try await observe(stand, lines))
        }
        let speedups = zip(peers, observers).map { $0.seconds / $1.seconds }
        let rate = Double(lines) / observers.map(\.seconds).median
        let peerRate = Double(lines) / peers.map(\.seconds).median
        return [
            Row(
                name: "live, lines from an engine to a WebSocket client",
                figure: "\(rate.rounded(to: 0)) lines/s",
                against: "\(peerRate.rounded(to: 0)) lines/s by docker logs -f -t",
                ratio: "\(speedups.median.rounded(to: 2)) times (\(speedups.min()!.rounded(to: 2)) to "
                    + "\(speedups.max()!.rounded(to: 2))), 1.0 demanded"
            ),
            Row(
                name: "live, processor time for these lines",
                figure: "\(observers.map(\.share).median.rounded(to: 2)) of the daemon's",
                against: "\(peers.map(\.share).median.rounded(to: 2)) of the daemon's by docker logs -f -t",
                ratio: "0.50 of the daemon's allowed"
            ),
        ]
    }

    private static let text = String(repeating: "0123456789", count: 10)

    /// Starts a container that writes lines after a moment, in which whoever is to follow begins to.
    private static func write(_ lines: Int, _ stand: Stand) async throws -> String {
        // The last line is known by nothing but its number, which is what both followers are measured by.
        let script = "sleep 2; yes \(text) | head -n \(lines); sleep 2"
        return try await stand.docker("run", "-d", "busybox:local", "sh", "-c", script).filter { $0 != "\n" }
    }

    private static func followWithCommandLine(_ stand: Stand, _ lines: Int) async throws -> Run {
        try await withFixture { fixture in
            let container = try await write(lines, stand)
            let follower = try ChildProcess.launch("docker", ["logs", "-f", "-t", container], in: fixture)
            // A time is 30 bytes wide, then there is a space; then the text and a newline.
            let end = lines * (30 + 1 + text.utf8.count + 1)
            let run = try await measure(stand, follower.pid) {
                var status = stat()
                guard stat(follower.outputPath, &status) == 0 else { return 0 }
                return Double(status.st_size) / Double(end)
            }
            try await stand.docker("rm", "-f", container)
            return run
        }
    }

    private static func observe(_ stand: Stand, _ lines: Int) async throws -> Run {
        try await withFixture { fixture in
            let observer = try await stand.observe([], in: fixture)
            let client = try await WebSocketProbe.connect(
                "ws://\(observer.authority)/ws/logs?types=log,gap",
                mode: .count
            )
            let container = try await write(lines, stand)
            let run = try await measure(stand, observer.process.pid) { Double(client.tally.logs) / Double(lines) }
            guard client.tally.gaps == 0, client.tally.outOfOrder == 0 else {
                throw Unmeasured("the client was told of \(client.tally.gaps) gaps")
            }
            client.abort()
            try await stand.docker("rm", "-f", container)
            return run
        }
    }

    /// Measures from the first sign of progress to its end; `progress` tells the share of the lines that has arrived.
    private static func measure(_ stand: Stand, _ follower: Int32, _ progress: () -> Double) async throws -> Run {
        let clock = ContinuousClock()
        let start = try await eventually("the first line", every: .milliseconds(1)) {
            progress() > 0 ? clock.now : nil
        }
        let before = (try ProcessorTime.of(follower), try ProcessorTime.of(stand.daemon))
        let end = try await eventually("the last line", within: .seconds(300), every: .milliseconds(1)) {
            progress() >= 1 ? clock.now : nil
        }
        let after = (try ProcessorTime.of(follower), try ProcessorTime.of(stand.daemon))
        return Run(
            seconds: start.duration(to: end) / .seconds(1),
            share: (after.0 - before.0) / max(1, after.1 - before.1)
        )
    }
}
