// SPDX-License-Identifier: Apache-2.0

import Bytes
import HTTPCore
import Logging
import Observer
import ObserverModel
import Server
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Fan-out: what one more client costs, (processor time at 100 clients − at 1) ÷ 99, against bare writes of 64 KiB
/// buffers with as many bytes to as many loopback sockets.
///
/// The budget asks for 1.5 times at most, 1.2 is the goal.
enum FanOutBenchmark {
    static func run(_ scale: Scale) async throws -> [Row] {
        let clients = scale.count(100, smoke: 8)
        let messages = scale.count(400_000, smoke: 8192)
        var ratios: [Double] = []
        var costs: [Double] = []
        var writes: [Double] = []
        for _ in 0..<scale.repeats {
            let (one, bytes) = try await serve(clients: 1, messages: messages)
            let (many, _) = try await serve(clients: clients, messages: messages)
            let bare = try await write(sockets: clients, bytes: bytes)
            let cost = (many - one) / Double(clients - 1)
            costs.append(cost / Double(messages))
            writes.append(bare / Double(clients) / Double(messages))
            ratios.append(cost / (bare / Double(clients)))
        }
        return [
            Row(
                name: "fan-out, a message and client, \(clients) clients",
                figure: "\(costs.median.rounded(to: 1)) ns",
                against: "\(writes.median.rounded(to: 1)) ns for bare 64 KiB writes",
                ratio: "\(ratios.median.rounded(to: 2)) times (\(ratios.min()!.rounded(to: 2)) to "
                    + "\(ratios.max()!.rounded(to: 2))), 1.5 allowed"
            )
        ]
    }

    /// Serves messages to clients as fast as they read.
    ///
    /// - Returns: The processor time in nanoseconds from the first to the last message, and the bytes to one client.
    private static func serve(clients: Int, messages: Int) async throws -> (time: Double, bytes: Int) {
        let clock = LiveClock()
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let hub = Hub(
            configuration: HubConfiguration(run: "benchmark", canWait: true),
            clock: clock,
            containers: { _ in .unknown }
        )
        let pipeline = Pipeline(capabilities: .canWait, clock: clock, outlet: hub)
        let (addresses, found) = AsyncStream.makeStream(of: BoundAddress.self)
        let server = try ObserverServer(
            source: SourceDescription(mode: "benchmark", run: "benchmark", origin: "a benchmark"),
            capabilities: .canWait,
            pipeline: pipeline,
            hub: hub,
            configuration: ServerConfiguration(version: "0", host: "127.0.0.1", port: 0, access: .init()),
            clock: clock,
            logger: logger,
            onListening: { found.yield($0) }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            guard let address = await addresses.first(where: { _ in true }),
                let port = address.authority.split(separator: ":").last.flatMap({ UInt16($0) })
            else { throw Unmeasured("the server does not listen") }
            let result = try await withDrain(port, clients, path: "/ws/logs?tail=0") {
                _ = try await eventually("\(clients) clients") { hub.clientCount == clients ? true : nil }
                let batch = batch()
                let sent = hub.metrics.bytesSent
                let start = ProcessorTime.own
                for _ in 0..<(messages / batch.count) { await pipeline.take(batch) }
                _ = try await eventually("the last byte", every: .milliseconds(1)) {
                    hub.metrics.retainedBytes == 0 ? true : nil
                }
                return (ProcessorTime.own - start, Int(hub.metrics.bytesSent - sent) / clients)
            }
            group.cancelAll()
            return result
        }
    }

    /// Writes as many bytes to sockets, 64 KiB at a time, whenever they have room.
    ///
    /// - Returns: The processor time in nanoseconds.
    private static func write(sockets count: Int, bytes: Int) async throws -> Double {
        let listener = try Sockets.listen()
        defer { close(listener.file) }
        return try await withDrain(listener.port, count, path: nil) {
            var polls: [pollfd] = []
            defer { for poll in polls { close(poll.fd) } }
            for _ in 0..<count {
                let socket = accept(listener.file, nil, nil)
                guard socket >= 0, fcntl(socket, F_SETFL, O_NONBLOCK) == 0 else { throw Unmeasured("accept: \(errno)") }
                polls.append(pollfd(fd: socket, events: Int16(POLLOUT), revents: 0))
            }
            let buffer = [UInt8](repeating: 0x41, count: 64 << 10)
            var sent = [Int](repeating: 0, count: count)
            var open = count
            let start = ProcessorTime.own
            while open > 0 {
                guard poll(&polls, nfds_t(count), -1) >= 0 else { throw Unmeasured("poll: \(errno)") }
                for index in 0..<count where polls[index].revents & Int16(POLLOUT) != 0 {
                    let offset = sent[index] % buffer.count
                    let length = min(buffer.count - offset, bytes - sent[index])
                    let written = buffer.withUnsafeBytes { bytes in
                        Glibc.write(polls[index].fd, bytes.baseAddress! + offset, length)
                    }
                    guard written > 0 else { continue }
                    sent[index] += written
                    if sent[index] == bytes {
                        polls[index].events = 0
                        open -= 1
                    }
                }
            }
            return ProcessorTime.own - start
        }
    }

    /// Runs a body while clients of another process read from a port.
    private static func withDrain<Result>(
        _ port: UInt16,
        _ count: Int,
        path: String?,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await withFixture { fixture in
            let arguments = ["--drain", String(port), String(count)] + (path.map { [$0] } ?? [])
            _ = try ChildProcess.launch("/proc/self/exe", arguments, in: fixture)
            return try await body()
        }
    }

    /// 256 lines of a service, which make messages of about 250 bytes.
    private static func batch() -> ObservationBatch {
        var digits: [UInt8] = []
        for word in 1...4 { Hex.append(UInt64(word) &* 0x9E37_79B9_7F4A_7C15, to: &digits) }
        guard let id = ContainerID(digits[...]) else { return [] }
        return (0..<256).map { index in
            let text = "GET /api/v1/items/\(index) 200 12ms user=alice trace=4bf92f3577b34da6a3ce929d0e0e4736 done"
            let line = LogLine(
                container: id,
                timestamp: Timestamp(seconds: 1_795_433_138, nanoseconds: Int64(index)),
                stream: .stdout,
                bytes: Array(text.utf8)[...]
            )
            return Observation(fact: .log(line))
        }
    }
}
