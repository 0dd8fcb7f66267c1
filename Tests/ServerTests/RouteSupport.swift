// SPDX-License-Identifier: Apache-2.0

import Bytes
import HTTPCore
import Logging
import Observer
import ObserverModel
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Server

/// A clock that stands still until a test moves it.
final class RouteClock: ObserverClock {
    static let origin = Timestamp(seconds: 1_795_403_640)

    private let time = Mutex(RouteClock.origin)

    func now() -> Timestamp { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// What a server under test has logged.
final class LogBook: Sendable {
    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            book.lines.withLock { $0.append("\(event.level): \(event.message) \(metadata)") }
        }
    }

    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    func lines(with part: String) -> [String] { lines.withLock { $0.filter { $0.contains(part) } } }

    var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }
}

/// A server that listens, with a pipeline that the test feeds.
struct LiveServer: Sendable {
    /// What differs from test to test.
    struct Options: Sendable {
        var access = AccessConfiguration()
        var host = "127.0.0.1"
        var capabilities: SourceCapabilities = [.takesInputs]
        var clientLimit = 1000
        var anomaliesPerSecond = 100
        var playback: (any PlaybackControl)?
        var mode = "live"
        var faults: (any FaultControl)?
        var gate: (any InputGate)?
    }

    let pipeline: Pipeline
    let hub: Hub
    let clock: RouteClock
    let rates: TestClock
    let logs: LogBook
    let authority: String
    let group: ServiceGroup

    var url: String { "http://\(authority)" }
    var webSocket: String { "ws://\(authority)" }

    /// Runs a server for as long as the body takes.
    static func run(_ options: Options = Options(), _ body: @Sendable (LiveServer) async throws -> Void) async throws {
        let clock = RouteClock()
        let rates = TestClock()
        let logs = LogBook()
        let directory = Mutex<ContainerDirectory?>(nil)
        var hubConfiguration = HubConfiguration(run: "run-1", canWait: options.capabilities.contains(.canWait))
        hubConfiguration.clientLimit = options.clientLimit
        let hub = Hub(configuration: hubConfiguration, clock: clock) { text in
            ContainerMatch.resolve(text, among: directory.withLock { $0 }?.entries ?? [])
        }
        let pipeline = Pipeline(capabilities: options.capabilities, clock: clock, outlet: hub)
        directory.withLock { $0 = pipeline.directory }
        let (addresses, found) = AsyncStream.makeStream(of: BoundAddress.self)
        var configuration = ServerConfiguration(version: "1.2.3", host: options.host, port: 0, access: options.access)
        configuration.anomaliesPerSecond = options.anomaliesPerSecond
        let server = try ObserverServer(
            source: SourceDescription(mode: options.mode, run: "run-1", origin: "a test"),
            capabilities: options.capabilities,
            playback: options.playback,
            pipeline: pipeline,
            hub: hub,
            faults: options.faults,
            gate: options.gate,
            configuration: configuration,
            clock: clock,
            monotonic: rates,
            logger: logs.logger,
            onListening: { address in
                found.yield(address)
                found.finish()
            }
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: logs.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { found.finish() }
                try await group.run()
            }
            let address = await addresses.first { _ in true }
            let failure: (any Error)?
            do {
                let address = try #require(address, "the server does not listen")
                try await body(
                    LiveServer(
                        pipeline: pipeline,
                        hub: hub,
                        clock: clock,
                        rates: rates,
                        logs: logs,
                        authority: address.authority,
                        group: group
                    )
                )
                failure = nil
            } catch {
                failure = error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            if let failure { throw failure }
        }
    }

    func get(_ target: String, _ headers: [(String, String)] = []) async throws -> HTTPReply {
        try await HTTPProbe.request("GET", url + target, headers: headers)
    }

    func post(_ target: String, _ body: String, _ headers: [(String, String)] = []) async throws -> HTTPReply {
        try await HTTPProbe.request("POST", url + target, headers: headers, body: Array(body.utf8))
    }

    func request(_ method: String, _ target: String, _ headers: [(String, String)] = []) async throws -> HTTPReply {
        try await HTTPProbe.request(method, url + target, headers: headers)
    }
}

