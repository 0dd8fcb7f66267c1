// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The header of a recording that is cut out of others.
enum CutHeader {
    /// What cuts before this one say is kept up to this size: a header has a bound of 1 MiB.
    private static let historyLimit = 64 << 10

    static func make(
        of set: RecordingSet,
        options: CutOptions,
        projection: Int,
        first: UInt64
    ) -> RecordingHeader {
        var header = set.header
        header.projection = projection
        header.first = first
        header.cut = selection(set, options)
        if let redaction = options.redaction { header.run = redaction.run }
        // What opened an incident may be about a container that was not chosen, and repeats what a client said.
        if options.redaction != nil || options.containers != nil { header.incident = nil }
        if let producer = options.producer { header.producer = producer }
        return header
    }

    /// What was selected, as JSON; members are left out where all was.
    private static func selection(_ set: RecordingSet, _ options: CutOptions) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for case (let name, let time?) in [("since" as StaticString, options.since), ("until", options.until)] {
            writer.key(name)
            writer.time(time)
        }
        for (option, values) in options.containers?.wording ?? [] where !values.isEmpty {
            writer.key(escaping: option)
            writer.beginArray()
            for value in values { writer.string(value) }
            writer.endArray()
        }
        if !options.kinds.isEmpty {
            writer.key("kinds")
            writer.beginArray()
            for kind in LineKind.allCases where options.kinds.contains(kind) { writer.string(plain: kind.name) }
            writer.endArray()
        }
        if options.redaction != nil {
            writer.key("redacted")
            writer.boolean(true)
        }
        if set.parts.count > 1 {
            writer.key("files")
            writer.integer(set.parts.count)
        }
        writeHistory(set, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Writes what was selected when the parts were cut themselves, each selection once.
    private static func writeHistory(_ set: RecordingSet, to writer: inout JSONWriter) {
        var cuts: [[UInt8]] = []
        var size = 0
        for case let cut? in set.parts.map(\.header.cut) where !cuts.contains(cut) {
            size += cut.count
            guard size <= historyLimit else { break }
            cuts.append(cut)
        }
        guard !cuts.isEmpty else { return }
        writer.key("of")
        writer.beginArray()
        for cut in cuts { writer.raw(cut[...]) }
        writer.endArray()
    }
}
