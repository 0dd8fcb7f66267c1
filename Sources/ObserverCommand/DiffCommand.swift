// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import Observer
import ObserverModel
import Recorder

/// `observer diff`: tell how two recordings differ.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two recordings, observation by observation or life by life.",
        discussion: """
            Compares observations by their numbers, and shows the first place where they
            differ. Snapshots, and when and as which run a recording was made, are no
            difference.

            With --events it compares the lives of containers, by name: create, start,
            die, oom, kill, stop, restart, pause, unpause, rename, destroy and
            health_status, at their times since each recording's beginning.

            Exits 0 when they are the same, 1 when they differ, 2 when a file is no
            recording, 3 when no difference was found but parts could not be read.

            EXAMPLES
              observer diff before.zst after.zst
              observer diff --events monday.zst tuesday.zst --tolerance 3s
              observer diff --events a.zst b.zst --container 'web-*' --json | jq
            """
    )

    @Argument(help: ArgumentHelp("A recording, or a folder with the parts of one run.", valueName: "a"))
    var a: String

    @Argument(help: ArgumentHelp("The recording that it is compared with.", valueName: "b"))
    var b: String

    @Flag(name: .long, help: "Compare the lives of containers instead of observations.")
    var events = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How far apart the times of an event may be. [env: OBSERVER_TOLERANCE, default: 1s]",
            valueName: "time"
        )
    )
    var tolerance: String?

    @OptionGroup(title: "Choosing containers, with --events")
    var selection: SelectionOptions

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
        let isSame: Bool
        var hasLoss = false
        do {
            isSame = events ? try compareLives(&hasLoss) : try compareObservations(&hasLoss)
        } catch let error as RecordingError {
            throw CommandFailure.usage(error.description)
        }
        guard isSame else { throw ExitCode(ExitStatus.negative.rawValue) }
        guard !hasLoss else { throw ExitCode(ExitStatus.loss.rawValue) }
    }

    private func compareObservations(_ hasLoss: inout Bool) throws -> Bool {
        guard selection.container.isEmpty, selection.label.isEmpty, selection.exclude.isEmpty, tolerance == nil else {
            throw CommandFailure.usage("--container, --label, --exclude and --tolerance go with --events")
        }
        let recordings = (try OpenedRecording.open([a]), try OpenedRecording.open([b]))
        let progress = ProgressLine("comparing")
        defer { progress.clear() }
        let report = try RecordingDiff.compare(recordings.0, recordings.1, progress: progress.show)
        progress.clear()
        let words = DiffReportText(a: a, b: b)
        words.warn(report.damage.map(\.description), of: report.damageCount)
        StandardOutput.write(json ? words.json(report) : words.text(report))
        hasLoss = report.hasLoss
        return report.isSame
    }

    private func compareLives(_ hasLoss: inout Bool) throws -> Bool {
        let environment = Environment.process
        let span = environment.text(tolerance, "OBSERVER_TOLERANCE") ?? "1s"
        guard let limit = Measures.duration(span) else {
            throw CommandFailure.usage("--tolerance is \"\(span)\"; it takes a time such as 500ms or 3s")
        }
        let choice = try selection.choice(environment)
        let readers = try [a, b].map { try LifeCycleReader(OpenedRecording.open([$0]), choice) }
        let lives = try zip(readers, [a, b]).map { reader, name in
            let progress = ProgressLine("reading \(name)")
            defer { progress.clear() }
            return try reader.read(progress.show)
        }
        let diff = LifeCycleDiff(lives[0].cycles, lives[1].cycles, tolerance: limit.wholeNanoseconds)
        let words = LifeCycleDiffText(a: a, b: b, tolerance: limit.wholeNanoseconds)
        for life in lives {
            for damage in life.damage { StandardError.write("observer: \(damage)\n") }
            if life.cycles.dropped > 0 {
                StandardError.write("observer: \(life.cycles.dropped) events beyond the first were not compared\n")
            }
            hasLoss = hasLoss || !life.damage.isEmpty || life.cycles.dropped > 0
        }
        StandardOutput.write(json ? words.json(diff) : words.text(diff))
        return diff.isSame
    }
}
