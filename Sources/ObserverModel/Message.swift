// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// The types of messages that have a `seq`.
public enum MessageType: UInt8, Sendable, Hashable, CaseIterable {
    /// A type of the API's table of messages.
    case log, event, verdict, stats, anomaly, incident, mark, command, engine, gap

    /// The name in messages and in the API's `types` parameter.
    public var name: StaticString {
        switch self {
        case .log: "log"
        case .event: "event"
        case .verdict: "verdict"
        case .stats: "stats"
        case .anomaly: "anomaly"
        case .incident: "incident"
        case .mark: "mark"
        case .command: "command"
        case .engine: "engine"
        case .gap: "gap"
        }
    }
}

/// What filters need to know of the container that a message is about.
///
/// A new one is made whenever a container's names or labels change, so that filters judge each once.
public final class ContainerTag: Sendable {
    /// The container.
    public let id: ContainerID
    /// Its names without the slash: one, or the old and the new one for the message of a `rename`.
    public let names: [String]
    /// Its labels.
    public let labels: [String: String]

    /// Makes a tag.
    public init(id: ContainerID, names: [String], labels: [String: String]) {
        self.id = id
        self.names = names
        self.labels = labels
    }
}

/// What filters and cursors need to know of a message without reading it.
public struct MessageHeader: Sendable {
    /// The number of the observation that it was made of.
    public var sequence: UInt64
    /// The time at which that was observed, `t`.
    public var time: Timestamp
    /// The message's own `timestamp`.
    public var timestamp: Timestamp
    /// The container that it is about, where there is one.
    public var container: ContainerTag?
    /// The message's JSON, as offsets into the batch's bytes.
    public var body: Range<Int>
    /// The inside of the JSON string that is the text of a log line, as offsets into the batch's bytes; else empty.
    public var text: Range<Int>
    /// The message's type.
    public var type: MessageType
    /// The level, of a log line.
    public var level: Level
    /// The stream, of a log line.
    public var stream: LogStream

    /// Makes a header.
    public init(
        sequence: UInt64,
        time: Timestamp,
        timestamp: Timestamp,
        type: MessageType,
        container: ContainerTag?,
        body: Range<Int>,
        text: Range<Int> = 0..<0,
        level: Level = .info,
        stream: LogStream = .stdout
    ) {
        self.sequence = sequence
        self.time = time
        self.timestamp = timestamp
        self.type = type
        self.container = container
        self.body = body
        self.text = text
        self.level = level
        self.stream = stream
    }
}

/// Messages in rising `seq`, their JSON in one piece of memory.
public struct MessageBatch: Sendable {
    /// The messages' JSON, one behind the other, with nothing between.
    public var bytes: [UInt8]
    /// The messages in order.
    public var headers: [MessageHeader]

    /// Makes a batch.
    public init(bytes: [UInt8] = [], headers: [MessageHeader] = []) {
        self.bytes = bytes
        self.headers = headers
    }

    /// Whether it holds no message.
    public var isEmpty: Bool { headers.isEmpty }

    /// A message's JSON.
    public func json(of header: MessageHeader) -> ArraySlice<UInt8> { bytes[header.body] }
}
