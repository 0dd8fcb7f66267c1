// SPDX-License-Identifier: Apache-2.0

internal import Observer
internal import ObserverModel

/// All that publisher and clients share, behind the hub's lock.
struct HubState: Sendable {
    let configuration: HubConfiguration
    var history: History
    var board: SelectionBoard
    /// The clients that still read from history.
    var catchUps: [Int: CatchUp] = [:]
    var waiters = RoomWaiters()
    /// How clients are closed once they have everything.
    var ending: (code: UInt16, reason: String)?
    var counters = HubMetrics()
    var loops: [LoopClients] = []
    private var lastClient = 0

    init(_ configuration: HubConfiguration) {
        self.configuration = configuration
        history = History(budget: configuration.historyBytes)
        board = SelectionBoard(limit: configuration.frameBytes, segmentBytes: configuration.segmentBytes)
    }

    // MARK: Publishing

    /// What came of publishing.
    enum Publication: Sendable {
        /// Everything was appended; these loops have clients.
        case appended([LoopClients])
        /// Nothing was appended: these are the selections now.
        case changed(generation: Int, [(id: Int, filter: MessageFilter)])
    }

    /// Appends a batch to history and its frames to the selections, all at once, if they are still the same selections.
    mutating func append(
        _ table: MessageTable,
        _ runs: [(id: Int, run: FrameRun)],
        ifGeneration generation: Int
    ) -> Publication {
        guard generation == board.generation else { return .changed(generation: board.generation, board.judged) }
        history.append(table)
        for (id, run) in runs { board.append(run, to: id) }
        if !configuration.canWait { board.evict() }
        counters.published += UInt64(table.rows.count)
        return .appended(loops)
    }

    /// Appends a message without a number to every stream.
    mutating func append(notice json: [UInt8]) {
        let notice = FrameSegment(notice: json, after: history.newest)
        board.append(notice: notice)
        for id in catchUps.keys { catchUps[id]?.add(notice, after: history.newest) }
        if !configuration.canWait { board.evict() }
    }

    /// Forgets history; what is published next comes behind `sequence`.
    mutating func jump(to sequence: UInt64) {
        history = History(budget: configuration.historyBytes, position: sequence)
        for id in catchUps.keys { catchUps[id]?.jump(to: sequence) }
    }

    // MARK: Clients

    mutating func makeClient() -> Int {
        lastClient += 1
        return lastClient
    }

    /// A client's next step, and who need not wait any longer because of it.
    mutating func step(_ cursor: inout ClientCursor) -> (ClientStep, [RoomWaiters.Resume]) {
        let step = cursor.next(&self)
        switch step {
        case .frames(let segment):
            counters.framesSent += UInt64(segment.messageCount)
            counters.bytesSent += UInt64(segment.byteCount)
        case .gap(let gap):
            counters.gaps += 1
            if gap.reason == .slowClient { counters.dropped += gap.lost ?? 0 }
        case .idle, .seekTail, .sendTail, .collect, .refuse, .close:
            break
        }
        return (step, takeReady())
    }

    mutating func leave(_ cursor: inout ClientCursor) -> [RoomWaiters.Resume] {
        cursor.leave(&self)
        return takeReady()
    }

    // MARK: Waiting

    mutating func takeReady() -> [RoomWaiters.Resume] {
        guard !waiters.isEmpty else { return [] }
        let hasRoom = hasRoom(within: configuration.waitBytes / 2)
        let isDelivered = isDelivered
        return waiters.take { $0 == .room ? hasRoom : isDelivered }
    }

    /// Whether the slowest client is within the bound, in the frames and in history.
    func hasRoom(within bytes: Int) -> Bool {
        board.cost <= bytes
            && catchUps.values.allSatisfy {
                history.byteCount(after: $0.position) <= configuration.historyBytes / 2
            }
    }

    /// Whether every client was handed everything.
    var isDelivered: Bool {
        catchUps.isEmpty && board.isDelivered
    }

    var metrics: HubMetrics {
        var metrics = counters
        metrics.selections = board.count
        metrics.retainedBytes = board.cost
        metrics.historyBytes = history.byteCount
        metrics.historyMessages = history.messageCount
        metrics.oldest = history.oldest(.messages)
        metrics.newest = history.newest
        return metrics
    }
}
