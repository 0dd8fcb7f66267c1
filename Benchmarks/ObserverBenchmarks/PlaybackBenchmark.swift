// SPDX-License-Identifier: Apache-2.0

import Bytes
import Logging
import Observer
import ObserverModel
import Recorder
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What playing a recording costs in each of its steps, and how near to its time a line is handed over.
enum PlaybackBenchmark {
    /// The rows for a recording of so many lines, a tenth of a millisecond apart.
    static func run(_ path: String, _ lines: Int, _ scale: Scale, _ fixture: Fixture) async throws -> [Row] {
        [
            try await shares(path, lines, scale, fixture),
            try await pacing(path, rate: 10_000, scale),
            try await pacing(path, rate: 300_000, scale),
        ]
    }

    // MARK: Steps

    /// The processor time of one step more in each figure, in nanoseconds a line.
    private struct Steps {
        var split: [Double] = []
        var parsed: [Double] = []
        var projected: [Double] = []
        var held: [(user: Double, system: Double)] = []
        var sent: [(user: Double, system: Double)] = []
    }

    private static func shares(
        _ path: String,
        _ lines: Int,
        _ scale: Scale,
        _ fixture: Fixture
    ) async throws -> Row {
        var steps = Steps()
        for _ in 0..<scale.repeats {
            let recording = try RecordingSet(paths: [path])
            steps.split.append(try measureSplit(recording))
            steps.parsed.append(try measureParsed(recording))
            steps.projected.append(try measureProjected(recording))
            // A client that asks for marks alone: everything is held for it, and nothing is written to it.
            let held = try await played(path, query: "types=mark", fixture)
            let sent = try await played(path, query: "tail=0", fixture)
            steps.held.append(held)
            steps.sent.append(sent)
        }
        let whole = steps.sent.map { $0.user + $0.system }.median
        let totals = [
            steps.split.median, steps.parsed.median, steps.projected.median,
            steps.held.map { $0.user + $0.system }.median,
            // Encoding is done in user's time, sending in the kernel's.
            zip(steps.sent, steps.held).map { $0.user + $1.system }.median, whole,
        ]
        var before = 0.0
        let parts = zip(["decompress and split", "parse", "project", "hold for clients", "encode", "send"], totals).map
        {
            let (name, total) = $0
            defer { before = max(before, total) }
            let part = max(0, total - before)
            return "\(name) \((part / Double(lines)).rounded(to: 0))"
        }
        return Row(
            name: "replay at max, processor time by step, ns a line",
            figure: parts.joined(separator: ", "),
            against: "\((whole / Double(lines)).rounded(to: 0)) ns in all",
            ratio: "\((whole / Double(lines) / 1000).rounded(to: 2)) processors busy at 1,000,000 messages/s"
        )
    }

    private static func measureSplit(_ recording: RecordingSet) throws -> Double {
        let start = ProcessorTime.own
        let reader = try RecordingReader(recording)
        var count = 0
        while let batch = try reader.next() { batch.forEachLine { _ in count += 1 } }
        guard count > 0 else { throw Unmeasured("no lines were read") }
        return ProcessorTime.own - start
    }

    private static func measureParsed(_ recording: RecordingSet) throws -> Double {
        let start = ProcessorTime.own
        let feed = try RecordingFeed(recording, projection: Projection.version)
        var count = 0
        while let item = try feed.next() {
            if case .observations(let batch) = item { count += batch.count }
        }
        guard count > 0 else { throw Unmeasured("no observations were read") }
        return ProcessorTime.own - start
    }

    private static func measureProjected(_ recording: RecordingSet) throws -> Double {
        let start = ProcessorTime.own
        let feed = try RecordingFeed(recording, projection: Projection.version)
        var projector = Projector()
        var count = 0
        while let item = try feed.next() {
            if case .observations(let batch) = item { count += projector.project(batch).headers.count }
        }
        guard count > 0 else { throw Unmeasured("no messages were made") }
        return ProcessorTime.own - start
    }

