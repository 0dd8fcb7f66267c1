// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import Observer
public import ObserverModel

/// A set of message types.
public struct MessageTypes: OptionSet, Sendable, Hashable {
    /// The set's bits: one for each type, by its raw value.
    public let rawValue: UInt16

    /// Makes a set of its bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Makes a set of one type.
    @inlinable
    public init(_ type: MessageType) {
        self.init(rawValue: 1 << UInt16(type.rawValue))
    }

    /// Every type.
    public static let all = MessageTypes(MessageType.allCases.map { MessageTypes($0) })
    /// What a client gets that does not choose: everything but stats.
    public static let standard = all.subtracting(MessageTypes(.stats))
}

/// The containers that one `container=` names.
public enum ContainerPattern: Sendable, Hashable {
    /// Those with a name that fits; a plain name follows that name through re-creation.
    case name(Glob)
    /// The one with this id.
    case id(ContainerID)

    func takes(_ tag: ContainerTag) -> Bool {
        switch self {
        case .name(let glob): tag.names.contains { glob.matches($0) }
        case .id(let id): tag.id == id
        }
    }
}

/// The containers that one `label=` names.
public struct LabelRequirement: Sendable, Hashable {
    /// The label.
    public var key: String
    /// The value that it must have, or `nil` when it must only be there.
    public var value: String?

    /// Makes a requirement.
    public init(key: String, value: String? = nil) {
        self.key = key
        self.value = value
    }

    func takes(_ tag: ContainerTag) -> Bool {
        guard let found = tag.labels[key] else { return false }
        return value == nil || value == found
    }
}

/// The container that a stream is about.
public enum ContainerSubject: Sendable, Hashable {
    /// Whichever has this name, through re-creation; a `rename` belongs to both names.
    case name(String)
    /// The one with this id, whatever its name.
    case id(ContainerID)

    func takes(_ tag: ContainerTag) -> Bool {
        switch self {
        case .name(let name): tag.names.contains(name)
        case .id(let id): tag.id == id
        }
    }
}

/// Which messages a client wants.
///
/// Clients with equal filters share one selection.
/// `level`, `stream`, `text` and `pattern` judge logs only; `subject`, `containers` and `labels` judge what has a
/// container; what concerns the engine passes.
public struct MessageFilter: Sendable, Hashable {
    /// The types of messages.
    public var types = MessageTypes.standard
    /// The container of a container's stream.
    public var subject: ContainerSubject?
    /// The containers, any of them; all when empty.
    public var containers: [ContainerPattern] = []
    /// What the container's labels must be, all of it.
    public var labels: [LabelRequirement] = []
    /// The lowest level.
    public var level: Level?
    /// The stream that a line was written to.
    public var stream: LogStream?
    /// A text that the line must hold.
    public var text: String?
    /// A pattern that the line must match.
    public var pattern: LinePattern?
    /// The lowest `timestamp`.
    public var since: Timestamp?
    /// The highest `timestamp`.
    public var until: Timestamp?

    /// Makes a filter that takes everything but stats.
    public init() {}

    /// Where history keeps what the filter may take.
    var lanes: HistoryLanes {
        var lanes: HistoryLanes = []
        if types.contains(MessageTypes(.stats)) { lanes.insert(.stats) }
        if !types.subtracting(MessageTypes(.stats)).isEmpty { lanes.insert(.messages) }
        return lanes
    }

    var judgesContainers: Bool { subject != nil || !containers.isEmpty || !labels.isEmpty }
    var judgesLines: Bool { level != nil || stream != nil || text != nil || pattern != nil }

    /// Whether it leaves out more than types.
    var isSelective: Bool { judgesContainers || judgesLines || since != nil || until != nil }

    func takes(_ tag: ContainerTag) -> Bool {
        (subject?.takes(tag) ?? true)
            && (containers.isEmpty || containers.contains { $0.takes(tag) })
            && labels.allSatisfy { $0.takes(tag) }
    }
}
