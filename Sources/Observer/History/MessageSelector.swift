// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Which part of history a reader wants.
public struct HistoryLanes: OptionSet, Sendable, Hashable {
    /// The set's bits.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// All messages but stats.
    public static let messages = HistoryLanes(rawValue: 1 << 0)
    /// Stats.
    public static let stats = HistoryLanes(rawValue: 1 << 1)
}

/// What a selector thinks of each of a table's tags.
public enum TagVerdicts: Sendable {
    /// It takes every container.
    case all
    /// It takes those whose tag's place holds `true`.
    case some([Bool])

    /// Whether it takes a message that is about this tag, or about no container.
    @inlinable
    public func takes(_ tag: UInt32) -> Bool {
        switch self {
        case .all: true
        case .some(let verdicts): tag == MessageRow.noTag || verdicts[Int(tag)]
        }
    }
}

/// Chooses messages: what history needs to know of a client's filter.
public protocol MessageSelector {
    /// Where the messages that it may choose are kept.
    var lanes: HistoryLanes { get }

    /// Whether it refuses to judge any more, because judging costs too much.
    var hasGivenUp: Bool { get }

    /// Whether it may choose a message with a timestamp in this range.
    func mayHold(from oldest: Timestamp, through newest: Timestamp) -> Bool

    /// Judges the containers of a table, once for all of its rows.
    mutating func judgeTags(of table: MessageTable) -> TagVerdicts

    /// Judges a message.
    mutating func selects(_ row: MessageRow, of table: MessageTable, tags: TagVerdicts) -> Bool
}
