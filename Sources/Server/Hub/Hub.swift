// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import NIOCore
internal import Observer
public import ObserverModel
internal import Synchronization

/// Hands every message to every client that wants it: encoded once for all clients with equal filters, without ever
/// waiting for one of them (law 8), within fixed bounds of memory (law 9).
///
/// The pipeline calls ``publish(_:)``; clients run on their event loops. What they share is behind one lock, which
/// nobody holds while judging, encoding, scanning or writing.
public final class Hub: MessageOutlet {
    let configuration: HubConfiguration
    let clock: any ObserverClock
    let containers: @Sendable (String) -> ContainerMatch
    let state: Mutex<HubState>
    private let publisher = Mutex(Publisher())
    let reserved = Mutex(0)

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
        publisher.withLock { publisher in
            var runs = encode(table, publisher.encoders)
            while true {
                // A selection that comes up while others are encoded is found before anything is appended.
                let seen = publisher.generation
                let step = state.withLock { $0.append(table, runs, ifGeneration: seen) }
                switch step {
                case .appended(let loops):
                    return wake(loops, bytes: runs.reduce(0) { max($0, $1.run.byteCount) })
                case .changed(let generation, let selections):
                    publisher.generation = generation
                    runs += encode(table, publisher.update(selections))
                }
            }
        }
    }

    private func encode(_ table: MessageTable, _ encoders: [SelectionEncoder]) -> [(id: Int, run: FrameRun)] {
        encoders.map { encoder in
            let run = encoder.encode(table, segmentBytes: configuration.segmentBytes)
            if encoder.judge.hasHitLimit { report(encoder) }
            return (encoder.id, run)
        }
    }

    /// Tells a selection's clients, once, that its pattern reaches the limits, and ends it when it does so too often.
    private func report(_ encoder: SelectionEncoder) {
        let hits = encoder.judge.takeLimitHits()
        let isRefused = encoder.judge.hasGivenUp
        let notice = encoder.isTold ? nil : encoder.judge.filter.pattern.map { StreamMessages.costlyLines($0.text) }
        encoder.isTold = true
        state.withLock { state in
            state.counters.patternLimits += UInt64(hits)
            if isRefused { state.board.refuse(encoder.id) }
            guard let notice else { return }
            state.board.append(notice: FrameSegment(notice: notice, after: state.history.newest), to: encoder.id)
        }
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
                let resume: RoomWaiters.Resume = { continuation.resume() }
                let ready = state.withLock { $0.waiters.add(id, goal, resume) ? $0.takeReady() : [resume] }
                for resume in ready { resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.cancel(id) }?()
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
        wake(state.withLock { $0.loops }, bytes: bytes)
    }

    private func wake(_ loops: [LoopClients], bytes: Int) {
        guard bytes > 0 else { return }
        for loop in loops { loop.signal(bytes: bytes) }
    }
}
