// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Observer
internal import ObserverModel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Applies a filter to messages; for one thread at a time.
struct FilterJudge: MessageSelector {
    /// What a line that reaches the match limit counts; each of the others takes one off.
    ///
    /// A pattern for which more than one line in 16 does so for long is given up: a line costs about a millisecond then,
    /// and a client's pattern must not take the pipeline's time (law 8).
    static let strikeCost = 16
    static let strikeLimit = 64 * strikeCost
    /// How many verdicts on containers are kept before all are judged anew.
    static let verdictLimit = 4096

    let filter: MessageFilter
    let lanes: HistoryLanes
    /// How many lines could not be judged within the pattern's limits; they count as not matching.
    private var limitHits = 0
    private(set) var hasHitLimit = false
    private var strikes = 0
    private var matcher: LineMatcher?
    private let needle: Needle?
    private let hasWindow: Bool
    private let judgesLines: Bool
    private let judgesContainers: Bool
    // The tag is kept with its verdict, so that no other one gets its identity meanwhile.
    private var verdicts: [ObjectIdentifier: (tag: ContainerTag, isTaken: Bool)] = [:]
    private var scratch: [UInt8] = []

    init(_ filter: MessageFilter) {
        self.filter = filter
        lanes = filter.lanes
        needle = filter.text.map { Needle($0) }
        hasWindow = filter.since != nil || filter.until != nil
        judgesLines = filter.judgesLines
        judgesContainers = filter.judgesContainers
    }

    var hasGivenUp: Bool { strikes >= Self.strikeLimit }

    /// Gives back what judging takes, until the next message is judged.
    mutating func rest() {
        matcher = nil
        verdicts = [:]
        scratch = []
    }

    /// How many lines reached the limits since this was asked last.
    mutating func takeLimitHits() -> Int {
        defer { limitHits = 0 }
        return limitHits
    }

    func mayHold(from oldest: Timestamp, through newest: Timestamp) -> Bool {
        if let since = filter.since, newest < since { return false }
        if let until = filter.until, oldest > until { return false }
        return true
    }

    mutating func judgeTags(of table: MessageTable) -> TagVerdicts {
        guard judgesContainers else { return .all }
        return .some(table.tags.map { judge($0) })
    }

    private mutating func judge(_ tag: ContainerTag) -> Bool {
        if let verdict = verdicts[ObjectIdentifier(tag)] { return verdict.isTaken }
        if verdicts.count >= Self.verdictLimit { verdicts.removeAll(keepingCapacity: true) }
        let isTaken = filter.takes(tag)
        verdicts[ObjectIdentifier(tag)] = (tag, isTaken)
        return isTaken
    }

    @inline(__always)
    mutating func selects(_ row: MessageRow, of table: MessageTable, tags: TagVerdicts) -> Bool {
        guard filter.types.contains(MessageTypes(row.type)), tags.takes(row.tag) else { return false }
        if hasWindow {
            if let since = filter.since, row.timestamp < since { return false }
            if let until = filter.until, row.timestamp > until { return false }
        }
        guard judgesLines, row.type == .log else { return true }
        if let level = filter.level, row.level < level { return false }
        if let stream = filter.stream, row.stream != stream { return false }
        guard needle != nil || filter.pattern != nil else { return true }
        return selectsText(row.text, of: table)
    }

    private mutating func selectsText(_ range: Range<Int>, of table: MessageTable) -> Bool {
        // SAFETY: the pointer stays within the closure; the range was checked when the slice was made of it.
        table.bytes[range].withUnsafeBufferPointer { escaped in
            if let needle, !needle.mayOccur(inEscaped: escaped) { return false }
            guard Self.hasBackslash(escaped) else { return selectsRaw(escaped, isNeedleFound: true) }
            scratch.removeAll(keepingCapacity: true)
            JSONEscape.appendUnescaped(Span(_unsafeElements: escaped), to: &scratch)
            let raw = scratch
            return raw.withUnsafeBufferPointer { selectsRaw($0, isNeedleFound: false) }
        }
    }

    private mutating func selectsRaw(_ text: UnsafeBufferPointer<UInt8>, isNeedleFound: Bool) -> Bool {
        if let needle, !isNeedleFound, !needle.occurs(in: text) { return false }
        guard let pattern = filter.pattern else { return true }
        let matcher = matcher ?? LineMatcher(pattern)
        self.matcher = matcher
        switch matcher.match(text) {
        case .match:
            strikes = max(0, strikes - 1)
            return true
        case .noMatch:
            strikes = max(0, strikes - 1)
            return false
        case .tooCostly:
            limitHits += 1
            hasHitLimit = true
            strikes += Self.strikeCost
            return false
        }
    }

    private static func hasBackslash(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        return memchr(base, Int32(UInt8(ascii: "\\")), text.count) != nil
    }
}
