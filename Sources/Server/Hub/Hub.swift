// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import NIOCore
public import Observer
public import ObserverModel
internal import Synchronization

/// Hands every message to every client that wants it: encoded once for all clients with equal filters, without ever
/// waiting for one of them (law 8), within fixed bounds of memory (law 9).
///
/// The pipeline calls ``publish(_:)``; clients run on their event loops. What they share is behind one lock, which
/// nobody holds while judging, encoding, scanning or writing.
public final class Hub: Sendable {
    /// What only the pipeline uses.
    private struct Publisher {
        var judges: [Int: FilterJudge] = [:]
        var told: Set<Int> = []
    }

    private let configuration: HubConfiguration
    private let clock: any ObserverClock
    private let containers: @Sendable (String) -> ContainerMatch
    private let state: Mutex<HubState>
    private let publisher = Mutex(Publisher())
    private let reserved = Mutex(0)

    /// Makes a hub without clients and with an empty history.
    ///
    /// - Parameters:
    ///   - configuration: Run and bounds.
    ///   - clock: Tells the time for the messages that the hub itself says to clients.
    ///   - containers: Says what a path segment or a filter's plain name refers to.
    public init(
        configuration: HubConfiguration,
        clock: any ObserverClock,
        containers: @escaping @Sendable (String) -> ContainerMatch
    ) {
        self.configuration = configuration
        self.clock = clock
        self.containers = containers
        state = Mutex(HubState(configuration))
    }

    /// The name of this life of the source.
    public var run: String { configuration.run }
    /// The number of the last message published.
    public var newest: UInt64 { state.withLock { $0.history.newest } }

    /// The counters and gauges.
    public var metrics: HubMetrics {
        var metrics = state.withLock { $0.metrics }
        metrics.clients = clientCount
        return metrics
    }

    // MARK: The pipeline

    /// Hands over messages, whose numbers are above all before.
    ///
    /// One caller at a time, in order. It never waits for a client.
    public func publish(_ batch: MessageBatch) {
        guard !batch.isEmpty else { return }
        let table = MessageTable(batch)
        var runs: [Int: FrameRun] = [:]
        publisher.withLock { publisher in
            while true {
                // A selection that comes up while others are encoded is found before anything is appended.
                let missing = state.withLock { state in
                    let missing = state.missing(from: runs)
                    if missing.isEmpty { state.append(table, runs) }
                    return missing
                }
                guard !missing.isEmpty else { break }
                for (id, filter) in missing { runs[id] = encode(table, for: id, filter, &publisher) }
            }
            if publisher.judges.count > runs.count {
                publisher.judges = publisher.judges.filter { runs[$0.key] != nil }
                publisher.told.formIntersection(runs.keys)
            }
        }
        wake(bytes: runs.values.reduce(0) { max($0, $1.byteCount) })
    }

    private func encode(
        _ table: MessageTable,
        for id: Int,
        _ filter: MessageFilter,
        _ publisher: inout Publisher
    ) -> FrameRun {
        var judge = publisher.judges.removeValue(forKey: id) ?? FilterJudge(filter)
        let run = FrameRun(table, judge: &judge, segmentBytes: configuration.segmentBytes)
        let hits = judge.takeLimitHits()
        if hits > 0, let pattern = filter.pattern {
            let isNews = publisher.told.insert(id).inserted
            let isRefused = judge.hasGivenUp
            state.withLock { state in
                state.counters.patternLimits += UInt64(hits)
                if isRefused { state.board.refuse(id) }
                guard isNews else { return }
                let notice = StreamMessages.costlyLines(pattern.text)
                state.board.append(notice: FrameSegment(notice: notice, after: state.history.newest), to: id)
            }
        }
        publisher.judges[id] = judge
        return run
    }

    /// Returns when the slowest client is within the bound; at once when the source cannot wait.
    public func waitForRoom() async {
        guard configuration.canWait else { return }
        let hasRoom = state.withLock { $0.hasRoom(within: configuration.waitBytes) }
        if !hasRoom { await wait(for: .room) }
    }

    /// Returns when every client was handed everything that was published.
    public func waitUntilDelivered() async {
        await wait(for: .delivered)
    }

    private func wait(for goal: RoomWaiters.Goal) async {
        let id = state.withLock { $0.waiters.makeID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard state.waiters.add(id, goal, continuation) else { return [continuation] }
                    return state.takeReady()
                }
                for continuation in ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.cancel(id) }?.resume()
        }
        state.withLock { $0.waiters.finish(id) }
    }

    /// Sends a message without `seq` to every client, in its place among the others.
    public func broadcast(unsequenced json: [UInt8]) {
        state.withLock { $0.append(notice: json) }
        wake(bytes: json.count)
    }

    /// Begins anew behind a number, after playback has jumped there: history is forgotten, and every stream gets the
    /// message, then what is published next.
    public func jump(to sequence: UInt64, message: [UInt8]) {
        state.withLock { state in
            state.jump(to: sequence)
            state.append(notice: message)
        }
        wake(bytes: message.count)
    }

    /// Closes every stream once its client has everything.
    public func finish(code: UInt16, reason: String) {
        state.withLock { $0.ending = (code, reason) }
        wake(bytes: WakePacer.urgentBytes)
    }

    private func wake(bytes: Int) {
        guard bytes > 0 else { return }
        for loop in state.withLock({ $0.loops }).values { loop.signal(bytes: bytes) }
    }
}

