// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// The first line of a recording: who made it, of what, and in which form.
public struct RecordingHeader: Sendable, Hashable {
    /// The format's version that this code writes, and the highest that it reads.
    public static let currentVersion = 1

    /// The format's version.
    public var version: Int
    /// What a reader must be able to do beyond the version; this code knows of nothing.
    public var requires: [String]
    /// The version of the projector that the recording was made with.
    public var projection: Int
    /// The run that it is a part of.
    public var run: String
    /// The number of the first observation of this file.
    public var first: UInt64
    /// When the file was begun.
    public var created: Timestamp
    /// The program that wrote it.
    public var producer: String
    /// What was observed, as JSON: `mode`, and where they apply `engine`, `host`, `scenario`, `seed`.
    public var source: [UInt8]
    /// What was selected, as JSON, in a file that was cut out of another.
    public var cut: [UInt8]?
    /// What opened it, as JSON, in an incident recording: `trigger`, `container`, `t`, `message`.
    public var incident: [UInt8]?

    /// Makes the header of a recording that was not cut.
    public init(
        projection: Int,
        run: String,
        first: UInt64,
        created: Timestamp,
        producer: String,
        source: [UInt8],
        cut: [UInt8]? = nil,
        incident: [UInt8]? = nil
    ) {
        version = Self.currentVersion
        requires = []
        self.projection = projection
        self.run = run
        self.first = first
        self.created = created
        self.producer = producer
        self.source = source
        self.cut = cut
        self.incident = incident
    }

    /// The mode of the source that was recorded: `live`, `simulation`, `replay`.
    public var mode: String { source(member: "mode") ?? "unknown" }

    /// A member of the source that is a text.
    public func source(member name: String) -> String? {
        (try? JSONDocument(source[...]))?.root.member(named: name)?.string
    }

    /// Reads a header's line.
    ///
    /// - Throws: ``RecordingError/notARecording(_:)`` for another line, and ``RecordingError/tooNew(_:)`` for a version
    ///   or a requirement that this code does not know.
    public init(line: ArraySlice<UInt8>) throws(RecordingError) {
        let root: JSONValue
        do { root = try JSONDocument(line).root } catch {
            throw .notARecording("its first line is no JSON (\(error))")
        }
        guard root["observer"]?.string == "recording", let version = root["version"]?.integer else {
            throw .notARecording("its first line is no recording's header")
        }
        let producer = root["producer"]?.string ?? "an unknown program"
        guard version <= Self.currentVersion else {
            throw .tooNew(
                "it is of version \(version), made by \(producer); this program reads up to \(Self.currentVersion)"
            )
        }
        requires = root["requires"]?.elements.compactMap(\.string) ?? []
        if let unknown = requires.first {
            throw .tooNew("it was made by \(producer) and requires \"\(unknown)\", which this program does not know")
        }
        guard version >= 1, let projection = root["projection"]?.integer, let run = root["run"]?.string,
            let first = root["first"]?.unsigned, let created = root["created"]?.time
        else { throw .notARecording("its header is incomplete") }
        self.version = Int(version)
        self.projection = Int(clamping: projection)
        self.run = run
        self.first = first
        self.created = created
        self.producer = producer
        source = root["source"].map { Array($0.raw) } ?? Array("{}".utf8)
        cut = root["cut"].map { Array($0.raw) }
        incident = root["incident"].map { Array($0.raw) }
    }

    /// Appends the header's line with its newline.
    public func append(to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        writer.beginObject()
        writer.key("observer")
        writer.string(plain: "recording")
        writer.key("version")
        writer.integer(version)
        writer.key("requires")
        writer.beginArray()
        for requirement in requires { writer.string(requirement) }
        writer.endArray()
        writer.key("projection")
        writer.integer(projection)
        writer.key("run")
        writer.string(run)
        writer.key("first")
        writer.integer(first)
        writer.key("created")
        writer.time(created)
        writer.key("producer")
        writer.string(producer)
        writer.key("source")
        writer.raw(source[...])
        if let cut {
            writer.key("cut")
            writer.raw(cut[...])
        }
        if let incident {
            writer.key("incident")
            writer.raw(incident[...])
        }
        writer.endObject()
        writer.newline()
        swap(&writer.bytes, &bytes)
    }
}
