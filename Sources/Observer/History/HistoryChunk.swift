// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// A piece of history: messages in rising `seq`, and what allows to pass over them without a look at each.
struct HistoryChunk: Sendable {
    /// What a chunk costs beside its messages: the arrays' headers, the allocator's, the tags' table.
    static let overhead = 512

    private(set) var table = MessageTable()
    /// The number of log lines per tag of the table.
    private(set) var logCounts: [UInt32] = []
    private(set) var oldestTimestamp = Timestamp(nanoseconds: .max)
    private(set) var newestTimestamp = Timestamp(nanoseconds: .min)
    private var places: [ObjectIdentifier: UInt32] = [:]

    /// What the chunk costs.
    var byteCount: Int {
        table.isEmpty
            ? 0 : Self.overhead + table.bytes.count + table.rows.count * MemoryLayout<MessageRow>.stride
    }

    var firstSequence: UInt64 { table.rows.first?.sequence ?? .max }
    var lastSequence: UInt64 { table.rows.last?.sequence ?? 0 }

    /// Appends a message of another table.
    mutating func append(_ row: MessageRow, of source: borrowing MessageTable, capacity: Int) {
        if table.bytes.capacity == 0 { table.bytes.reserveCapacity(max(capacity, Int(row.bodyCount))) }
        let start = UInt32(table.bytes.count)
        table.bytes.append(contentsOf: source.bytes[row.body])
        var copy = row
        copy.bodyStart = start
        // The text lies within the body, or is empty and lies nowhere.
        copy.textStart = row.textCount == 0 ? start : row.textStart - row.bodyStart + start
        if row.tag != MessageRow.noTag {
            copy.tag = place(of: source.tags[Int(row.tag)])
            if row.type == .log { logCounts[Int(copy.tag)] += 1 }
        }
        table.rows.append(copy)
        oldestTimestamp = min(oldestTimestamp, row.timestamp)
        newestTimestamp = max(newestTimestamp, row.timestamp)
    }

    /// Gives up what only appending needs.
    mutating func seal() {
        places = [:]
        // A copy of the rows fits exactly; an array that grew has room for as many again.
        if table.rows.capacity > table.rows.count + table.rows.count / 8 {
            table.rows = table.rows.withUnsafeBufferPointer { Array($0) }
        }
    }

    private mutating func place(of tag: ContainerTag) -> UInt32 {
        if let last = table.rows.last, last.tag != MessageRow.noTag, table.tags[Int(last.tag)] === tag {
            return last.tag
        }
        if let place = places[ObjectIdentifier(tag)] { return place }
        let place = UInt32(table.tags.count)
        table.tags.append(tag)
        logCounts.append(0)
        places[ObjectIdentifier(tag)] = place
        return place
    }
}

/// A chunk that will not change, shared by all who read it.
final class SealedChunk: Sendable {
    let chunk: HistoryChunk
    /// The cost of all chunks of the lane before this one, since the beginning.
    let start: Int

    init(_ chunk: consuming HistoryChunk, start: Int) {
        chunk.seal()
        self.chunk = chunk
        self.start = start
    }
}
