// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// All that is known of one container.
struct ContainerEntry: Sendable {
    /// The figures of the last sample, and when the engine took it.
    struct LatestStats: Sendable, Hashable {
        var timestamp: Timestamp
        var figures: StatsFigures
    }

    let id: ContainerID
    /// The id's 64 digits, by which containers are ordered.
    let digits: String
    /// The first 12 digits, which people see.
    let short: String
    /// The number of the observation that first told of it.
    let first: UInt64
    /// The name without the slash.
    private(set) var name: String
    /// Name and labels, as filters judge them.
    private(set) var tag: ContainerTag
    /// What every message of a log line says of the container.
    private(set) var logPrefix: [UInt8]
    /// The labels as a JSON object, keys rising, so that listing a thousand containers sorts none.
    private(set) var labelsJSON: [UInt8] = Array("{}".utf8)

    var image = ""
    var status = ContainerStatus.unknown
    var health: String?
    var restartCount = 0
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    var exitCode: Int?
    /// ``startedAt`` of the last run that ended: an inspect with another one tells of a later run.
    var endedStart: Timestamp?
    /// Why its log cannot be read, or `nil` when it is read.
    var logsRefusal: String?
    /// The signal that `stop` sends it.
    var stopSignal = Signal.terminate
    /// The number of the observation that told of its removal.
    var gone: UInt64?

    var latest: LatestStats?
    /// The counters that the next sample without a predecessor of its own is compared with.
    var sample: ProcessorSample?

    /// The run that goes on, or that is still to begin.
    var run = RunEvidence()
    /// The run that ended and whose cause is not settled.
    var unsettled: RunEvidence?

    init(id: ContainerID, name: String, first: UInt64) {
        self.id = id
        self.first = first
        self.name = name
        digits = id.description
        short = id.short
        tag = ContainerTag(id: id, names: [name], labels: [:])
        logPrefix = LogSource.prefix(name, short)
    }

    /// Takes name and labels; the tag stays the same object while neither changes.
    mutating func identify(name: String, labels: [String: String]) {
        guard name != self.name || labels != tag.labels else { return }
        if labels != tag.labels {
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                writer.key(escaping: key)
                writer.string(value)
            }
            writer.endObject()
            labelsJSON = writer.bytes
        }
        if name != self.name { logPrefix = LogSource.prefix(name, short) }
        self.name = name
        tag = ContainerTag(id: id, names: [name], labels: labels)
    }

    /// The end of the last run, when none began since.
    var shownEnd: Timestamp? { status.hasEnded ? finishedAt : nil }

    /// The exit code of the last run, when none began since; a start that failed leaves one as well (fact B12).
    var shownExitCode: Int? {
        if status.hasEnded { return exitCode }
        return status == .created && exitCode != 0 ? exitCode : nil
    }
}
