// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DequeModule
internal import ObserverModel

/// One budget's worth of history: chunks in rising `seq`, the oldest evicted first.
struct HistoryLane: Sendable {
    /// The size at which a chunk is sealed: one eviction frees as much as the allocator returns to the system
    /// (glibc maps blocks from 128 KiB on), and 256 of them make the default history.
    static let chunkBytes = 256 << 10

    private let budget: Int
    private let chunkBytes: Int
    private var sealed: Deque<SealedChunk> = []
    private var open = HistoryChunk()
    /// The cost of all chunks that were ever sealed, and of those that were evicted.
    private var sealedEnd = 0
    private var evictedEnd = 0
    private(set) var messageCount = 0
    /// The number of the last message that was evicted, or 0.
    private(set) var evictedThrough: UInt64 = 0
    /// The highest timestamp among all that was evicted.
    private(set) var evictedNewestTimestamp = Timestamp(nanoseconds: .min)

    init(budget: Int, evictedThrough: UInt64 = 0) {
        self.budget = budget
        self.evictedThrough = evictedThrough
        // Small budgets have smaller chunks, so that one eviction is at most an eighth of them.
        chunkBytes = max(1024, min(Self.chunkBytes, budget / 8))
    }

    var byteCount: Int { sealedEnd - evictedEnd + open.byteCount }
    var oldest: UInt64? { messageCount == 0 ? nil : chunk(at: 0).firstSequence }

    /// The chunks that hold messages: the sealed ones, and the open one unless it is empty.
    var chunkCount: Int { sealed.count + (open.table.isEmpty ? 0 : 1) }

    func chunk(at index: Int) -> HistoryChunk {
        index < sealed.count ? sealed[index].chunk : open
    }

    /// Appends those of a table's messages, from a row on, that are stats or those that are none.
    mutating func append(_ table: borrowing MessageTable, from first: Int, stats wantsStats: Bool) {
        var places = [UInt32](repeating: MessageRow.noTag, count: table.tags.count)
        var index = first
        while index < table.rows.count {
            guard (table.rows[index].type == .stats) == wantsStats else {
                index += 1
                continue
            }
            let room = chunkBytes - open.table.bytes.count
            if !open.table.isEmpty, Int(table.rows[index].bodyCount) > room {
                sealOpen()
                for place in places.indices { places[place] = MessageRow.noTag }
                continue
            }
            let end = endOfRun(table, from: index, room: room, stats: wantsStats)
            open.append(index..<end, of: table, places: &places, capacity: chunkBytes)
            messageCount += end - index
            index = end
        }
    }

    /// Where the messages end that lie behind one another in memory, belong here and have room; one always has.
    private func endOfRun(_ table: borrowing MessageTable, from first: Int, room: Int, stats: Bool) -> Int {
        let start = table.rows[first].body.lowerBound
        var end = first + 1
        while end < table.rows.count {
            let row = table.rows[end]
            guard (row.type == .stats) == stats, row.body.lowerBound == table.rows[end - 1].body.upperBound,
                row.body.upperBound - start <= room
            else { break }
            end += 1
        }
        return end
    }

    /// Evicts the oldest chunks until the budget is kept; the open chunk stays, so one message always fits.
    mutating func evict() {
        while byteCount > budget, let oldest = sealed.popFirst() {
            let chunk = oldest.chunk
            evictedEnd += chunk.byteCount
            messageCount -= chunk.table.rows.count
            evictedThrough = chunk.lastSequence
            evictedNewestTimestamp = max(evictedNewestTimestamp, chunk.newestTimestamp)
        }
    }

    /// The index of the first chunk that holds a message above `sequence`, or the number of chunks.
    func firstChunk(after sequence: UInt64) -> Int {
        var low = 0
        var high = chunkCount
        while low < high {
            let middle = (low + high) / 2
            if lastSequence(at: middle) <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the last chunk that holds a message below `sequence`, or `nil`.
    func lastChunk(before sequence: UInt64) -> Int? {
        guard sequence > 0, chunkCount > 0 else { return nil }
        let index = firstChunk(after: sequence - 1)
        if index < chunkCount, chunk(at: index).firstSequence < sequence { return index }
        return index > 0 ? index - 1 : nil
    }

    /// What was appended behind a position, to the chunk.
    func byteCount(after sequence: UInt64) -> Int {
        let index = firstChunk(after: sequence)
        if index < sealed.count { return sealedEnd + open.byteCount - sealed[index].start }
        return index < chunkCount ? open.byteCount : 0
    }

    private func lastSequence(at index: Int) -> UInt64 {
        index < sealed.count ? sealed[index].chunk.lastSequence : open.lastSequence
    }

    private mutating func sealOpen() {
        var full = HistoryChunk()
        swap(&full, &open)
        let chunk = SealedChunk(full, start: sealedEnd)
        sealedEnd += chunk.chunk.byteCount
        sealed.append(chunk)
    }
}
