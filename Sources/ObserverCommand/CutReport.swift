// SPDX-License-Identifier: Apache-2.0

import Bytes
import Recorder

/// What `observer cut` says of its work.
enum CutReport {
    /// How many names are told in a sentence.
    private static let nameLimit = 20

    /// Tells what could not be read or kept, on standard error.
    static func warn(of outcome: CutOutcome) {
        for damage in outcome.damage { StandardError.write("observer: \(damage)\n") }
        let left = outcome.damageCount - outcome.damage.count
        if left > 0 { StandardError.write("observer: and \(left) more\n") }
        if outcome.unknownLines > 0 {
            StandardError.write(
                "observer: \(outcome.unknownLines) lines of kinds that this program does not know were left out\n"
            )
        }
        if outcome.isOtherProjection {
            StandardError.write(
                "observer: the recording was made with another projection version: its messages are made anew\n"
            )
        }
    }

    static func text(_ outcome: CutOutcome) -> String {
        var line = "\(outcome.path): \(outcome.observations) observations"
        if let first = outcome.first, let last = outcome.last { line += ", \(first.time) to \(last.time)" }
        if let containers = outcome.containers { line += ", \(list(containers))" }
        return line + "\n"
    }

    /// Why there is no file.
    static func nothing(_ outcome: CutOutcome) -> String {
        let reason = "Nothing was selected, and \(outcome.path) was not written."
        guard let containers = outcome.containers, containers.isEmpty else { return reason }
        return reason + " No container was chosen; the recording has \(list(outcome.known)) in that time."
    }

    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "no container" }
        let shown = names.prefix(nameLimit).map { TailPrinter.shown($0) }.joined(separator: ", ")
        return names.count > nameLimit ? "\(shown) and \(names.count - nameLimit) more" : shown
    }

    static func json(_ outcome: CutOutcome) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("file")
        writer.string(outcome.path)
        writer.key("written")
        writer.boolean(outcome.observations > 0)
        writer.key("run")
        writer.string(outcome.run)
        writer.key("observations")
        writer.integer(outcome.observations)
        for case (let place?, let keys) in [
            (outcome.first, ("first" as StaticString, "start" as StaticString)), (outcome.last, ("last", "end")),
        ] {
            writer.key(keys.0)
            writer.integer(place.number)
            writer.key(keys.1)
            writer.time(place.time)
        }
        writer.key("bytes")
        writer.integer(outcome.size)
        writer.key("snapshots")
        writer.integer(outcome.snapshots)
        if let containers = outcome.containers {
            writer.key("containers")
            writer.strings(containers)
        }
        writer.key("unknown_lines")
        writer.integer(outcome.unknownLines)
        writer.key("damage_count")
        writer.integer(outcome.damageCount)
        writer.key("damage")
        writer.strings(outcome.damage.map(\.description))
        writer.endObject()
        writer.newline()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    /// Writes an array of strings.
    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
