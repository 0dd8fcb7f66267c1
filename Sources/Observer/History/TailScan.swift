// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Finds the most recent log lines of each container, going backward in steps.
///
/// Chunks know how many log lines of which container they hold, so those that hold none of a container that still
/// lacks some are passed over without a look at their messages: a few busy containers fill their share at once, and what
/// is left to search for is in few chunks.
public struct TailScan: Sendable {
    /// How many lines there may be in all: what a client's screen can hold, and what one that connects may cost.
    public static let totalLimit = 2000
    /// How many lines of each container a stream begins with unless it is told otherwise.
    public static let standard = 100
    /// How many chunks a step passes over at most; each costs a look at its list of containers.
    private static let chunksPerStep = 64

    private let perContainer: Int
    private let through: UInt64
    private var before: UInt64
    private var counts: [ContainerID: Int] = [:]
    private var found: [UInt64] = []
    /// Whether all that can be found was found.
    public private(set) var isComplete: Bool

    /// Begins a search.
    ///
    /// - Parameters:
    ///   - perContainer: How many lines of each container are wanted.
    ///   - position: The number of the last message that may be found.
    public init(perContainer: Int, through position: UInt64) {
        self.perContainer = perContainer
        through = position
        before = position == .max ? .max : position + 1
        isComplete = perContainer <= 0
    }

    /// The numbers of the lines that were found, rising.
    public var sequences: [UInt64] { found.reversed() }

    /// Goes on searching, until about `rowLimit` messages were judged.
    public mutating func step<Selector: MessageSelector>(
        through history: History,
        selectedBy selector: inout Selector,
        rowLimit: Int
    ) {
        var rowsLeft = rowLimit
        var chunksLeft = Self.chunksPerStep
        while !isComplete, rowsLeft > 0, chunksLeft > 0 {
            chunksLeft -= 1
            guard let chunk = history.tailChunk(before: before), !selector.hasGivenUp else {
                isComplete = true
                return
            }
            scan(chunk, &selector, &rowsLeft)
            before = min(before, chunk.firstSequence)
        }
    }

    private mutating func scan<Selector: MessageSelector>(
        _ chunk: HistoryChunk,
        _ selector: inout Selector,
        _ rowsLeft: inout Int
    ) {
        guard selector.mayHold(from: chunk.oldestTimestamp, through: chunk.newestTimestamp) else { return }
        let table = chunk.table
        let verdicts = selector.judgeTags(of: table)
        var shares = shares(of: chunk, verdicts)
        guard shares.contains(where: { $0 > 0 }) else { return }
        var wanted = 0
        for (place, share) in shares.enumerated() where share > 0 { wanted += Int(chunk.logCounts[place]) }
        var index = table.firstRow(after: before == 0 ? 0 : before - 1)
        while index > 0, wanted > 0 {
            index -= 1
            let row = table.rows[index]
            guard row.type == .log, row.tag != MessageRow.noTag, shares[Int(row.tag)] > 0 else { continue }
            wanted -= 1
            rowsLeft -= 1
            guard selector.selects(row, of: table, tags: verdicts), !selector.hasGivenUp else { continue }
            shares[Int(row.tag)] -= 1
            counts[table.tags[Int(row.tag)].id, default: 0] += 1
            // Two tags of one container share its count.
            if let id = table.container(of: row)?.id, counts[id, default: 0] >= perContainer {
                for place in table.tags.indices where table.tags[place].id == id { shares[place] = 0 }
            }
            found.append(row.sequence)
            guard found.count < Self.totalLimit else {
                isComplete = true
                return
            }
        }
    }

    /// How many lines are still wanted of each of a chunk's tags that has any.
    private func shares(of chunk: HistoryChunk, _ verdicts: TagVerdicts) -> [Int] {
        chunk.table.tags.indices.map { place in
            guard chunk.logCounts[place] > 0, verdicts.takes(UInt32(place)) else { return 0 }
            return max(0, perContainer - counts[chunk.table.tags[place].id, default: 0])
        }
    }
}
