// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// A message that is being written, if there is to be one.
///
/// It owns the writer while it lives, so that the batch's bytes are never copied.
struct MessageDraft {
    var writer: JSONWriter
    private(set) var header: MessageHeader?
    private let number: UInt64
    let time: Timestamp
    private let start: Int

    init(_ observation: Observation, writer: consuming JSONWriter) {
        self.writer = writer
        number = observation.number
        time = observation.time
        start = self.writer.count
        header = nil
    }

    /// Begins the message: `type`, `seq`, `timestamp`.
    mutating func begin(_ type: MessageType, timestamp: Timestamp, container: ContainerTag? = nil) {
        header = MessageHeader(
            sequence: number,
            time: time,
            timestamp: timestamp,
            type: type,
            container: container,
            body: start..<start
        )
        // A batch's messages follow each other with nothing between.
        writer = JSONWriter(takeBytes())
        writer.beginObject()
        writer.key("type")
        writer.string(plain: type.name)
        writer.key("seq")
        writer.integer(number)
        writer.key("timestamp")
        writer.time(timestamp)
    }

    /// Writes `container` and `id`.
    mutating func container(_ tag: ContainerTag, name: String) {
        writer.key("container")
        writer.string(name)
        writer.key("id")
        writer.string(tag.id.short)
    }

    /// Ends the message, if one was begun, and gives the writer back.
    consuming func finish(_ headers: inout [MessageHeader]) -> JSONWriter {
        if var header {
            writer.endObject()
            header.body = start..<writer.count
            headers.append(header)
        }
        return writer
    }

    private mutating func takeBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        swap(&bytes, &writer.bytes)
        return bytes
    }
}
