// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import Observer
import ObserverModel
import Recorder
import Server

/// `observer cut`: make a recording of a part of others.
struct CutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cut",
        abstract: "Write a part of recordings as a recording that is complete by itself.",
        discussion: """
            Takes a time range, some containers, or some kinds of observations; without
            any of them it joins the parts of a run. The result opens with the state
            before its first observation: each message keeps its number and its bytes,
            unless --kind leaves out what it depends on. Of containers that were not
            chosen it tells nothing.

            Times are RFC 3339, 10m (before the recording's end), +90s (after its
            start), @mark or @mark-30s. The moment of --until is left out itself, so
            that two cuts with the same border can be joined.

            Exits 0 when all is there, 1 when nothing was selected and no file was
            written, 2 when a file is no recording or the new one is there already, and
            3 when parts of the original could not be read.

            EXAMPLES
              observer cut incident.zst --since @incident-1m -o short.zst
              observer cut day/ --container 'shop-*' --exclude '*-debug' -o shop.zst
              observer cut monday.zst --kind log,event -o words.zst
              observer cut part-1.zst part-2.zst -o whole.zst
              observer cut incident.zst --redact-secrets -o to-send.zst
            """
    )

    @Argument(help: ArgumentHelp("Recordings of one run, or a folder of them.", valueName: "file"))
    var files: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("The new recording; it must not exist.", valueName: "file"))
    var output: String

    @Option(name: .long, help: ArgumentHelp("Begin here. [env: OBSERVER_SINCE]", valueName: "time"))
    var since: String?

    @Option(name: .long, help: ArgumentHelp("End before this moment. [env: OBSERVER_UNTIL]", valueName: "time"))
    var until: String?

    @OptionGroup(title: "Choosing containers")
    var selection: SelectionOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Kinds of observations, such as log,event,stats; all by default. [env: OBSERVER_KIND]",
            valueName: "kinds"
        )
    )
    var kind: [String] = []

    @OptionGroup(title: "Redacting; the result is another run")
    var redaction: RedactOptions

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
        let environment = Environment.process
        let progress = ProgressLine("cutting")
        let outcome: CutOutcome
        do {
            let recording = try OpenedRecording.open(files)
            let options = try options(environment, recording)
            outcome = try RecordingCutter.cut(
                recording,
                options: options,
                to: output,
                state: ProjectedState.self,
                progress: progress.show
            )
        } catch let error as RecordingError {
            progress.clear()
            throw CommandFailure.usage(error.description)
        }
        progress.clear()
        CutReport.warn(of: outcome)
        if json { StandardOutput.write(CutReport.json(outcome)) }
        guard outcome.observations > 0 else {
            StandardError.write("observer: \(CutReport.nothing(outcome))\n")
            throw ExitCode(ExitStatus.negative.rawValue)
        }
        if !json { StandardOutput.write(CutReport.text(outcome)) }
        guard !outcome.hasLoss else { throw ExitCode(ExitStatus.loss.rawValue) }
    }

    private func options(_ environment: Environment, _ recording: RecordingSet) throws -> CutOptions {
        var options = CutOptions()
        let timeline = try recording.timeReference()
        options.since = try Self.time(environment.text(since, "OBSERVER_SINCE"), "--since", timeline)
        options.until = try Self.time(environment.text(until, "OBSERVER_UNTIL"), "--until", timeline)
        if let since = options.since, let until = options.until, until <= since {
            throw CommandFailure.usage("--until (\(until)) is not behind --since (\(since))")
        }
        options.kinds = try Self.kinds(environment.list(kind, "OBSERVER_KIND"))
        options.containers = try selection.choice(environment)
        options.redaction = try redaction.redactor(environment).map { redactor in
            let run = RunName.make(at: LiveClock().now(), random: UInt32.random(in: .min ... .max))
            return CutRedaction(redactor: RecordingRedaction(redactor: redactor), run: run)
        }
        options.producer = "sentinell-observer \(Version.text)"
        return options
    }

    private static func time(_ text: String?, _ option: String, _ timeline: TimeReference) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = TimeExpression.resolve(text, timeline) else {
            throw CommandFailure.usage("\(option) is \"\(text)\"; it takes \(TimeExpression.grammar)")
        }
        return time
    }

    static func kinds(_ texts: [String]) throws -> Set<LineKind> {
        var kinds: Set<LineKind> = []
        let all = LineKind.allCases.filter { $0 != .snapshot }
        for name in texts.flatMap({ $0.split(separator: ",") }).map({ $0.trimmed }) where !name.isEmpty {
            guard let kind = all.first(where: { "\($0.name)" == name }) else {
                let names = all.map { "\($0.name)" }.joined(separator: ", ")
                throw CommandFailure.usage("--kind is \"\(name)\"; it takes \(names)")
            }
            kinds.insert(kind)
        }
        return kinds
    }
}

extension SelectionOptions {
    /// The choice of containers for a recording's tools; `nil` where none is asked for.
    func choice(_ environment: Environment) throws -> ContainerChoice? {
        try selection(environment).choice(labels: environment.list(label, "OBSERVER_LABEL"))
    }
}

extension ContainerSelection {
    /// The choice of containers for a recording's tools, with the labels as they were asked for; `nil` where nothing is
    /// asked for.
    func choice(labels wording: [String] = []) -> ContainerChoice? {
        guard !included.isEmpty || !labels.isEmpty || !excluded.isEmpty else { return nil }
        var wanted = self
        wanted.excluded = []
        return ContainerChoice(
            wording: [("containers", included.map(\.text)), ("labels", wording), ("excluded", excluded.map(\.text))],
            isWanted: { [wanted] tag in
                tag.names.contains { wanted.contains(id: tag.id, name: $0, label: { tag.labels[$0] }) }
            },
            isExcluded: { [excluded] tag in tag.names.contains { name in excluded.contains { $0.matches(name) } } }
        )
    }
}
