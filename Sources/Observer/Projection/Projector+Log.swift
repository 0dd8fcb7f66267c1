// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// A container as the messages of its log lines name it.
struct LogSource: Sendable {
    let id: ContainerID
    let tag: ContainerTag
    let prefix: [UInt8]

    /// The bytes from the quote behind the timestamp to the one before the stream:
    /// `","container":"NAME","id":"12 HEX","stream":"`.
    static func prefix(_ name: String, _ short: String) -> [UInt8] {
        var writer = JSONWriter(Array("\",\"container\":".utf8))
        writer.string(name)
        writer.key("id")
        writer.string(short)
        writer.key("stream")
        return writer.bytes + [UInt8(ascii: "\"")]
    }
}

extension Projector {
    /// Projects a line: the one path that is taken a million times a second, so the JSON is written as bytes.
    mutating func projectLog(
        _ line: LogLine,
        _ number: UInt64,
        _ time: Timestamp,
        _ bytes: inout [UInt8],
        _ headers: inout [MessageHeader]
    ) {
        let source = source(of: line.container)
        let start = bytes.count
        // Written in one piece: each append to an array costs as much as ten bytes.
        withUnsafeTemporaryAllocation(byteCount: LogHead.capacity, alignment: 8) { room in
            var head = LogHead(room)
            head.append("{\"type\":\"log\",\"seq\":")
            head.append(number)
            head.append(",\"timestamp\":\"")
            head.append(line.timestamp, &lastSecond)
            // SAFETY: the head has written so many bytes.
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<head.count]))
        }
        bytes.append(contentsOf: source.prefix)
        bytes.append(line.stream.name)
        var header = MessageHeader(
            sequence: number,
            time: time,
            timestamp: line.timestamp,
            type: .log,
            container: source.tag,
            body: start..<start,
            stream: line.stream
        )
        // SAFETY: the pointer is read within the closure only, and never behind its count.
        line.bytes.withUnsafeBufferPointer { Self.appendText($0, of: line, to: &bytes, &header) }
        bytes.append(UInt8(ascii: "}"))
        header.body = start..<bytes.count
        headers.append(header)
    }

    /// Appends the members from `level` on.
    private static func appendText(
        _ whole: UnsafeBufferPointer<UInt8>,
        of line: LogLine,
        to bytes: inout [UInt8],
        _ header: inout MessageHeader
    ) {
        let text = withoutReturn(whole, isEnded: !line.continues)
        let finding = LevelDetector.inspect(text)
        header.level = finding.level
        bytes.append("\",\"level\":\"")
        bytes.append(finding.level.name)
        bytes.append("\",\"message\":\"")
        let start = bytes.count
        JSONEscape.append(text, to: &bytes)
        header.text = start..<bytes.count
        bytes.append(UInt8(ascii: "\""))
        let isPartial = line.continues || line.isUnterminated
        if isPartial { bytes.append(",\"partial\":true") }
        if finding.structure != .none { appendFields(text, finding, to: &bytes) }
    }

    /// Appends `fields`, if the line as a whole proves to have them.
    private static func appendFields(
        _ text: UnsafeBufferPointer<UInt8>,
        _ finding: LineFinding,
        to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(ascii: ","))
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        let hasFields = LineFields.append(of: text.span, finding: finding, to: &writer)
        swap(&writer.bytes, &bytes)
        if !hasFields { bytes.removeLast() }
    }

    /// A line without the carriage return at its end: a terminal ends lines by both.
    private static func withoutReturn(_ text: UnsafeBufferPointer<UInt8>, isEnded: Bool) -> UnsafeBufferPointer<UInt8> {
        guard isEnded, text.last == 0x0D else { return text }
        // SAFETY: the shorter buffer lies within the one that was handed in.
        return UnsafeBufferPointer(rebasing: text.dropLast())
    }

    /// The container as log messages name it, kept from line to line.
    private mutating func source(of id: ContainerID) -> LogSource {
        if let lastSource, lastSource.id == id { return lastSource }
        let source: LogSource
        if let slot = state.table.slot(of: id) {
            if state.table.entries[slot].logsRefusal != nil { _ = state.table.update(id) { $0.logsRefusal = nil } }
            source = LogSource(
                id: id,
                tag: state.table.entries[slot].tag,
                prefix: state.table.entries[slot].logPrefix
            )
        } else {
            let tag = tag(of: id)
            source = LogSource(id: id, tag: tag, prefix: LogSource.prefix(tag.names.first ?? "", id.short))
        }
        lastSource = source
        return source
    }
}

extension [UInt8] {
    /// Appends the bytes of a text.
    @inline(__always)
    fileprivate mutating func append(_ text: StaticString) {
        // SAFETY: a static string's bytes live as long as the process, and `utf8CodeUnitCount` is their number.
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
