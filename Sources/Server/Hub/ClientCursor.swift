// SPDX-License-Identifier: Apache-2.0

internal import Observer
internal import ObserverModel

/// What a client does next.
enum ClientStep: Sendable {
    /// Nothing: it has everything.
    case idle
    /// Write these frames.
    case frames(FrameSegment)
    /// Tell of messages that it will not get.
    case gap(ClientGap)
    /// Go on searching history for the tail, outside of the lock.
    case seekTail(History, TailScan)
    /// Encode these lines of the tail, as many as fit in a segment, outside of the lock.
    case sendTail(History, ArraySlice<UInt64>)
    /// Encode these messages, outside of the lock: as many as fit in a segment, or all of them.
    case collect(HistorySlice, isWhole: Bool)
    /// Say why, and close.
    case refuse
    /// Close.
    case close(code: UInt16, reason: String)
}

/// Where a client stands between history and the live frames: what it has, and so what comes next.
///
/// A client first gets lines of history, each in steps that leave the lock and the event loop to others. When what is
/// left fits in one segment it takes its place at the end of its selection's ring, under the lock under which messages are
/// published, and gets the rest: nothing is lost between the two and nothing comes twice.
struct ClientCursor: Sendable {
    enum Phase: Sendable {
        case seekingTail(TailScan)
        case sendingTail([UInt64], next: Int)
        case catchingUp
        case live(selection: Int, RingCursor)
        case over
    }

    let id: Int
    let filter: MessageFilter
    let lanes: HistoryLanes
    private(set) var phase: Phase
    /// While it reads history: the client has all up to this number that it will get.
    private(set) var position: UInt64
    /// What it must be told first.
    private var opening: ClientGap?

    /// Makes a cursor at the beginning of a stream.
    init(id: Int, filter: MessageFilter, start: StreamStart, history: History, run: String) {
        self.id = id
        self.filter = filter
        lanes = filter.lanes
        position = history.newest
        phase = .catchingUp
        let evicted = history.evictedThrough(lanes)
        switch start {
        case .tail(let count):
            let scan = TailScan(perContainer: count, through: history.newest)
            if !scan.isComplete, filter.types.contains(MessageTypes(.log)) { phase = .seekingTail(scan) }
        case .oldest:
            position = evicted
            // Whether something is missing can only be told by time: it is when what was evicted reached that far.
            if evicted > 0, filter.since.map({ $0 <= history.evictedNewestTimestamp(lanes) }) ?? true {
                opening = ClientGap(range: 1...evicted, reason: .historyEvicted)
            }
        case .after(let sequence, let wanted):
            if wanted ?? run == run, sequence <= history.newest {
                position = sequence
            } else {
                position = evicted
                opening = ClientGap(range: evicted > 0 ? 1...evicted : nil, reason: .otherRun)
            }
        }
    }

    var isLive: Bool { if case .live = phase { true } else { false } }

    // MARK: Under the lock

    /// What comes next.
    mutating func next(_ state: inout HubState) -> ClientStep {
        if let sequence = state.catchUps[id]?.takeJump() {
            opening = nil
            position = sequence
            phase = .catchingUp
        }
        if let gap = opening {
            opening = nil
            return .gap(gap)
        }
        switch phase {
        case .seekingTail(let scan): return .seekTail(state.history, scan)
        case .sendingTail(let sequences, let next): return nextOfTail(sequences, next, &state)
        case .catchingUp: return nextOfHistory(&state)
        case .live(let selection, let cursor): return nextOfRing(selection, cursor, &state)
        case .over: return .idle
        }
    }

    /// Lines of the tail; those that history has evicted since they were found are told of.
    private mutating func nextOfTail(_ sequences: [UInt64], _ next: Int, _ state: inout HubState) -> ClientStep {
        let evicted = state.history.evictedThrough(.messages)
        var index = next
        while index < sequences.count, sequences[index] <= evicted { index += 1 }
        phase = .sendingTail(sequences, next: index)
        guard index == next else {
            let range = sequences[next]...sequences[index - 1]
            return .gap(ClientGap(range: range, lost: UInt64(index - next), reason: .historyEvicted))
        }
        state.catchUps[id]?.position = index < sequences.count ? sequences[index] - 1 : position
        return .sendTail(state.history, sequences[index...])
    }

    private mutating func nextOfHistory(_ state: inout HubState) -> ClientStep {
        guard let catchUp = state.catchUps[id] else {
            phase = .over
            return .idle
        }
        guard !catchUp.isOverrun else {
            return .close(code: 1013, reason: "too many messages waited while this client caught up")
        }
        state.catchUps[id]?.position = position
        if let notice = state.catchUps[id]?.dueNotice(at: position) { return .frames(notice) }
        let evicted = state.history.evictedThrough(lanes)
        if position < evicted {
            let range = (position + 1)...evicted
            position = evicted
            return .gap(ClientGap(range: range, reason: .historyEvicted))
        }
        let slice = state.history.slice(after: position, through: catchUp.limit, lanes)
        guard slice.through == state.history.newest, catchUp.notices.isEmpty,
            slice.byteCount <= state.configuration.segmentBytes
        else { return .collect(slice, isWhole: false) }
        state.catchUps[id] = nil
        let (selection, cursor) = state.board.join(filter, after: slice.through)
        phase = .live(selection: selection, cursor)
        return slice.isEmpty ? nextOfRing(selection, cursor, &state) : .collect(slice, isWhole: true)
    }

    private mutating func nextOfRing(_ selection: Int, _ cursor: RingCursor, _ state: inout HubState) -> ClientStep {
        var cursor = cursor
        let step = state.board.next(selection, &cursor)
        phase = .live(selection: selection, cursor)
        switch step {
        case .frames(let segment):
            return .frames(segment)
        case .gap(let first, let last, let lost):
            return .gap(ClientGap(range: first...max(first, last), lost: lost, reason: .slowClient))
        case nil:
            if state.board.isRefused(selection) { return .refuse }
            guard let ending = state.ending else { return .idle }
            return .close(code: ending.code, reason: ending.reason)
        }
    }

    /// Takes the client out.
    mutating func leave(_ state: inout HubState) {
        state.catchUps[id] = nil
        if case .live(let selection, let cursor) = phase { state.board.leave(selection, cursor) }
        phase = .over
    }

    // MARK: Outside of the lock

    /// Notes how far the search for the tail came.
    mutating func sought(_ scan: TailScan) {
        guard case .seekingTail = phase else { return }
        guard scan.isComplete else {
            phase = .seekingTail(scan)
            return
        }
        let sequences = scan.sequences
        phase = sequences.isEmpty ? .catchingUp : .sendingTail(sequences, next: 0)
    }

    /// Notes how many lines of the tail were sent.
    mutating func sentTail(_ count: Int) {
        guard case .sendingTail(let sequences, let next) = phase else { return }
        phase = next + count < sequences.count ? .sendingTail(sequences, next: next + count) : .catchingUp
    }

    /// Notes up to where messages of history were sent.
    mutating func collected(through sequence: UInt64?) {
        position = max(position, sequence ?? position)
    }
}