// MARK: - What happens

/// Facts as a live source tells them.
enum RouteFact {
    static func id(_ digits: String) -> ContainerID {
        guard let id = ContainerID(digits + String(repeating: "0", count: 64 - digits.count)) else {
            preconditionFailure("not hexadecimal")
        }
        return id
    }

    static func container(_ id: ContainerID, _ name: String, status: String = "running", labels: String = "{}") -> Fact
    {
        let isRunning = status == "running"
        let end = isRunning ? "0001-01-01T00:00:00Z" : "2026-11-23T03:13:30Z"
        let text = """
            {"Id":"\(id)","Created":"2026-11-23T03:00:00Z","State":{"Status":"\(status)","Running":\(isRunning),\
            "Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":7,\
            "ExitCode":\(isRunning ? 0 : 3),"Error":"","StartedAt":"2026-11-23T03:13:00Z","FinishedAt":"\(end)"},\
            "Image":"sha256:0","Name":"/\(name)","RestartCount":0,"HostConfig":{},\
            "Config":{"Tty":false,"Image":"nginx:alpine","Labels":\(labels)}}
            """
        return .container(ContainerRecord(container: id, raw: Array(text.utf8)[...]))
    }

    static func log(_ id: ContainerID, _ text: String, stream: LogStream = .stdout) -> Fact {
        .log(LogLine(container: id, timestamp: RouteClock.origin, stream: stream, bytes: Array(text.utf8)[...]))
    }

    static func stats(_ id: ContainerID) -> Fact {
        let text = """
            {"read":"2026-11-23T03:14:01Z","preread":"2026-11-23T03:14:00Z","pids_stats":{"current":4},\
            "cpu_stats":{"cpu_usage":{"total_usage":1125},"system_cpu_usage":20000,"online_cpus":1},\
            "precpu_stats":{"cpu_usage":{"total_usage":1000},"system_cpu_usage":10000},\
            "memory_stats":{"usage":13107200,"limit":268435456}}
            """
        return .stats(ContainerRecord(container: id, raw: Array(text.utf8)[...]))
    }

    static func event(_ action: String, _ id: ContainerID, _ name: String) -> Fact {
        let text = """
            {"Type":"container","Action":"\(action)","Actor":{"ID":"\(id)","Attributes":{"name":"\(name)"}},\
            "timeNano":\(RouteClock.origin.nanoseconds)}
            """
        return .event(EngineEvent(container: id, raw: Array(text.utf8)[...]))
    }

    static let connected = Fact.engine(EngineConnection(state: .connected, message: "The engine answers."))
    static let disconnected = Fact.engine(EngineConnection(state: .disconnected, message: "The engine is away."))

    static let web = id("abcd12")
    static let worker = id("abcd99")
}

extension Pipeline {
    /// Takes facts that are observed now.
    func take(_ facts: Fact...) async {
        await take(facts.map { Observation(fact: $0) })
    }
}

extension WebSocketProbe {
    /// The next messages but heartbeats, which come on a slow machine anywhere: as many as are asked for, or more.
    func texts(_ count: Int) async throws -> [String] {
        var texts: [String] = []
        while texts.count < count {
            var batch = try await next()
            // The end may be told before what came with it.
            if batch == nil {
                batch = try? await eventually("a last message", within: .seconds(2)) { try await next() }
            }
            guard let batch else { break }
            let new = batch.map { String(decoding: $0, as: UTF8.self) }
            texts += new.filter { !$0.hasPrefix(#"{"type":"heartbeat""#) }
        }
        return texts
    }

    /// The first message of a type; those before it are passed over, up to a number of them.
    func nextMessage(_ type: String, among limit: Int = 30) async throws -> JSON {
        var others: [String] = []
        while others.count < limit, let batch = try await next() {
            for message in batch {
                let json = try JSON(message)
                if json["type"].string == type { return json }
                others.append(String(decoding: message, as: UTF8.self))
            }
        }
        throw DeadlineExceeded(description: "no \(type) came, but \(others)")
    }
}
