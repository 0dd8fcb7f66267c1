// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// What is kept of a message beside its JSON: 40 bytes a message.
@frozen
public struct MessageRow: Sendable {
    /// The number of the observation that the message was made of.
    public var sequence: UInt64
    /// The message's own `timestamp`.
    public var timestamp: Timestamp
    /// Where the message's JSON begins in the table's bytes.
    public var bodyStart: UInt32
    /// The length of the message's JSON.
    public var bodyCount: UInt32
    /// Where the inside of a log line's JSON string begins in the table's bytes.
    public var textStart: UInt32
    /// The length of the inside of a log line's JSON string.
    public var textCount: UInt32
    /// The place in the table's tags of the container's, or ``noTag``.
    public var tag: UInt32
    /// The message's type.
    public var type: MessageType
    /// The level, of a log line.
    public var level: Level
    /// The stream, of a log line.
    public var stream: LogStream

    /// The tag of a message that is about no container.
    @inlinable public static var noTag: UInt32 { .max }

    /// The message's JSON, as offsets into the table's bytes.
    @inlinable public var body: Range<Int> { Int(bodyStart)..<(Int(bodyStart) + Int(bodyCount)) }

    /// The inside of a log line's JSON string, as offsets into the table's bytes.
    @inlinable public var text: Range<Int> { Int(textStart)..<(Int(textStart) + Int(textCount)) }
}

/// Messages in rising `seq` with what filters need to know of them: the form that is judged, kept and encoded.
public struct MessageTable: Sendable {
    /// The messages' JSON.
    public internal(set) var bytes: [UInt8] = []
    /// The messages in order.
    public internal(set) var rows: [MessageRow] = []
    /// The containers that the rows refer to, each tag once.
    public internal(set) var tags: [ContainerTag] = []
    /// How many of the messages are stats.
    private(set) var statsCount = 0

    /// Makes an empty table.
    public init() {}

    /// Takes over a batch's bytes and lists its messages.
    ///
    /// Left out are messages whose number does not rise, and what lies beyond 4 GiB, where offsets end.
    public init(_ batch: MessageBatch) {
        bytes = batch.bytes
        rows.reserveCapacity(batch.headers.count)
        var index = TagIndex()
        var last: (tag: ContainerTag, place: UInt32)?
        var sequence: UInt64 = 0
        // A span lends its elements: copying a header would count references for nothing.
        let headers = batch.headers.span
        for place in headers.indices
        where headers[place].sequence > sequence && headers[place].body.upperBound <= Int(UInt32.max) {
            sequence = headers[place].sequence
            if headers[place].type == .stats { statsCount += 1 }
            guard let tag = headers[place].container else {
                rows.append(MessageRow(headers[place], tag: MessageRow.noTag))
                continue
            }
            if tag !== last?.tag { last = (tag, index.place(of: tag, in: &tags)) }
            rows.append(MessageRow(headers[place], tag: last?.place ?? MessageRow.noTag))
        }
    }

    /// Whether it holds no message.
    @inlinable public var isEmpty: Bool { rows.isEmpty }

    /// A message's JSON.
    public func json(of row: MessageRow) -> ArraySlice<UInt8> { bytes[row.body] }

    /// The container that a row is about.
    public func container(of row: MessageRow) -> ContainerTag? {
        row.tag == MessageRow.noTag ? nil : tags[Int(row.tag)]
    }

    /// The index of the first row whose number is above `sequence`.
    public func firstRow(after sequence: UInt64) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MessageRow {
    init(_ header: borrowing MessageHeader, tag: UInt32) {
        sequence = header.sequence
        timestamp = header.timestamp
        bodyStart = UInt32(header.body.lowerBound)
        bodyCount = UInt32(header.body.count)
        textStart = UInt32(header.text.lowerBound)
        textCount = UInt32(header.text.count)
        self.tag = tag
        type = header.type
        level = header.level
        stream = header.stream
    }
}
