// SPDX-License-Identifier: Apache-2.0

import Bytes
import Recorder

/// What `observer diff --events` says of the lives of containers.
struct LifeCycleDiffText {
    /// How many differences of a container are told to people; JSON has all.
    private static let limit = 50

    let a: String
    let b: String
    /// In nanoseconds.
    let tolerance: Int64

    // MARK: For people

    func text(_ diff: LifeCycleDiff) -> String {
        let different = diff.containers.filter { !$0.differences.isEmpty }
        let same = diff.containers.filter(\.differences.isEmpty)
        let events = same.reduce(0) { $0 + $1.counts.a }
        let span = Self.seconds(tolerance)
        guard !different.isEmpty else {
            return "The same: \(events) events of \(Self.containers(same.count)), times within \(span).\n"
        }
        var lines = [
            "A \(a)", "B \(b)", "",
            "The lives of \(different.count) of \(Self.containers(diff.containers.count)) differ (times within \(span) count "
                + "as the same).",
        ]
        if let delay = diff.commonDelay(tolerance: tolerance) {
            lines.append(
                "All shifted events are about \(later(delay)): the recordings may have been begun at other moments."
            )
        }
        for container in different {
            lines.append("\n" + head(container))
            lines += container.differences.prefix(Self.limit).map { "  " + line($0) }
            let left = container.differences.count - Self.limit
            if left > 0 { lines.append("  and \(left) more") }
        }
        if !same.isEmpty {
            lines.append("\nThe same: " + same.map { TailPrinter.shown($0.name) }.joined(separator: ", "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func containers(_ count: Int) -> String {
        count == 1 ? "1 container" : "\(count) containers"
    }

    private func head(_ container: LifeCycleDiff.Container) -> String {
        let name = TailPrinter.shown(container.name)
        if container.counts.b == 0 { return "\(name), only in A" }
        if container.counts.a == 0 { return "\(name), only in B" }
        return name
    }

    private func line(_ difference: LifeCycleDifference) -> String {
        let event = difference.a ?? difference.b
        let time = Self.offset(event?.offset ?? 0)
        let what = TailPrinter.shown(event?.description ?? "")
        let other = difference.b.map { Self.offset($0.offset) } ?? ""
        let told =
            switch difference.kind {
            case .missing: "missing in B"
            case .extra: "extra, only in B"
            case .outOfOrder: "out of order: at \(other) in B"
            case .shifted: "\(later(difference.delay ?? 0)), at \(other)"
            case .changed: "\(TailPrinter.shown(difference.b?.detail ?? "")) in B, at \(other)"
            }
        return Self.padded(time, 12) + Self.padded(what, 28) + told
    }

    private func later(_ delay: Int64) -> String {
        "\(Self.seconds(delay)) \(delay < 0 ? "earlier" : "later") in B"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func offset(_ nanoseconds: Int64) -> String {
        (nanoseconds < 0 ? "-" : "+") + seconds(nanoseconds)
    }

    /// A span in seconds with three decimals, without its sign.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let milliseconds = nanoseconds.magnitude / 1_000_000
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest + " s"
    }

    // MARK: For machines

    func json(_ diff: LifeCycleDiff) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.string(a)
        writer.key("b")
        writer.string(b)
        writer.key("same")
        writer.boolean(diff.isSame)
        writer.key("tolerance_ns")
        writer.integer(tolerance)
        if let delay = diff.commonDelay(tolerance: tolerance) {
            writer.key("common_delay_ns")
            writer.integer(delay)
        }
        writer.key("containers")
        writer.beginArray()
        for container in diff.containers { Self.write(container, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ container: LifeCycleDiff.Container, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(container.name)
        writer.key("events_a")
        writer.integer(container.counts.a)
        writer.key("events_b")
        writer.integer(container.counts.b)
        writer.key("differences")
        writer.beginArray()
        for difference in container.differences {
            writer.beginObject()
            writer.key("kind")
            writer.string(difference.kind.rawValue)
            for case (let name, let event?) in [("a" as StaticString, difference.a), ("b", difference.b)] {
                writer.key(name)
                writer.beginObject()
                writer.key("event")
                writer.string(event.action)
                writer.key("detail")
                writer.string(event.detail)
                writer.key("offset_ns")
                writer.integer(event.offset)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
