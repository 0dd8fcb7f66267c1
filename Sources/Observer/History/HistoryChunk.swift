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
    private var index = TagIndex()

    /// What the chunk costs.
    var byteCount: Int {
        table.isEmpty
            ? 0 : Self.overhead + table.bytes.count + table.rows.count * MemoryLayout<MessageRow>.stride
    }

    var firstSequence: UInt64 { table.rows.first?.sequence ?? .max }
    var lastSequence: UInt64 { table.rows.last?.sequence ?? 0 }

    /// Appends messages of another table whose JSON is in one piece there.
    ///
    /// `places` are those of the other table's tags in this one, as far as they are known.
    mutating func append(
        _ range: Range<Int>,
        of source: borrowing MessageTable,
        places: inout [UInt32],
        capacity: Int
    ) {
        guard let first = range.first, let last = range.last else { return }
        let body = source.rows[first].body.lowerBound..<source.rows[last].body.upperBound
        if table.bytes.capacity == 0 { table.bytes.reserveCapacity(max(capacity, body.count)) }
        let start = UInt32(table.bytes.count)
        source.bytes.withUnsafeBufferPointer {
            // SAFETY: subscripting checks the range; the pointer stays within the closure.
            table.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[body]))
        }
        let distance = start &- UInt32(body.lowerBound)
        for index in range {
            var row = source.rows[index]
            row.bodyStart &+= distance
            // The text lies within the body, or is empty and lies nowhere.
            row.textStart = row.textCount == 0 ? row.bodyStart : row.textStart &+ distance
            if row.tag != MessageRow.noTag {
                row.tag = place(of: Int(row.tag), in: source, &places)
                if row.type == .log { logCounts[Int(row.tag)] += 1 }
            }
            table.rows.append(row)
            oldestTimestamp = min(oldestTimestamp, row.timestamp)
            newestTimestamp = max(newestTimestamp, row.timestamp)
        }
    }

    /// Gives up what only appending needs.
    mutating func seal() {
        index = TagIndex()
        // A copy of the rows fits exactly; an array that grew has room for as many again.
        if table.rows.capacity > table.rows.count + table.rows.count / 8 {
            table.rows = table.rows.withUnsafeBufferPointer { Array($0) }
        }
    }

    private mutating func place(of tag: Int, in source: borrowing MessageTable, _ places: inout [UInt32]) -> UInt32 {
        if places[tag] != MessageRow.noTag { return places[tag] }
        places[tag] = index.place(of: source.tags[tag], in: &table.tags)
        if logCounts.count < table.tags.count { logCounts.append(0) }
        return places[tag]
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
