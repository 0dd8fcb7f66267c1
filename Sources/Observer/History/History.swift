// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import ObserverModel

/// The recent messages, bounded by bytes, the oldest evicted in whole chunks.
///
/// A copy costs nothing and does not change: a reader takes one under the lock and scans it outside. The writer then
/// copies what it must, at most the open chunk.
///
/// Stats have a budget of their own, an eighth of the whole, in a lane of their own: at a sample a second for each
/// container they would push the logs out, and readers that do not ask for them never meet them. Readers of both see
/// them merged by number; what they may count on begins where both lanes are complete.
public struct History: Sendable {
    /// The size that history has unless it is told otherwise: a quarter of a million lines of 200 bytes.
    public static let defaultBudget = 64 << 20
    /// The smallest size that makes sense: a few messages.
    public static let smallestBudget = 64 << 10

    private var messages: HistoryLane
    private var stats: HistoryLane
    /// The number of the last message, or of the position from which history begins.
    public private(set) var newest: UInt64

    /// Makes an empty history.
    ///
    /// - Parameters:
    ///   - budget: The bytes that messages may take: their JSON, 40 bytes for each, and the chunks' overhead.
    ///   - position: The number behind which messages come; all up to it count as evicted.
    public init(budget: Int = History.defaultBudget, position: UInt64 = 0) {
        let budget = max(budget, 8 << 10)
        messages = HistoryLane(budget: budget - budget / 8, evictedThrough: position)
        stats = HistoryLane(budget: budget / 8, evictedThrough: position)
        newest = position
    }

    /// What is held, in bytes.
    public var byteCount: Int { messages.byteCount + stats.byteCount }
    /// How many messages are held.
    public var messageCount: Int { messages.messageCount + stats.messageCount }

    /// Appends messages, whose numbers must rise and be above ``newest``; others are left out.
    public mutating func append(_ table: MessageTable) {
        let first = table.firstRow(after: newest)
        guard first < table.rows.count, let last = table.rows.last else { return }
        if table.statsCount < table.rows.count { messages.append(table, from: first, stats: false) }
        if table.statsCount > 0 { stats.append(table, from: first, stats: true) }
        newest = last.sequence
        messages.evict()
        stats.evict()
    }

    /// The number of the oldest message held, or `nil` where there is none.
    public func oldest(_ lanes: HistoryLanes) -> UInt64? {
        held(lanes).compactMap(\.oldest).min()
    }

    /// All messages above this number are held.
    public func evictedThrough(_ lanes: HistoryLanes) -> UInt64 {
        held(lanes).map(\.evictedThrough).max() ?? 0
    }

    /// The highest timestamp among those that are no longer held.
    public func evictedNewestTimestamp(_ lanes: HistoryLanes) -> Timestamp {
        held(lanes).map(\.evictedNewestTimestamp).max() ?? Timestamp(nanoseconds: .min)
    }

    /// The next messages above a number, from one chunk of each lane, none of them above `limit`.
    public func slice(after sequence: UInt64, through limit: UInt64 = .max, _ lanes: HistoryLanes) -> HistorySlice {
        var slice = HistorySlice()
        slice.through = min(newest, limit)
        for lane in held(lanes) {
            let index = lane.firstChunk(after: sequence)
            guard index < lane.chunkCount else { continue }
            let chunk = lane.chunk(at: index)
            let first = chunk.table.firstRow(after: sequence)
            slice.parts.append(HistorySlice.Part(chunk: chunk, rows: first..<chunk.table.rows.count))
            if index + 1 < lane.chunkCount { slice.through = min(slice.through, chunk.lastSequence) }
        }
        for index in slice.parts.indices {
            let part = slice.parts[index]
            let end = part.chunk.table.firstRow(after: slice.through)
            slice.parts[index].rows = min(part.rows.lowerBound, end)..<end
        }
        return slice
    }

    /// The last messages below a number, from one chunk of each lane; ``HistorySlice/from`` is 0 in the last one.
    public func slice(before sequence: UInt64, _ lanes: HistoryLanes) -> HistorySlice {
        var slice = HistorySlice()
        let last = sequence == 0 ? 0 : sequence - 1
        slice.through = last
        for lane in held(lanes) {
            guard let index = lane.lastChunk(before: sequence) else { continue }
            let chunk = lane.chunk(at: index)
            slice.parts.append(HistorySlice.Part(chunk: chunk, rows: 0..<chunk.table.firstRow(after: last)))
            if index > 0 { slice.from = max(slice.from, chunk.firstSequence) }
        }
        for index in slice.parts.indices where slice.from > 0 {
            let part = slice.parts[index]
            let start = part.chunk.table.firstRow(after: slice.from - 1)
            slice.parts[index].rows = min(start, part.rows.upperBound)..<part.rows.upperBound
        }
        return slice
    }

    /// The recent log lines' chunk that ends below a number, and whether there may be more before it.
    func tailChunk(before sequence: UInt64) -> HistoryChunk? {
        messages.lastChunk(before: sequence).map { messages.chunk(at: $0) }
    }

    /// The cost of what was appended behind a position, counted in whole chunks.
    public func byteCount(after sequence: UInt64) -> Int {
        messages.byteCount(after: sequence) + stats.byteCount(after: sequence)
    }

    private func held(_ lanes: HistoryLanes) -> [HistoryLane] {
        switch (lanes.contains(.messages), lanes.contains(.stats)) {
        case (true, true): [messages, stats]
        case (true, false): [messages]
        case (false, true): [stats]
        case (false, false): []
        }
    }
}
