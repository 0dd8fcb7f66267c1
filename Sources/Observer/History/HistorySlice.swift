// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The messages of a range of numbers, in at most one chunk of each lane: as much as one step of a reader takes.
public struct HistorySlice: Sendable {
    /// Rows of one chunk.
    struct Part: Sendable {
        var chunk: HistoryChunk
        var rows: Range<Int>
    }

    var parts: [Part] = []
    /// All messages of the lanes asked for up to this number, from the position asked for, are in the slice.
    public internal(set) var through: UInt64 = 0
    /// All messages of the lanes asked for from this number, up to the position asked for, are in the slice.
    public internal(set) var from: UInt64 = 0

    /// Whether it holds no message.
    public var isEmpty: Bool { parts.allSatisfy(\.rows.isEmpty) }

    /// The size of the messages' JSON.
    public var byteCount: Int {
        parts.reduce(0) { sum, part in
            guard let first = part.rows.first, let last = part.rows.last else { return sum }
            let rows = part.chunk.table.rows
            return sum + rows[last].body.upperBound - rows[first].body.lowerBound
        }
    }

    /// Calls `body` for each selected message in rising order until it returns `false` or the selector gave up.
    ///
    /// - Returns: The number up to which all was taken: ``through`` at the end, else that of the last message before the
    ///   one that was refused, or `nil` when it was the first.
    public func forEach<Selector: MessageSelector>(
        selectedBy selector: inout Selector,
        _ body: (MessageTable, MessageRow) -> Bool
    ) -> UInt64? {
        var last: UInt64?
        var stopped = false
        merge(&selector, isReversed: false) { table, row, isSelected in
            if isSelected, !body(table, row) {
                stopped = true
                return false
            }
            last = row.sequence
            return true
        }
        return stopped || selector.hasGivenUp ? last : through
    }

    /// Calls `body` for each selected message in falling order until it returns `false` or the selector gave up.
    public func forEachReversed<Selector: MessageSelector>(
        selectedBy selector: inout Selector,
        _ body: (MessageTable, MessageRow) -> Bool
    ) {
        merge(&selector, isReversed: true) { table, row, isSelected in
            !isSelected || body(table, row)
        }
    }

    /// Walks over the parts' rows in order of their numbers.
    private func merge<Selector: MessageSelector>(
        _ selector: inout Selector,
        isReversed: Bool,
        _ body: (MessageTable, MessageRow, Bool) -> Bool
    ) {
        var walks: [Walk] = []
        for part in parts where !part.rows.isEmpty {
            let chunk = part.chunk
            guard selector.mayHold(from: chunk.oldestTimestamp, through: chunk.newestTimestamp) else { continue }
            walks.append(Walk(part, verdicts: selector.judgeTags(of: chunk.table), isReversed: isReversed))
        }
        while let next = nextWalk(walks, isReversed: isReversed) {
            let row = walks[next].row
            walks[next].advance()
            let isSelected = selector.selects(row, of: walks[next].table, tags: walks[next].verdicts)
            guard !selector.hasGivenUp, body(walks[next].table, row, isSelected) else { return }
        }
    }

    private func nextWalk(_ walks: [Walk], isReversed: Bool) -> Int? {
        var best: Int?
        for index in walks.indices where !walks[index].isAtEnd {
            guard let current = best else {
                best = index
                continue
            }
            let isBelow = walks[index].row.sequence < walks[current].row.sequence
            if isBelow != isReversed { best = index }
        }
        return best
    }
}

/// A position among the rows of one part.
private struct Walk {
    let table: MessageTable
    let verdicts: TagVerdicts
    private var rows: Range<Int>
    private let isReversed: Bool

    init(_ part: HistorySlice.Part, verdicts: TagVerdicts, isReversed: Bool) {
        table = part.chunk.table
        rows = part.rows
        self.verdicts = verdicts
        self.isReversed = isReversed
    }

    var isAtEnd: Bool { rows.isEmpty }
    var row: MessageRow { table.rows[isReversed ? rows.upperBound - 1 : rows.lowerBound] }

    mutating func advance() {
        rows = isReversed ? rows.lowerBound..<(rows.upperBound - 1) : (rows.lowerBound + 1)..<rows.upperBound
    }
}
