// SPDX-License-Identifier: Apache-2.0

/// The selections in use, one for each distinct filter, and the bound on what all of them hold.
struct SelectionBoard: Sendable {
    struct Selection: Sendable {
        let filter: MessageFilter
        var ring: SelectionRing
        var clientCount = 0
        /// Whether its pattern proved too costly, so that nothing more is judged.
        var isRefused = false
    }

    /// The bound on the frames held for all selections: 5 s of 20,000 lines of 300 bytes a second.
    static let standardLimit = 32 << 20

    private(set) var selections: [Int: Selection] = [:]
    private var places: [MessageFilter: Int] = [:]
    private var lastID = 0
    /// Rises whenever a selection comes, goes or is refused.
    private(set) var generation = 0
    private let limit: Int
    private let segmentBytes: Int
    /// What all selections hold, in bytes.
    private(set) var cost = 0

    init(limit: Int, segmentBytes: Int) {
        self.limit = limit
        self.segmentBytes = segmentBytes
    }

    var count: Int { selections.count }
    var isDelivered: Bool { selections.values.allSatisfy(\.ring.isEmpty) }

    // MARK: Clients

    /// A cursor at the end of the selection of this filter, which is made if it is the first.
    mutating func join(_ filter: MessageFilter, after sequence: UInt64) -> (selection: Int, cursor: RingCursor) {
        let id = place(of: filter)
        if selections[id] == nil { generation += 1 }
        let empty = Selection(filter: filter, ring: SelectionRing(segmentBytes: segmentBytes))
        selections[id, default: empty].clientCount += 1
        var cursor = RingCursor(after: sequence)
        change(id) { cursor = $0.join(after: sequence) }
        return (id, cursor)
    }

    /// Takes a cursor out, and its selection with the last one.
    mutating func leave(_ id: Int, _ cursor: RingCursor) {
        change(id) { $0.leave(cursor) }
        selections[id]?.clientCount -= 1
        guard let selection = selections[id], selection.clientCount == 0 else { return }
        cost -= selection.ring.cost
        places[selection.filter] = nil
        selections[id] = nil
        generation += 1
    }

    /// Moves a cursor on.
    mutating func next(_ id: Int, _ cursor: inout RingCursor) -> RingStep? {
        change(id) { $0.next(&cursor) } ?? nil
    }

    /// The selections that messages are judged for.
    var judged: [(id: Int, filter: MessageFilter)] {
        selections.filter { !$0.value.isRefused }.map { ($0.key, $0.value.filter) }
    }

    func isRefused(_ id: Int) -> Bool { selections[id]?.isRefused ?? true }

    // MARK: Messages

    mutating func append(_ run: FrameRun, to id: Int) {
        guard !run.segments.isEmpty else { return }
        change(id) { $0.append(run.segments) }
    }

    /// Appends a message without a number to every selection.
    mutating func append(notice: FrameSegment) {
        for id in selections.keys { append(notice: notice, to: id) }
    }

    mutating func append(notice: FrameSegment, to id: Int) {
        change(id) { $0.append(notice) }
    }

    mutating func refuse(_ id: Int) {
        selections[id]?.isRefused = true
        generation += 1
    }

    /// Drops the oldest frames of whichever selection holds the most, while the bound is exceeded.
    ///
    /// It goes an eighth below it, so that a client that is always too slow gets a gap now and then instead of one
    /// before each segment.
    mutating func evict() {
        guard cost > limit else { return }
        while cost > limit - limit / 8,
            let largest = selections.max(by: { $0.value.ring.cost < $1.value.ring.cost })?.key,
            change(largest, { $0.evict() }) == true
        {}
    }

    private mutating func place(of filter: MessageFilter) -> Int {
        if let place = places[filter] { return place }
        lastID += 1
        places[filter] = lastID
        return lastID
    }

    /// Changes a ring and keeps the sum of the costs.
    @discardableResult
    private mutating func change<Result>(_ id: Int, _ body: (inout SelectionRing) -> Result) -> Result? {
        guard let place = selections.index(forKey: id) else { return nil }
        let before = selections.values[place].ring.cost
        let result = body(&selections.values[place].ring)
        cost += selections.values[place].ring.cost - before
        return result
    }
}
