// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import NIOCore
internal import Observer
internal import ObserverModel
internal import Synchronization

extension Hub {
    /// How many clients are connected or were let in.
    public var clientCount: Int { reserved.withLock { $0 } }

    /// How many clients have begun their streams: they get all that is published from now on.
    var streamCount: Int {
        state.withLock { $0.catchUps.count + $0.board.selections.values.reduce(0) { $0 + $1.clientCount } }
    }

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
    func resolved(_ filter: MessageFilter) -> MessageFilter {
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
        if let loop = state.withLock({ $0.loops.first { $0.eventLoop === eventLoop } }) { return loop }
        // Only the loop itself comes here for itself, so nobody else makes a second one meanwhile.
        let loop = LoopClients(eventLoop)
        state.withLock { $0.loops.append(loop) }
        return loop
    }

    var now: Timestamp { clock.now() }
    var segmentBytes: Int { configuration.segmentBytes }

    /// Whether somebody waits for clients to take what there is for them.
    var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

    func step(_ cursor: inout ClientCursor) -> ClientStep {
        let (step, ready) = state.withLock { $0.step(&cursor) }
        for resume in ready { resume() }
        return step
    }

    func leave(_ cursor: inout ClientCursor) {
        let ready = state.withLock { $0.leave(&cursor) }
        for resume in ready { resume() }
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