// MARK: - Clients

extension Hub {
    /// How many clients are connected or were let in.
    public var clientCount: Int { reserved.withLock { $0 } }

    /// Lets one more client in, unless there are as many as there may be.
    public func reserveClient() -> Bool {
        reserved.withLock { count in
            guard count < configuration.clientLimit else { return false }
            count += 1
            return true
        }
    }

    /// Gives back the place of a client that was let in and never connected; those that did give theirs back themselves.
    public func releaseClient() {
        reserved.withLock { $0 = max(0, $0 - 1) }
    }

    /// Begins a client's stream; on the outlet's event loop, for a client that was let in by ``reserveClient()``.
    ///
    /// It writes `connected`, then what was asked for of history, then everything as it comes. For a container that is
    /// unknown it writes the error and closes with 4404, unless the client waits for it.
    public func connect(_ outlet: any FrameOutlet, _ request: StreamRequest) -> HubClient {
        var request = request
        let problem = resolve(&request)
        let loop = loop(of: outlet.eventLoop)
        let (cursor, newest) = state.withLock { state in
            let cursor = ClientCursor(
                id: state.makeClient(),
                filter: request.filter,
                start: request.start,
                history: state.history,
                run: configuration.run
            )
            if problem == nil { state.catchUps[cursor.id] = CatchUp(position: cursor.position) }
            return (cursor, state.history.newest)
        }
        let client = HubClient(hub: self, outlet: outlet, loop: loop, cursor: cursor, container: request.container)
        if let problem {
            client.refuse(problem, code: 4404, reason: "container not found")
            return client
        }
        client.send(
            StreamMessages.connected(at: now, container: request.container, run: configuration.run, sequence: newest)
        )
        loop.add(client)
        client.pump()
        return client
    }

    /// Replaces names by what they refer to now; returns the message for a container that is unknown.
    private func resolve(_ request: inout StreamRequest) -> [UInt8]? {
        request.filter = resolved(request.filter)
        guard let container = request.container else { return nil }
        switch containers(container) {
        case .name(let name): request.filter.subject = .name(name)
        case .id(let id): request.filter.subject = .id(id)
        case .ambiguous: return StreamMessages.ambiguousContainer(container)
        case .unknown:
            guard request.waits else { return StreamMessages.unknownContainer(container) }
            request.filter.subject = .name(container)
        }
        return nil
    }

    /// A filter whose plain names that are none, but the beginning of one id, stand for that container.
    private func resolved(_ filter: MessageFilter) -> MessageFilter {
        var filter = filter
        filter.containers = filter.containers.map { pattern in
            guard case .name(let glob) = pattern, glob.isLiteral, ContainerMatch.mayBePrefix(glob.text),
                case .id(let id) = containers(glob.text)
            else { return pattern }
            return .id(id)
        }
        return filter
    }

    private func loop(of eventLoop: any EventLoop) -> LoopClients {
        if let loop = state.withLock({ $0.loops[ObjectIdentifier(eventLoop)] }) { return loop }
        // Only the loop itself comes here for itself, so nobody else makes a second one meanwhile.
        let loop = LoopClients(eventLoop)
        state.withLock { $0.loops[ObjectIdentifier(eventLoop)] = loop }
        return loop
    }

    var now: Timestamp { clock.now() }
    var segmentBytes: Int { configuration.segmentBytes }

    /// Whether somebody waits for clients to take what there is for them.
    var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

    func step(_ cursor: inout ClientCursor) -> ClientStep {
        let (step, ready) = state.withLock { $0.step(&cursor) }
        for continuation in ready { continuation.resume() }
        return step
    }

    func leave(_ cursor: inout ClientCursor) {
        let ready = state.withLock { $0.leave(&cursor) }
        for continuation in ready { continuation.resume() }
    }

    func count(_ segment: FrameSegment, patternLimits: Int) {
        state.withLock { state in
            state.counters.framesSent += UInt64(segment.messageCount)
            state.counters.bytesSent += UInt64(segment.byteCount)
            state.counters.patternLimits += UInt64(patternLimits)
        }
    }

    func countStalled() {
        state.withLock { $0.counters.stalled += 1 }
    }
}

// MARK: - History

extension Hub {
    /// Some of the messages that history holds.
    ///
    /// It scans on the caller's thread, outside of the lock, so it belongs off the event loops: all of a full history
    /// takes up to a tenth of a second.
    ///
    /// - Throws: ``ParameterError`` when the request's pattern proves too costly.
    public func page(_ request: PageRequest) throws(ParameterError) -> HistoryPage {
        let history = state.withLock { $0.history }
        var judge = FilterJudge(resolved(request.filter))
        let isThisRun = request.run ?? configuration.run == configuration.run
        let after = isThisRun ? request.after : nil
        let page =
            if let tail = request.tail, after == nil {
                history.tailPage(selectedBy: &judge, perContainer: tail, limit: request.limit)
            } else if request.order == .newest {
                history.lastPage(selectedBy: &judge, after: after, limit: request.limit)
            } else {
                history.page(selectedBy: &judge, after: after, limit: request.limit)
            }
        count(FrameSegment(), patternLimits: judge.takeLimitHits())
        if judge.hasGivenUp, let pattern = request.filter.pattern {
            throw ParameterError("re", pattern.text, "is too costly: it reached the match limit too often")
        }
        return page
    }
}