    /// Plays to one client, and returns the observer's processor time in nanoseconds.
    private static func played(
        _ path: String,
        query: String,
        _ fixture: Fixture
    ) async throws -> (user: Double, system: Double) {
        let observer = try await PlayingObserver.launch(path, fixture)
        let before = try ProcessorTime.parts(of: observer.process.pid)
        try await observer.drain("/ws/logs?\(query)", fixture)
        let after = try ProcessorTime.parts(of: observer.process.pid)
        observer.process.send(SIGTERM)
        _ = try await observer.process.wait()
        return (after.user - before.user, after.system - before.system)
    }

    // MARK: Pace

    /// How far from its moment each line is handed over, at a rate that is a third of what `max` must reach.
    private static func pacing(_ path: String, rate: Double, _ scale: Scale) async throws -> Row {
        let recording = try RecordingSet(paths: [path])
        var options = ReplayOptions()
        // Lines are a tenth of a millisecond apart: ten thousand a second.
        let speed = rate / 10_000
        options.speed = .times(speed)
        options.exits = true
        let range = try recording.timeRange()
        let length = Duration.seconds(speed * (scale.isSmoke ? 0.2 : 5))
        options.until = min(range.upperBound, range.lowerBound.advanced(by: length))
        let source = try ReplaySource(
            recording,
            options: options,
            projection: Projection.version,
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        )
        let clock = ContinuousClock()
        let log = Mutex((start: clock.now, first: Int64?.none, deviations: [Float](), last: clock.now))
        log.withLock { $0.deviations.reserveCapacity(Int(rate * 6)) }
        try await source.run { batch in
            let now = clock.now
            log.withLock { log in
                guard let head = batch.first?.time.nanoseconds else { return }
                if log.first == nil { (log.first, log.start) = (head, now) }
                let moment = Double(log.start.duration(to: now).wholeNanoseconds)
                for observation in batch {
                    let due = Double(observation.time.nanoseconds - (log.first ?? head)) / speed
                    log.deviations.append(Float(abs(moment - due) / 1e6))
                }
                log.last = now
            }
        }
        let (start, _, unsorted, last) = log.withLock { $0 }
        let deviations = unsorted.sorted()
        guard let worst = deviations.last else { throw Unmeasured("nothing was handed over") }
        let whole = start.duration(to: last) / .seconds(1)
        let expected = ((options.until ?? range.upperBound).duration(since: range.lowerBound) / .seconds(1)) / speed
        let slow = Double(deviations[deviations.count * 99 / 100])
        return Row(
            name: "pacing at \(Int(rate)) lines/s: distance from the moment that a line is due",
            figure: "99th percentile \(slow.rounded(to: 2)) ms, at most \(Double(worst).rounded(to: 2)) ms",
            against: "5 ms allowed at the 99th percentile; the whole within 1 %",
            ratio:
                "\((slow / 5).rounded(to: 2)) of it; the whole \(((whole / expected - 1) * 100).rounded(to: 2)) % off"
        )
    }
}

/// An observer that plays at `max` as soon as a client is there.
struct PlayingObserver {
    let process: ChildProcess
    private let port: String

    static func launch(_ path: String, _ fixture: Fixture) async throws -> PlayingObserver {
        guard let binary = getenv("OBSERVER_BINARY").map({ String(cString: $0) }) else {
            throw Unmeasured("OBSERVER_BINARY is not set")
        }
        let ready = try fixture.temporaryDirectory() + "/ready"
        let arguments = ["--speed", "max", "--await-clients", "1", "--port", "0", "--ready-file", ready]
        let process = try ChildProcess.launch(binary, ["replay", path] + arguments, in: fixture)
        let text = try await eventually("the ready file") { try? ProcFile.read(ready) }
        guard let port = text.split(separator: ":").dropFirst(3).first?.prefix(while: \.isNumber), !port.isEmpty else {
            throw Unmeasured("ready file: \(text)")
        }
        return PlayingObserver(process: process, port: String(port))
    }

    /// Reads a stream from another process up to playback's end.
    func drain(_ path: String, _ fixture: Fixture) async throws {
        let client = try ChildProcess.launch("/proc/self/exe", ["--drain", port, "1", path], in: fixture)
        _ = try await eventually("the end", within: .seconds(300), every: .milliseconds(2)) { client.poll() }
    }
}
