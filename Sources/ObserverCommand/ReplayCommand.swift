// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import Logging
import Observer
import ObserverModel
import Recorder
import Server

/// `observer replay`: play a recording.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play a recording through the same API.",
        discussion: """
            Serves what was recorded as it happened then: the same messages, byte for
            byte, at the pace of then or at another. It needs no engine. GET and POST
            /playback tell and change where playback stands.

            Times are RFC 3339, 10m (before the recording's end), +90s (after its start),
            @mark or @mark-30s.

            EXAMPLES
              observer replay recordings/incident.zst          play it as it happened
              observer replay incident.zst --speed 10          ten times as fast
              observer replay incident.zst --since @incident-1m
                                                               begin a minute before it
              observer replay incident.zst --now               as if it happened now
              observer replay incident.zst --speed max --await-clients 1 --exit
                                                               all of it to one client
            """
    )

    @Argument(help: ArgumentHelp("Recordings of one run, or a folder of them.", valueName: "file"))
    var files: [String]

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The pace: a number above 0 and up to 1000, or max. [env: OBSERVER_SPEED, default: 1]",
            valueName: "factor"
        )
    )
    var speed: String?

    @Flag(name: .long, help: "Stand still until POST /playback says otherwise. [env: OBSERVER_START_PAUSED]")
    var startPaused = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Wait for this many WebSocket clients before the first message. [env: OBSERVER_AWAIT_CLIENTS]",
            valueName: "count"
        )
    )
    var awaitClients: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("Begin here; what was before is known. [env: OBSERVER_SINCE]", valueName: "time")
    )
    var since: String?

    @Option(name: .long, help: ArgumentHelp("End here. [env: OBSERVER_UNTIL]", valueName: "time"))
    var until: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Pass over silences that last longer than this. [env: OBSERVER_SKIP_IDLE]",
            valueName: "time"
        )
    )
    var skipIdle: String?

    @Flag(
        name: .long,
        help: "Move all times so that it begins now; what lines say stays. [env: OBSERVER_NOW]"
    )
    var now = false

    @Flag(name: .long, help: "Close the streams and exit at the end. [env: OBSERVER_EXIT]")
    var exit = false

    @OptionGroup(title: "Serving")
    var serving: ServeOptions

    func run() async throws {
        let environment = Environment.process
        let settings = try ServeSettings(serving, environment: environment)
        let logger = Logger.observer(level: settings.logLevel, clock: LiveClock())
        let source: ReplaySource
        var timeline: TimeReference
        let recording: RecordingSet
        var shift: PlaybackShift?
        do {
            recording = try RecordingSet(paths: files)
            for damage in recording.damage {
                logger.warning("the recording is damaged", metadata: ["error": "\(damage)"])
            }
            timeline = try recording.timeReference()
            var options = try options(environment, timeline)
            if try environment.flag(now, "OBSERVER_NOW") {
                let start = options.since ?? timeline.start
                let times = TimeShift(by: LiveClock().now().duration(since: start))
                shift = PlaybackShift(times: times) { SnapshotTimes.moved($0, byNanoseconds: times.nanoseconds) }
                options.since = options.since.map { times.moved($0) }
                options.until = options.until.map { times.moved($0) }
                timeline.move(by: times)
            }
            source = try ReplaySource(
                recording,
                options: options,
                projection: Projection.version,
                shift: shift,
                logger: logger
            )
        } catch let error as RecordingError {
            throw CommandFailure.usage(error.description)
        }
        try await Serving(
            source: source,
            settings: settings,
            clock: source.clock,
            engine: nil,
            timeline: timeline,
            archive: RecordingArchive(recording: recording, shift: shift),
            played: PlayedShelf(recording: recording),
            logger: logger
        )
        .run()
    }

    private func options(_ environment: Environment, _ timeline: TimeReference) throws -> ReplayOptions {
        var options = ReplayOptions()
        if let text = environment.text(speed, "OBSERVER_SPEED") {
            guard let speed = Self.speed(text) else {
                throw CommandFailure.usage("--speed is \"\(text)\"; it takes a number above 0 and up to 1000, or max")
            }
            options.speed = speed
        }
        options.startsPaused = try environment.flag(startPaused, "OBSERVER_START_PAUSED")
        options.awaitedClients =
            try environment.integer(awaitClients, "OBSERVER_AWAIT_CLIENTS", in: 0...1000, option: "--await-clients")
            ?? 0
        options.since = try time(since, "OBSERVER_SINCE", "--since", environment, timeline)
        options.until = try time(until, "OBSERVER_UNTIL", "--until", environment, timeline)
        if let text = environment.text(skipIdle, "OBSERVER_SKIP_IDLE") {
            guard let silence = Measures.duration(text), silence > .zero else {
                throw CommandFailure.usage("--skip-idle is \"\(text)\"; it takes a time such as 5s")
            }
            options.longestSilence = silence
        }
        options.exits = try environment.flag(exit, "OBSERVER_EXIT")
        return options
    }

    private static func speed(_ text: String) -> PlaybackSpeed? {
        if text == "max" { return .max }
        guard let factor = Double(text), factor > 0, factor <= 1000 else { return nil }
        return .times(factor)
    }

    private func time(
        _ given: String?,
        _ name: String,
        _ option: String,
        _ environment: Environment,
        _ timeline: TimeReference
    ) throws -> Timestamp? {
        guard let text = environment.text(given, name) else { return nil }
        guard let time = TimeExpression.resolve(text, timeline) else {
            throw CommandFailure.usage("\(option) is \"\(text)\"; it takes \(TimeExpression.grammar)")
        }
        return time
    }
}

extension TimeReference {
    /// Moves all that relative times refer to.
    fileprivate mutating func move(by shift: TimeShift) {
        now = shift.moved(now)
        start = shift.moved(start)
        marks = marks.mapValues { shift.moved($0) }
    }
}

extension RecordingSet {
    /// What relative times refer to: `10m` is before the recording's end, `+90s` after its start.
    func timeReference() throws(RecordingError) -> TimeReference {
        let range = try timeRange()
        var marks: [String: Timestamp] = [:]
        for mark in try names().marks { marks[mark.name] = mark.time }
        // An incident recording is about its own, whatever happened behind it.
        if parts.count == 1, let incident = header.incident {
            marks["incident"] = (try? JSONDocument(incident[...]))?.root["t"]?.time ?? marks["incident"]
        }
        return TimeReference(now: range.upperBound, start: range.lowerBound, marks: marks)
    }
}
