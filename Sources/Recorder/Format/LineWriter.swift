// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// Writes the lines of a recording: the same bytes for the same observation, keys in the order of the format.
public enum LineWriter {
    /// Appends an observation's line with its newline.
    public static func append(_ observation: Observation, to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        writer.beginObject()
        writer.key("n")
        writer.integer(observation.number)
        writer.key("t")
        writer.time(observation.time)
        writer.key("k")
        writer.string(plain: LineKind(observation.fact).name)
        write(observation.fact, to: &writer)
        writer.endObject()
        writer.newline()
        swap(&writer.bytes, &bytes)
    }

    /// Appends a snapshot's line with its newline; the time is that of the last observation folded in.
    public static func append(_ snapshot: StateSnapshot, time: Timestamp, to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        writer.beginObject()
        writer.key("n")
        writer.integer(snapshot.number)
        writer.key("t")
        writer.time(time)
        writer.key("k")
        writer.string(plain: LineKind.snapshot.name)
        writer.key("projection")
        writer.integer(snapshot.projection)
        writer.key("state")
        writer.raw(snapshot.json[...])
        writer.endObject()
        writer.newline()
        swap(&writer.bytes, &bytes)
    }

    private static func write(_ fact: Fact, to writer: inout JSONWriter) {
        switch fact {
        case .log(let line): write(line, to: &writer)
        case .event(let event):
            if let id = event.container { writer.container(id) }
            if event.isSynthetic { writer.flag("synthetic") }
            writer.key("raw")
            writer.raw(event.raw)
        case .stats(let record), .container(let record):
            writer.container(record.container)
            writer.key("raw")
            writer.raw(record.raw)
        case .engine(let connection):
            writer.key("state")
            writer.string(plain: connection.state.name)
            writer.text("message", connection.message)
            if let version = connection.version {
                writer.key("version")
                writer.raw(version)
            }
        case .anomaly(let anomaly):
            writer.key("object")
            writer.raw(anomaly.object)
        case .mark(let mark):
            writer.text("name", mark.name)
            writer.text("text", mark.text)
        case .command(let command): write(command, to: &writer)
        case .settle(let die, let id):
            writer.container(id)
            writer.key("die")
            writer.integer(die)
        case .gap(let gap): write(gap, to: &writer)
        case .incident(let incident): write(incident, to: &writer)
        }
    }

    private static func write(_ line: LogLine, to writer: inout JSONWriter) {
        writer.container(line.container)
        writer.key("s")
        writer.string(plain: line.stream.name)
        writer.key("ts")
        writer.time(line.timestamp)
        writer.bytes(line.bytes, text: "m", base64: "b")
        if line.continues { writer.flag("more") }
        if line.isUnterminated { writer.flag("p") }
    }

    private static func write(_ command: Command, to writer: inout JSONWriter) {
        if let id = command.container { writer.container(id) }
        writer.text("method", command.method)
        writer.text("path", command.path)
        writer.bytes(command.body, text: "body", base64: "b")
        writer.key("status")
        writer.integer(command.status)
    }

    private static func write(_ gap: Gap, to writer: inout JSONWriter) {
        if let id = gap.container { writer.container(id) }
        writer.key("scope")
        writer.string(plain: gap.scope.name)
        writer.key("reason")
        writer.string(plain: gap.reason.name)
        for case (let name, let time?) in [("from" as StaticString, gap.from), ("to", gap.to)] {
            writer.key(name)
            writer.time(time)
        }
        if let lost = gap.lost {
            writer.key("lost")
            writer.integer(lost)
        }
        writer.text("message", gap.message)
    }

    private static func write(_ incident: Incident, to writer: inout JSONWriter) {
        if let id = incident.container { writer.container(id) }
        writer.text("trigger", incident.trigger)
        writer.text("file", incident.file)
        writer.text("message", incident.message)
    }
}

extension JSONWriter {
    fileprivate mutating func container(_ id: ContainerID) {
        key("c")
        raw(#"""#)
        id.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    fileprivate mutating func text(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    fileprivate mutating func flag(_ name: StaticString) {
        key(name)
        boolean(true)
    }

    /// Writes bytes as text where they are UTF-8, else in base64.
    fileprivate mutating func bytes(_ data: ArraySlice<UInt8>, text: StaticString, base64: StaticString) {
        let before = bytes.count
        key(text)
        raw(#"""#)
        if !data.withUnsafeBufferPointer({ JSONEscape.appendValid($0, to: &bytes) }) {
            bytes.removeSubrange(before...)
            key(base64)
            raw(#"""#)
            data.withUnsafeBufferPointer { Base64.append($0, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
