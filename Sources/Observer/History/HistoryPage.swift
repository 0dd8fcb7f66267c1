// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Which end of history a page is taken from.
public enum PageOrder: Sendable, Hashable {
    /// From the position asked for, or from the oldest message on.
    case oldest
    /// The last messages.
    case newest
}

/// Some of history's messages, oldest first: what `GET /logs` answers with.
public struct HistoryPage: Sendable {
    /// How many messages a page has unless it is told otherwise.
    public static let standardLimit = 1000
    /// How many messages a page may have.
    public static let largestLimit = 10_000
    /// The size of JSON at which a page ends early: an answer that a client can still take in one piece.
    public static let byteLimit = 16 << 20

    /// Each message's JSON, in memory that is shared with history.
    public internal(set) var messages: [ArraySlice<UInt8>] = []
    /// What to ask for with `after` to go on, or `nil` when there is nothing more.
    public internal(set) var next: UInt64?
    /// The number of the oldest message held, or `nil` when none is.
    public internal(set) var oldest: UInt64?

    /// Makes a page.
    public init(messages: [ArraySlice<UInt8>] = [], next: UInt64? = nil, oldest: UInt64? = nil) {
        self.messages = messages
        self.next = next
        self.oldest = oldest
    }

    /// The page as the API's JSON object.
    public func json(run: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(messages.reduce(128) { $0 + $1.count + 1 })
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        for message in messages { writer.raw(message) }
        writer.endArray()
        writer.key("next")
        if let next { writer.integer(next) } else { writer.null() }
        writer.key("oldest")
        if let oldest { writer.integer(oldest) } else { writer.null() }
        writer.key("run")
        writer.string(run)
        writer.endObject()
        return writer.bytes
    }

    /// The page as JSON Lines: the messages alone.
    public func jsonLines() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(messages.reduce(0) { $0 + $1.count + 1 })
        for message in messages {
            bytes.append(contentsOf: message)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}

extension History {
    /// The messages above a position that a selector chooses, as many as a page may have.
    public func page<Selector: MessageSelector>(
        selectedBy selector: inout Selector,
        after position: UInt64?,
        limit: Int
    ) -> HistoryPage {
        var page = HistoryPage()
        page.oldest = oldest(selector.lanes)
        var position = position ?? 0
        var bytesLeft = HistoryPage.byteLimit
        while position < newest, !selector.hasGivenUp {
            let slice = slice(after: position, selector.lanes)
            let taken = slice.forEach(selectedBy: &selector) { table, row in
                // A page has one message at least, or a reader would never get past a large one.
                guard page.messages.count < limit, bytesLeft > 0 else { return false }
                bytesLeft -= Int(row.bodyCount)
                page.messages.append(table.json(of: row))
                return true
            }
            position = max(position, taken ?? 0)
            guard taken == slice.through else {
                page.next = position
                return page
            }
        }
        return page
    }

    /// The last messages that a selector chooses, as many as a page may have.
    public func lastPage<Selector: MessageSelector>(
        selectedBy selector: inout Selector,
        after position: UInt64?,
        limit: Int
    ) -> HistoryPage {
        var page = HistoryPage()
        page.oldest = oldest(selector.lanes)
        var before = newest == .max ? .max : newest + 1
        var bytesLeft = HistoryPage.byteLimit
        var isFull = false
        while before > 0, before - 1 > position ?? 0, !isFull, !selector.hasGivenUp {
            let slice = slice(before: before, selector.lanes)
            slice.forEachReversed(selectedBy: &selector) { table, row in
                guard page.messages.count < limit, bytesLeft > 0, row.sequence > position ?? 0 else {
                    isFull = true
                    return false
                }
                bytesLeft -= Int(row.bodyCount)
                page.messages.append(table.json(of: row))
                return true
            }
            before = slice.from
        }
        page.messages.reverse()
        return page
    }

    /// The most recent log lines of each container that a selector chooses.
    public func tailPage<Selector: MessageSelector>(
        selectedBy selector: inout Selector,
        perContainer: Int,
        limit: Int
    ) -> HistoryPage {
        var scan = TailScan(perContainer: perContainer, through: newest)
        while !scan.isComplete { scan.step(through: self, selectedBy: &selector, rowLimit: .max) }
        var page = HistoryPage()
        page.oldest = oldest(selector.lanes)
        for sequence in scan.sequences.suffix(limit) {
            guard let (table, row) = message(sequence) else { continue }
            page.messages.append(table.json(of: row))
        }
        return page
    }

    /// A message that is no stats, or `nil` when it is not held.
    public func message(_ sequence: UInt64) -> (table: MessageTable, row: MessageRow)? {
        guard sequence > 0, let chunk = tailChunk(before: sequence == .max ? .max : sequence + 1) else { return nil }
        let index = chunk.table.firstRow(after: sequence - 1)
        guard index < chunk.table.rows.count, chunk.table.rows[index].sequence == sequence else { return nil }
        return (table: chunk.table, row: chunk.table.rows[index])
    }
}
