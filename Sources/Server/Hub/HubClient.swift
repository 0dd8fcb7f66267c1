// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import NIOCore
internal import Observer

/// One client's stream: takes its steps and writes what they give.
///
/// It is confined to its outlet's event loop.
public final class HubClient {
    /// How much a client is given before the others have their turn: what an idle socket takes at once.
    private static let turnBytes = 256 << 10
    /// What a step that looks through history counts as, whatever it finds.
    private static let scanCost = 32 << 10
    /// How many lines a step of the search for the tail judges.
    private static let tailRows = 2048

    let id: Int
    private let hub: Hub
    private let outlet: any FrameOutlet
    private let loop: LoopClients
    private let container: String?
    private var cursor: ClientCursor
    private var judge: FilterJudge
    private var timers: ClientTimers
    private var hasUnflushed = false
    private var isIdle = false
    private var isPumping = false
    private var isResumed = false
    private var isOver = false
    private var isGone = false
    private var isTold = false

    init(hub: Hub, outlet: any FrameOutlet, loop: LoopClients, cursor: ClientCursor, container: String?) {
        id = cursor.id
        self.hub = hub
        self.outlet = outlet
        self.loop = loop
        self.cursor = cursor
        self.container = container
        judge = FilterJudge(cursor.filter)
        let silence =
            container == nil ? HubConfiguration.heartbeatNanoseconds : HubConfiguration.containerHeartbeatNanoseconds
        timers = ClientTimers(silence: .nanoseconds(silence), now: outlet.eventLoop.now)
    }

    // MARK: What the outlet tells

    /// Goes on writing.
    public func outletBecameWritable() {
        pump()
    }

    /// Lets go of the client.
    public func outletClosed() {
        guard !isGone else { return }
        isGone = true
        isOver = true
        loop.remove(id)
        hub.leave(&cursor)
        hub.releaseClient()
    }

    // MARK: Writing

    /// Writes what there is until the outlet has enough, the client has everything, or its turn is over.
    func pump() {
        // A flush may tell that the outlet became writable: the loop sees that by itself.
        guard !isPumping, !isOver else { return }
        isPumping = true
        defer { isPumping = false }
        isIdle = false
        var turn = Self.turnBytes
        while !isOver, !isIdle, outlet.isWritable {
            guard turn > 0 else { return resumeLater() }
            while !isOver, !isIdle, turn > 0, outlet.isWritable { take(hub.step(&cursor), &turn) }
            flush()
        }
    }

    /// Writes a message of the hub's own, now.
    func send(_ json: [UInt8]) {
        write(FrameSegment(notice: json, after: 0))
        flush()
    }

    /// Says why, and closes.
    func refuse(_ json: [UInt8], code: UInt16, reason: String) {
        send(json)
        close(code: code, reason: reason)
    }

    private func take(_ step: ClientStep, _ turn: inout Int) {
        switch step {
        case .idle:
            isIdle = true
        case .frames(let segment):
            turn -= segment.byteCount
            write(segment)
        case .gap(let gap):
            write(FrameSegment(notice: gap.json(at: hub.now), after: 0))
        case .seekTail(let history, var scan):
            turn -= Self.scanCost
            scan.step(through: history, selectedBy: &judge, rowLimit: Self.tailRows)
            cursor.sought(scan)
            checkPattern()
        case .sendTail(let history, let sequences):
            sendTail(sequences, of: history, &turn)
        case .collect(let slice, let isWhole):
            collect(slice, isWhole: isWhole, &turn)
        case .refuse:
            refusePattern()
        case .close(let code, let reason):
            flush()
            close(code: code, reason: reason)
        }
    }

    private func sendTail(_ sequences: ArraySlice<UInt64>, of history: History, _ turn: inout Int) {
        var segment = FrameSegment()
        var count = 0
        for sequence in sequences {
            if let message = history.message(sequence) {
                guard segment.isEmpty || segment.hasRoom(for: message.row, within: hub.segmentBytes) else { break }
                segment.append(message.row, of: message.table)
            }
            count += 1
        }
        cursor.sentTail(count)
        turn -= max(Self.scanCost, segment.byteCount)
        write(counted: segment)
    }

    private func collect(_ slice: HistorySlice, isWhole: Bool, _ turn: inout Int) {
        var segment = FrameSegment()
        if !cursor.filter.isSelective { segment.reserve(min(slice.byteCount, hub.segmentBytes)) }
        let through = slice.forEach(selectedBy: &judge) { table, row in
            guard isWhole || segment.isEmpty || segment.hasRoom(for: row, within: hub.segmentBytes) else {
                return false
            }
            segment.append(row, of: table)
            return true
        }
        cursor.collected(through: through)
        turn -= max(Self.scanCost, segment.byteCount)
        write(counted: segment)
        checkPattern()
        // From here on the pipeline judges, once for all clients with this filter.
        if isWhole { judge.rest() }
    }

    private func write(_ segment: FrameSegment) {
        guard !segment.isEmpty else { return }
        let now = outlet.eventLoop.now
        timers.observe(unsent: outlet.unsentBytes, now: now)
        timers.wrote(segment.byteCount, now: now)
        outlet.write(frames: segment.bytes)
        hasUnflushed = true
    }

    private func write(counted segment: FrameSegment) {
        hub.count(segment, patternLimits: judge.takeLimitHits())
        write(segment)
    }

    private func flush() {
        guard hasUnflushed else { return }
        hasUnflushed = false
        outlet.flush()
    }

    private func close(code: UInt16, reason: String) {
        guard !isOver else { return }
        isOver = true
        hub.leave(&cursor)
        outlet.close(code: code, reason: reason)
    }

    private func resumeLater() {
        guard !isResumed else { return }
        isResumed = true
        loop.resume(id)
    }

    /// The client's next turn.
    func resume() {
        isResumed = false
        pump()
    }

    // MARK: The pattern

    /// Tells of a pattern that reaches its limits, and closes when it does so too often.
    private func checkPattern() {
        guard judge.hasHitLimit, let pattern = cursor.filter.pattern else { return }
        if judge.hasGivenUp { return refusePattern() }
        guard !isTold else { return }
        isTold = true
        write(FrameSegment(notice: StreamMessages.costlyLines(pattern.text), after: 0))
    }

    private func refusePattern() {
        guard !isOver, let pattern = cursor.filter.pattern else { return }
        refuse(StreamMessages.costlyPattern(pattern.text), code: 1008, reason: "the pattern is too costly")
    }

    // MARK: Time

    /// Does what is due and returns when to come again.
    func tick(_ now: NIODeadline) -> NIODeadline? {
        guard !isOver else { return nil }
        let unsent = outlet.unsentBytes
        let isAwaited = unsent > 0 && hub.isAwaited
        let (due, next) = timers.check(unsent: unsent, isIdle: isIdle, isAwaited: isAwaited, now: now)
        switch due {
        case .nothing:
            break
        case .heartbeat:
            send(StreamMessages.heartbeat(at: hub.now, container: container))
        case .stalled:
            hub.countStalled()
            close(code: 1013, reason: "took nothing for 10 s while others waited for it")
        }
        return next
    }
}
