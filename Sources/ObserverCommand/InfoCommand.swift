// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import ObserverModel
import Recorder

/// `observer info`: tell what a recording holds and what happened in it.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Tell what recordings hold, and what happened.",
        discussion: """
            The story in order: lives and deaths with their causes and the evidence, gaps
            and marks; the first error of each container; the last lines before each
            death.

            EXAMPLES
              observer info incident.zst
              observer info --json incident.zst | jq '.deaths[] | [.container, .cause]'
            """
    )

    @Argument(help: ArgumentHelp("Recordings of one run, or a folder of them.", valueName: "file"))
    var files: [String]

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
        do {
            let recording = try RecordingSet(paths: files)
            var figures = try RecordingFigures(recording)
            var story = RecordingStory()
            let progress = ProgressLine("reading")
            var messages = try RecordedMessages(recording)
            while let batch = try messages.next() {
                story.take(batch)
                if let last = batch.headers.last { progress.show(Int(clamping: last.sequence), of: figures.lastNumber) }
            }
            progress.clear()
            figures.damage += messages.damage.filter { !figures.damage.contains($0) }
            StandardOutput.write(json ? figures.json(story) : figures.text(story))
        } catch let error as RecordingError {
            throw CommandFailure.usage(error.description)
        }
    }
}

/// The figures of a recording.
struct RecordingFigures {
    let recording: RecordingSet
    let range: ClosedRange<Timestamp>
    let names: NameTable
    var counts: [(kind: String, count: UInt64)] = []
    var contentSize: UInt64 = 0
    var damage: [String]

    init(_ recording: RecordingSet) throws {
        self.recording = recording
        range = try recording.timeRange()
        names = try recording.names()
        damage = recording.damage.map(\.description)
        var sums: [LineKind: UInt64] = [:]
        for index in 0..<recording.frameCount {
            let entry = try recording.frame(index)
            contentSize += UInt64(entry.contentSize)
            for kind in LineKind.allCases where Int(kind.rawValue) < entry.summary.counts.count {
                sums[kind, default: 0] += UInt64(entry.summary.counts[Int(kind.rawValue)])
            }
        }
        counts = LineKind.allCases.compactMap { kind in
            sums[kind].flatMap { $0 > 0 ? ("\(kind.name)", $0) : nil }
        }
    }

    var lastNumber: Int { Int(clamping: recording.lastNumber) }
    private var containers: [String] { names.containers.compactMap(\.names.last) }
    private var seconds: Double { range.upperBound.duration(since: range.lowerBound) / .seconds(1) }

    /// A moment as seconds after the start.
    private func offset(_ time: Timestamp) -> String {
        let tenths = Int64((time.duration(since: range.lowerBound) / .milliseconds(100)).rounded())
        return "+\(tenths / 10).\(abs(tenths % 10)) s"
    }

    /// What opened it, of an incident recording.
    private var incident: (trigger: String, time: Timestamp, message: String)? {
        guard recording.parts.count == 1, let json = recording.header.incident,
            let root = (try? JSONDocument(json[...]))?.root, let time = root["t"]?.time
        else { return nil }
        return (root["trigger"]?.string ?? "?", time, TailPrinter.shown(root["message"]?.string ?? ""))
    }

    // MARK: For people

    func text(_ story: RecordingStory) -> String {
        let header = recording.header
        var lines = [
            recording.origin,
            "  recorded    \(range.lowerBound) to \(range.upperBound), \(offset(range.upperBound).dropFirst())",
            "  run         \(header.run), \(header.mode), by \(header.producer)",
        ]
        if let incident {
            lines.append("  incident    \(incident.trigger) at \(offset(incident.time)): \(incident.message)")
        }
        lines += [
            "  size        \(recording.size) bytes for \(contentSize) (\(ratio) times), "
                + (recording.isComplete ? "complete" : "not ended"),
            "  containers  \(Self.list(containers))",
            "  holds       \(counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", "))",
            "  marks       \(Self.list(names.marks.map { "@\($0.name) at \(offset($0.time))" }))",
            "  gaps        \(story.gaps.isEmpty ? "none" : "\(story.gaps.count)")",
            "  damage      \(damage.isEmpty ? "none" : "\(damage.count)")",
        ]
        lines += damage.map { "    \($0)" }
        lines.append("\nWhat happened")
        lines += story.moments.map { line($0) }
        if story.momentCount > story.moments.count {
            lines.append(
                "  and \(story.momentCount - story.moments.count) more: observer cat --types event,verdict,gap"
            )
        }
        if !story.firstErrors.isEmpty { lines.append("\nThe first error of each container") }
        lines += story.firstErrors.map { line($0) }
        for death in story.deaths {
            lines.append("\n\(death.container) died at \(offset(death.time)), cause \(death.cause)")
            lines += death.evidence.map { "  evidence   \(TailPrinter.shown($0))" }
            if !death.lines.isEmpty { lines.append("  its last lines") }
            lines += death.lines.map { line($0) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var ratio: String {
        let tenths = contentSize * 10 / max(1, recording.size)
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func line(_ moment: RecordingStory.Moment) -> String {
        let parts = [offset(moment.time).padded(10), moment.container.padded(16), moment.what.padded(9)]
        return "  " + parts.joined(separator: " ") + " " + TailPrinter.shown(moment.text)
    }

    /// Names, as many as fit on a line or two.
    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "none" }
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }

    // MARK: For machines

    func json(_ story: RecordingStory) -> String {
        let header = recording.header
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.strings(recording.parts.map(\.path))
        for (name, text) in [("run" as StaticString, header.run), ("mode", header.mode), ("producer", header.producer)]
        {
            writer.key(name)
            writer.string(text)
        }
        if let incident = header.incident {
            writer.key("incident")
            writer.raw(incident[...])
        }
        writer.key("start")
        writer.time(range.lowerBound)
        writer.key("end")
        writer.time(range.upperBound)
        writer.key("first")
        writer.integer(header.first)
        writer.key("last")
        writer.integer(recording.lastNumber)
        writer.key("bytes")
        writer.integer(recording.size)
        writer.key("content_bytes")
        writer.integer(contentSize)
        writer.key("complete")
        writer.boolean(recording.isComplete)
        writer.key("counts")
        writer.beginObject()
        for (kind, count) in counts {
            writer.key(escaping: kind)
            writer.integer(count)
        }
        writer.endObject()
        writer.key("containers")
        writer.strings(containers)
        writer.key("marks")
        writer.moments(names.marks.map { .init(time: $0.time, container: "", what: "mark", text: $0.name) })
        writer.key("damage")
        writer.strings(damage)
        writer.key("gaps")
        writer.moments(story.gaps)
        writer.key("events")
        writer.moments(story.moments)
        writer.key("first_errors")
        writer.moments(story.firstErrors)
        writer.key("deaths")
        writer.beginArray()
        for death in story.deaths {
            writer.beginObject()
            writer.moment(.init(time: death.time, container: death.container, what: "die", text: death.text))
            writer.key("cause")
            writer.string(death.cause)
            writer.key("evidence")
            writer.strings(death.evidence)
            writer.key("lines")
            writer.moments(death.lines)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func moments(_ moments: [RecordingStory.Moment]) {
        beginArray()
        for moment in moments {
            beginObject()
            self.moment(moment)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func moment(_ moment: RecordingStory.Moment) {
        key("timestamp")
        time(moment.time)
        if !moment.container.isEmpty {
            key("container")
            string(moment.container)
        }
        key("what")
        string(moment.what)
        key("message")
        string(moment.text)
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
