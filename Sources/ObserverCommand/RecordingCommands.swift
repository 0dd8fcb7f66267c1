// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Bytes
import Recorder

/// `observer verify`: hold recordings to the format.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check recordings: every checksum and every law of the format.",
        discussion: """
            Exits 0 when nothing is wrong, 1 when something is, 2 when a file is no
            recording.

            EXAMPLES
              observer verify incident.zst
              observer verify --json recordings/*.zst | jq .problems
              observer verify --replay incident.zst    play it too, and compare messages
            """
    )

    @Argument(help: ArgumentHelp("Recordings, each judged by itself.", valueName: "file"))
    var files: [String]

    @Flag(name: .long, help: "Play it twice, from the start and from each snapshot, and compare all messages.")
    var replay = false

    @Flag(name: .long, help: "Print one JSON object for each file.")
    var json = false

    func run() throws {
        var isSound = true
        for file in files {
            let report: VerificationReport
            var check: PlaybackCheck?
            let progress = ProgressLine("verifying \(file)")
            do {
                report = try RecordingVerifier.verify(file, progress: progress.show)
                if replay { check = try PlaybackCheck(RecordingSet(paths: [file]), progress: progress.show) }
            } catch {
                progress.clear()
                throw CommandFailure.usage("\(file) \(error)")
            }
            progress.clear()
            isSound = isSound && report.isSound && check?.problemCount ?? 0 == 0
            StandardOutput.write(json ? Self.json(report, check) : Self.text(report) + (check.map(Self.text) ?? ""))
        }
        guard isSound else { throw ExitCode(ExitStatus.negative.rawValue) }
    }

    private static func text(_ report: VerificationReport) -> String {
        let ending = report.isComplete ? "" : ", not ended"
        let head = "\(report.path): \(report.observations) observations\(ending), content \(hex(report.contentHash))"
        guard !report.isSound else { return head + ": sound\n" }
        let left = report.problemCount - report.problems.count
        let more = left > 0 ? ["and \(left) more"] : []
        return ([head + ": \(report.problemCount) problems"] + (report.problems + more).map { "  " + $0 })
            .joined(separator: "\n") + "\n"
    }

    private static func text(_ check: PlaybackCheck) -> String {
        let head = "  played twice: \(check.messages) messages, \(check.snapshots) snapshots, hash \(hex(check.hash))"
        guard check.problemCount > 0 else { return head + ": equal\n" }
        let left = check.problemCount - check.problems.count
        let more = left > 0 ? ["and \(left) more"] : []
        return ([head + ": \(check.problemCount) differences"] + (check.problems + more).map { "  " + $0 })
            .joined(separator: "\n") + "\n"
    }

    private static func json(_ report: VerificationReport, _ check: PlaybackCheck?) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("file")
        writer.string(report.path)
        writer.key("sound")
        writer.boolean(report.isSound)
        writer.key("complete")
        writer.boolean(report.isComplete)
        writer.key("observations")
        writer.integer(report.observations)
        writer.key("content")
        writer.string(hex(report.contentHash))
        writer.key("problem_count")
        writer.integer(report.problemCount)
        writer.key("problems")
        writer.beginArray()
        for problem in report.problems { writer.string(problem) }
        writer.endArray()
        if let check {
            writer.key("replay")
            writer.beginObject()
            writer.key("messages")
            writer.integer(check.messages)
            writer.key("snapshots")
            writer.integer(check.snapshots)
            writer.key("content")
            writer.string(hex(check.hash))
            writer.key("difference_count")
            writer.integer(check.problemCount)
            writer.key("differences")
            writer.beginArray()
            for problem in check.problems { writer.string(problem) }
            writer.endArray()
            writer.endObject()
        }
        writer.endObject()
        writer.newline()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func hex(_ value: UInt64) -> String {
        var bytes: [UInt8] = []
        Hex.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// `observer recover`: make a sound recording of a damaged one.
struct RecoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Write a sound recording with all that can be read of a damaged one.",
        discussion: """
            The damaged file is left as it is. Exits 0 when nothing was lost, 3 when
            something was, and says what.

            EXAMPLE
              observer recover killed.zst -o whole.zst
            """
    )

    @Argument(help: ArgumentHelp("The recording.", valueName: "file"))
    var file: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The new recording; it must not exist.", valueName: "file"))
    var output: String

    func run() throws {
        let recovery: Recovery
        let progress = ProgressLine("reading \(file)")
        do { recovery = try RecordingRecoverer.recover(file, to: output, progress: progress.show) } catch {
            progress.clear()
            throw CommandFailure.usage("\(file) \(error)")
        }
        progress.clear()
        for damage in recovery.damage { StandardError.write("observer: \(damage)\n") }
        let left = recovery.damageCount - recovery.damage.count
        if left > 0 { StandardError.write("observer: and \(left) more\n") }
        StandardOutput.write("\(output): \(recovery.observations) observations\n")
        guard !recovery.hasLoss else { throw ExitCode(ExitStatus.loss.rawValue) }
    }
}

/// How far a long job is, on a terminal; nothing where standard error is piped.
struct ProgressLine {
    private let what: String
    private let isShown = StandardError.isTerminal

    init(_ what: String) {
        self.what = what
    }

    /// Shows the share that is done.
    func show(_ done: Int, of total: Int) {
        guard isShown, total > 0 else { return }
        StandardError.write("\r\(what): \(done * 100 / total) %")
    }

    /// Removes the line.
    func clear() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }
}
