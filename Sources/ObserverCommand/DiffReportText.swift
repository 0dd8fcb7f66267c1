// SPDX-License-Identifier: Apache-2.0

import Bytes
import Recorder

/// What `observer diff` says of observations.
struct DiffReportText {
    let a: String
    let b: String

    func warn(_ damage: [String], of count: Int) {
        for damage in damage { StandardError.write("observer: \(damage)\n") }
        if count > damage.count { StandardError.write("observer: and \(count - damage.count) more\n") }
    }

    // MARK: For people

    func text(_ report: DiffReport) -> String {
        var lines = report.isSame ? [] : ["A (-) \(a)", "B (+) \(b)", ""]
        lines += report.headers.map { "The headers differ: \($0)." }
        if let first = report.first {
            lines.append("\(sentence(first))\n")
            lines += excerpts(first)
            lines.append("")
        }
        guard !report.isSame else {
            let limit = report.hasLoss ? ", as far as they can be read" : ""
            return "The same: \(report.same) observations\(limit).\n"
        }
        lines.append(
            "\(report.same) the same, \(report.changed) changed, \(report.onlyInA) only in A, "
                + "\(report.onlyInB) only in B"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private func sentence(_ first: RecordingDifference) -> String {
        let what =
            switch first.kind {
            case .changed: "they say different things"
            case .onlyInA: first.isEnd ? "B has ended" : "only A has it"
            case .onlyInB: first.isEnd ? "A has ended" : "only B has it"
            }
        let place = first.head.map { head in " (\(head.kind.map { "\($0.name), " } ?? "")\(head.time))" } ?? ""
        return "The first difference is observation \(first.number)\(place): \(what)."
    }

    private func excerpts(_ first: RecordingDifference) -> [String] {
        var lines = first.before.map { Self.line(.both, $0) }
        if let a = first.a { lines.append(Self.line(.a, a)) }
        if let b = first.b { lines.append(Self.line(.b, b)) }
        if first.kind == .changed, let b = first.b {
            // An arrow to the place, unless a character before it is shown as several.
            let head = b.text.prefix(b.column)
            if TailPrinter.shown(String(head)) == head {
                lines.append(String(repeating: " ", count: b.column + 2) + "^")
            }
        }
        return lines + first.after.map { Self.line($0.side, $0.excerpt) }
    }

    private static func line(_ side: RecordingDifference.Side, _ excerpt: LineExcerpt) -> String {
        let sign =
            switch side {
            case .both: "  "
            case .a: "- "
            case .b: "+ "
            }
        return sign + TailPrinter.shown(excerpt.text)
    }

    // MARK: For machines

    func json(_ report: DiffReport) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.string(a)
        writer.key("b")
        writer.string(b)
        writer.key("same")
        writer.boolean(report.isSame)
        writer.key("headers")
        writer.strings(report.headers)
        writer.key("counts")
        writer.beginObject()
        let counts: KeyValuePairs<StaticString, UInt64> = [
            "same": report.same, "changed": report.changed, "only_in_a": report.onlyInA, "only_in_b": report.onlyInB,
        ]
        for (name, count) in counts {
            writer.key(name)
            writer.integer(count)
        }
        writer.endObject()
        if let first = report.first { write(first, to: &writer) }
        writer.key("damage_count")
        writer.integer(report.damageCount)
        writer.key("damage")
        writer.strings(report.damage.map(\.description))
        writer.endObject()
        writer.newline()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ first: RecordingDifference, to writer: inout JSONWriter) {
        writer.key("first")
        writer.beginObject()
        writer.key("n")
        writer.integer(first.number)
        writer.key("difference")
        writer.string(first.kind.rawValue)
        if let head = first.head {
            writer.key("t")
            writer.time(head.time)
        }
        if let offset = first.offset {
            writer.key("offset")
            writer.integer(offset)
        }
        for case (let name, let line?) in [("a" as StaticString, first.a), ("b", first.b)] {
            writer.key(name)
            writer.string(line.text)
        }
        writer.key("before")
        writer.strings(first.before.map(\.text))
        writer.key("after")
        writer.beginArray()
        for line in first.after {
            writer.beginObject()
            writer.key("in")
            writer.string(line.side.rawValue)
            writer.key("line")
            writer.string(line.excerpt.text)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
