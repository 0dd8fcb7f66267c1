// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import Observer
public import ObserverModel

/// A recording as the API asks it: messages of any time, and the state as of any time.
///
/// Each call reads for itself; what it reads is bounded by what lies between two of the recording's snapshots and by
/// what the caller takes.
public protocol MessageArchive: StateArchive {
    /// The numbers of the first and the last observation; `nil` where there is none.
    var numbers: ClosedRange<UInt64>? { get }

    /// Projects the messages behind a number, in order, until the body returns `false` or there are no more.
    ///
    /// - Parameters:
    ///   - number: The observation behind which to begin.
    ///   - through: The last observation that is wanted.
    ///   - since: A time; messages with an earlier `timestamp` may be left out.
    ///   - body: Takes the messages of some observations, those between the wanted numbers alone.
    /// - Throws: What is wrong with the file when it cannot be read any more.
    func messages(
        after number: UInt64,
        through: UInt64,
        since: Timestamp?,
        _ body: (MessageBatch) -> Bool
    ) throws

    /// The number of the last snapshot before an observation: where reading backwards goes next; `nil` at the beginning.
    func stepBack(before number: UInt64) throws -> UInt64?
}

extension MessageArchive {
    /// The messages that a request asks for, read from the recording.
    func page(_ request: PageRequest, run: String, _ filter: MessageFilter) throws -> HistoryPage {
        guard let numbers else { return HistoryPage(messages: [], next: nil, oldest: nil) }
        var judge = FilterJudge(filter)
        // As with history, a number of another run, or one above the newest, stands for the oldest message held.
        let isKnown = request.run ?? run == run && request.after ?? 0 <= numbers.upperBound
        let after = (isKnown ? request.after : nil) ?? numbers.lowerBound - 1
        let page =
            if let tail = request.tail, request.after == nil {
                try lastPage(after: after, limit: request.limit, numbers, &judge, tail: tail)
            } else if request.order == .newest {
                try lastPage(after: after, limit: request.limit, numbers, &judge, tail: nil)
            } else {
                try firstPage(after: after, limit: request.limit, numbers, &judge)
            }
        if judge.hasGivenUp, let pattern = filter.pattern {
            throw ParameterError("re", pattern.text, "is too costly: it reached the match limit too often")
        }
        return page
    }

    private func firstPage(
        after: UInt64,
        limit: Int,
        _ numbers: ClosedRange<UInt64>,
        _ judge: inout FilterJudge
    ) throws -> HistoryPage {
        var page: [ArraySlice<UInt8>] = []
        var bytesLeft = HistoryPage.byteLimit
        var next: UInt64?
        var last = after
        var judged = judge
        try messages(after: after, through: numbers.upperBound, since: judge.filter.since) { batch in
            let table = MessageTable(batch)
            let tags = judged.judgeTags(of: table)
            for row in table.rows {
                if judged.selects(row, of: table, tags: tags) {
                    guard page.count < limit, bytesLeft > 0 else {
                        next = last
                        return false
                    }
                    bytesLeft -= Int(row.bodyCount)
                    page.append(table.json(of: row))
                }
                last = row.sequence
            }
            return !judged.hasGivenUp && !Task.isCancelled
        }
        judge = judged
        return HistoryPage(messages: page, next: next, oldest: numbers.lowerBound)
    }

    /// The last messages, found by reading from snapshot to snapshot, backwards.
    private func lastPage(
        after: UInt64,
        limit: Int,
        _ numbers: ClosedRange<UInt64>,
        _ judge: inout FilterJudge,
        tail: Int?
    ) throws -> HistoryPage {
        var reversed: [ArraySlice<UInt8>] = []
        var tails: [ContainerID: Int] = [:]
        var bytesLeft = HistoryPage.byteLimit
        var end = numbers.upperBound
        let limit = tail == nil ? limit : min(limit, TailScan.totalLimit)
        while reversed.count < limit, bytesLeft > 0, end > after, !judge.hasGivenUp, !Task.isCancelled {
            let begin = max(after, try stepBack(before: end) ?? after)
            var found: [(json: ArraySlice<UInt8>, tag: ContainerTag?)] = []
            var judged = judge
            try messages(after: begin, through: end, since: nil) { batch in
                let table = MessageTable(batch)
                let tags = judged.judgeTags(of: table)
                for row in table.rows where judged.selects(row, of: table, tags: tags) {
                    guard tail == nil || row.type == .log else { continue }
                    found.append((table.json(of: row), table.container(of: row)))
                }
                // Only the last ones can be wanted; a few more are kept so that dropping them costs little.
                if tail == nil, found.count > 2 * limit { found.removeFirst(found.count - limit) }
                return !Task.isCancelled
            }
            judge = judged
            for (json, tag) in found.reversed() where reversed.count < limit && bytesLeft > 0 {
                if let tail, let tag {
                    guard tails[tag.id, default: 0] < tail else { continue }
                    tails[tag.id, default: 0] += 1
                }
                bytesLeft -= json.count
                reversed.append(json)
            }
            end = begin
        }
        return HistoryPage(messages: reversed.reversed(), next: nil, oldest: numbers.lowerBound)
    }
}
