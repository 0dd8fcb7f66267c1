// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Recorder

/// What a person wants to know of a recording first: what happened, and what was said before it.
struct RecordingStory {
    /// A moment of the story.
    struct Moment {
        var time: Timestamp
        var container: String
        var what: String
        var text: String
    }

    /// A death, with the lines before it.
    struct Death {
        var time: Timestamp
        var container: String
        var text: String
        /// The cause that the verdict settled on, and what it rests on.
        var cause: String
        var evidence: [String]
        /// The number of the message that told of it.
        var number: UInt64
        var lines: [Moment]
    }

    /// How many moments are told: a storm of restarts is told by its beginning.
    static let momentLimit = 200
    /// How many deaths are told with their last lines.
    static let deathLimit = 20
    /// How many lines before a death are told.
    static let lineLimit = 10
    /// How much of a line is shown, in bytes.
    static let lineBytes = 300
    private static let lifeCycle: Set<String> = [
        "create", "start", "die", "oom", "kill", "stop", "restart", "pause", "unpause", "destroy", "health_status",
    ]

    private(set) var moments: [Moment] = []
    /// How many moments there were in all.
    private(set) var momentCount = 0
    private(set) var firstErrors: [Moment] = []
    private(set) var deaths: [Death] = []
    private(set) var gaps: [Moment] = []
    private var recent: [ContainerID: [Moment]] = [:]
    private var known: Set<ContainerID> = []

    /// Takes messages in order.
    mutating func take(_ batch: MessageBatch) {
        for header in batch.headers {
            if header.type == .log {
                take(line: header, batch)
            } else {
                take(other: header, batch)
            }
        }
    }

    private mutating func take(line header: MessageHeader, _ batch: MessageBatch) {
        guard let tag = header.container else { return }
        let isError = header.level >= .error && !known.contains(tag.id)
        // The text is needed of the last lines alone, but which are the last is known later.
        var bytes: [UInt8] = []
        let text = batch.bytes[header.text].prefix(Self.lineBytes)
        JSONEscape.appendUnescaped(text.span, to: &bytes)
        let moment = Moment(
            time: header.timestamp,
            container: tag.names.first ?? tag.id.short,
            what: "\(header.level.name)",
            text: String(decoding: bytes, as: UTF8.self)
        )
        recent[tag.id, default: []].append(moment)
        if recent[tag.id, default: []].count > 2 * Self.lineLimit {
            recent[tag.id]?.removeFirst(Self.lineLimit)
        }
        guard isError else { return }
        known.insert(tag.id)
        firstErrors.append(moment)
    }

    private mutating func take(other header: MessageHeader, _ batch: MessageBatch) {
        guard header.type != .stats, let message = (try? JSONDocument(batch.json(of: header)))?.root else { return }
        let what = message["event_type"]?.string ?? "\(header.type.name)"
        if header.type == .event, !Self.lifeCycle.contains(what) { return }
        let name = header.container?.names.first ?? message["container"]?.string ?? ""
        let text = message["message"]?.string ?? message["text"]?.string ?? message["name"]?.string ?? ""
        var moment = Moment(time: header.time, container: name, what: what, text: text)
        if header.type == .mark { moment.text = "@\(message["name"]?.string ?? "") \(text)" }
        if header.type == .anomaly, text.isEmpty {
            moment.text = String(decoding: batch.json(of: header).prefix(Self.lineBytes), as: UTF8.self)
        }
        momentCount += 1
        if moments.count < Self.momentLimit { moments.append(moment) }
        if header.type == .gap, gaps.count < Self.momentLimit { gaps.append(moment) }
        let evidence = message["evidence"]?.elements.compactMap(\.string) ?? []
        if header.type == .verdict, let die = message["die"]?.unsigned,
            let index = deaths.lastIndex(where: { $0.number == die })
        {
            deaths[index].cause = message["cause"]?.string ?? "unknown"
            deaths[index].evidence = evidence
        }
        guard what == "die", let tag = header.container else { return }
        let lines = Array((recent.removeValue(forKey: tag.id) ?? []).suffix(Self.lineLimit))
        guard deaths.count < Self.deathLimit else { return }
        deaths.append(
            Death(
                time: header.time,
                container: name,
                text: text,
                cause: message["cause"]?.string ?? "unknown",
                evidence: evidence,
                number: header.sequence,
                lines: lines
            )
        )
    }
}
