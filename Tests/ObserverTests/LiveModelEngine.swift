// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import ObserverModel
import TestSupport

@testable import Observer

/// An engine in memory, as far as live mode asks of one: what it is told happens, and its answers are cut as the
/// faults say.
actor ModelEngine {
    /// A container of the model.
    struct Container: Sendable {
        let id: ContainerID
        var name: String
        var isRunning = false
        var startCount = 0
        var startedAt: Timestamp?
        var finishedAt: Timestamp?
        var exitCode = 0
        var isRemoved = false
        /// Lines in the order of the file, with whether they end in a newline.
        var lines: [LogLine] = []
        /// Whether the driver can be read.
        var isReadable = true
    }

    /// What goes wrong.
    struct Faults: Sendable {
        /// Every other log answer is cut behind a number of bytes below this; 0 cuts none.
        ///
        /// An engine that cut all of
        /// them within the second that a resumed stream repeats would let nobody get on.
        var cutBelow = 0
        /// Of a hundred log requests, how many are answered with an error.
        var errorPercent = 0
        /// Whether the event stream is silent: the engine dropped its events.
        var losesEvents = false
    }

    private(set) var containers: [ContainerID: Container] = [:]
    private var order: [ContainerID] = []
    private var events: [(time: Timestamp, json: [UInt8])] = []
    /// Opens at the next change.
    private var change = Latch()
    private var random: SplitMix64
    private let clock = LiveClock()
    private var last = Timestamp(nanoseconds: 0)
    var faults = Faults()

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    func setFaults(_ faults: Faults) {
        self.faults = faults
    }

    // MARK: What happens

    /// A time that no other has.
    private func tick() -> Timestamp {
        last = max(clock.now(), last.advanced(byNanoseconds: 1))
        return last
    }

    private func changed() {
        change.open()
        change = Latch()
    }

    private func wait() async {
        await change.wait()
    }

    func create(_ name: String, isReadable: Bool = true) -> ContainerID {
        let id = ContainerID(words: UInt64(order.count + 1) &* 0x1111_1111_1111_1111)
        order.append(id)
        containers[id] = Container(id: id, name: name, isReadable: isReadable)
        tell("create", id)
        return id
    }

    func start(_ id: ContainerID) {
        containers[id]?.isRunning = true
        containers[id]?.startCount += 1
        containers[id]?.startedAt = tick()
        tell("start", id)
    }

    /// Writes lines, of which the last may lack its newline.
    func write(_ count: Int, to id: ContainerID, unterminated: Bool = false) {
        for index in 0..<count {
            let time = Int.random(in: 0..<5, using: &random) == 0 ? last : tick()
            let number = (containers[id]?.lines.count ?? 0) + 1
            let isLong = Int.random(in: 0..<60, using: &random) == 0
            let text = "line \(number % 7) " + String(repeating: "x", count: isLong ? 40_000 : 5)
            containers[id]?.lines.append(
                LogLine(
                    container: id,
                    timestamp: time,
                    stream: Bool.random(using: &random) ? .stdout : .stderr,
                    bytes: Array(text.utf8)[...],
                    isUnterminated: unterminated && index == count - 1
                )
            )
        }
        changed()
    }

    func die(_ id: ContainerID, exitCode: Int) {
        containers[id]?.isRunning = false
        containers[id]?.finishedAt = tick()
        containers[id]?.exitCode = exitCode
        tell("die", id, ["exitCode": String(exitCode)])
    }

    func remove(_ id: ContainerID) {
        containers[id]?.isRemoved = true
        tell("destroy", id)
    }

    private func tell(_ action: String, _ id: ContainerID, _ extra: [String: String] = [:]) {
        let time = tick()
        defer { changed() }
        guard !faults.losesEvents else { return }
        var attributes = extra
        attributes["name"] = containers[id]?.name
        attributes["image"] = "model"
        let members = attributes.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        let json = """
            {"status":"\(action)","id":"\(id)","from":"model","Type":"container","Action":"\(action)","Actor":{"ID":"\(id)",\
            "Attributes":{\(members.joined(separator: ","))}},"scope":"local",\
            "time":\(time.nanoseconds / 1_000_000_000),"timeNano":\(time.nanoseconds)}\n
            """
        events.append((time, Array(json.utf8)))
    }

    // MARK: What is answered

    func answer(_ request: StubRequest, _ responder: StubResponder) async {
        let path = request.path.split(separator: "/").drop { $0.hasPrefix("v1.") }.map(String.init)
        switch path.first {
        case "_ping":
            await responder.head(200, ["Api-Version": "1.41", "Ostype": "linux"], framing: .length(2))
            if request.method != "HEAD" { await responder.raw("OK") }
        case "version":
            await responder.json(
                200,
                #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux"}"#
            )
        case "events": await answerEvents(request, responder)
        case "containers" where path.last == "json" && path.count == 2: await responder.json(200, list())
        case "containers" where path.count == 3:
            guard let id = ContainerID(path[1]), let container = containers[id], !container.isRemoved else {
                await responder.json(404, #"{"message":"No such container"}"#)
                return
            }
            if path[2] == "json" { await responder.json(200, inspect(container)) }
            if path[2] == "logs" { await answerLogs(id, request, responder) }
            if path[2] == "stats" { await responder.closed() }
        default: await responder.json(404, #"{"message":"page not found"}"#)
        }
    }

    private func list() -> String {
        let entries = order.compactMap { containers[$0] }.filter { !$0.isRemoved }.map { container in
            """
            {"Id":"\(container.id)","Names":["/\(container.name)"],"Image":"model","ImageID":"sha256:0","Command":"x",\
            "Created":1795433138,"State":"\(container.isRunning ? "running" : "exited")","Status":"","Labels":{}}
            """
        }
        return "[" + entries.joined(separator: ",") + "]"
    }

    private func inspect(_ container: Container) -> String {
        let unset = "0001-01-01T00:00:00Z"
        return """
            {"Id":"\(container.id)","Created":"2026-11-23T10:45:47.654376303Z","Name":"/\(container.name)","RestartCount":0,\
            "Image":"sha256:0","State":{"Status":"\(container.isRunning ? "running" : "exited")",\
            "Running":\(container.isRunning),"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":1,\
            "ExitCode":\(container.exitCode),"Error":"","StartedAt":"\(container.startedAt?.description ?? unset)",\
            "FinishedAt":"\(container.finishedAt?.description ?? unset)"},\
            "Config":{"Image":"model","Tty":false,"Labels":{},"Env":["A=b"]},"HostConfig":{"LogConfig":{"Type":"json-file"}}}
            """
    }

    private func answerEvents(_ request: StubRequest, _ responder: StubResponder) async {
        await responder.head(200, ["Content-Type": "application/json"])
        let query = request.query
        if let since = query["since"].flatMap(Self.time) {
            // The ring of 256 (fact F3); a time in the future is not waited for here.
            for event in events.suffix(256) where event.time >= since { await responder.chunk(event.json) }
            await responder.end()
            return
        }
        var next = events.count
        while !Task.isCancelled {
            while next < events.count {
                let event = events[next]
                next += 1
                guard await responder.chunk(event.json) else { return }
            }
            await wait()
        }
    }

    private func answerLogs(_ id: ContainerID, _ request: StubRequest, _ responder: StubResponder) async {
        guard containers[id]?.isReadable == true else {
            await responder.json(501, #"{"message":"configured logging driver does not support reading"}"#)
            return
        }
        guard Int.random(in: 0..<100, using: &random) >= faults.errorPercent else {
            await responder.json(500, #"{"message":"the driver had a bad day"}"#)
            return
        }
        let query = request.query
        let since = query["since"].flatMap(Self.time)
        let until = query["until"].flatMap(Self.time)
        let isCut = faults.cutBelow > 0 && Bool.random(using: &random)
        var left = isCut ? Int.random(in: 0..<faults.cutBelow, using: &random) : Int.max
        await responder.head(200)
        var next = 0
        if let since {
            let lines = containers[id]?.lines ?? []
            next = lines.firstIndex { $0.timestamp >= since } ?? lines.count
        } else if let tail = query["tail"].flatMap({ Int($0) }) {
            next = max(0, (containers[id]?.lines.count ?? 0) - tail)
        }
        let encoder = LogEncoder(framing: .multiplexed)
        let run = containers[id]?.startedAt
        let countAtFirst = containers[id]?.lines.count ?? 0
        while !Task.isCancelled {
            let lines = containers[id]?.lines ?? []
            while next < lines.count {
                let line = lines[next]
                next += 1
                if let until, line.timestamp > until { continue }
                var bytes: [UInt8] = []
                encoder.append(
                    line.bytes,
                    stream: line.stream == .stderr ? .stderr : .stdout,
                    timestamp: line.timestamp,
                    isTerminated: !line.isUnterminated,
                    to: &bytes
                )
                // Follow misses an unterminated last line that is written while it follows (fact H14).
                if line.isUnterminated, query["follow"] == "1", next == lines.count, next > countAtFirst { continue }
                guard left >= bytes.count else {
                    await responder.chunk(Array(bytes.prefix(left)))
                    responder.close()
                    return
                }
                left -= bytes.count
                guard await responder.chunk(bytes) else { return }
            }
            guard query["follow"] == "1", let now = containers[id], now.isRunning, now.startedAt == run, !now.isRemoved
            else { break }
            await wait()
        }
        await responder.end()
    }

    private static func time(_ text: String) -> Timestamp? {
        let parts = text.split(separator: ".")
        guard let seconds = Int64(parts[0]) else { return nil }
        let nanoseconds = parts.count > 1 ? Int64(parts[1].padding(to: 9)) ?? 0 : 0
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }
}

extension Substring {
    /// The text with zeros behind it up to a length.
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, length - count))
    }
}
