// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

/// The clients of one event loop: one wake-up for all of them however much was published, and one timer.
final class LoopClients: Sendable {
    /// How finely timers run: clients that fall due within it share a wake-up.
    private static let tickGrid = TimeAmount.milliseconds(50)

    private final class Roster {
        var clients: [Int: HubClient] = [:]
        var tick: Scheduled<Void>?
    }

    let eventLoop: any EventLoop
    private let roster: NIOLoopBound<Roster>
    private let pacer = Mutex(WakePacer())

    /// Makes the list; on the event loop.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        roster = NIOLoopBound(Roster(), eventLoop: eventLoop)
    }

    // MARK: From anywhere

    /// Wakes the loop for frames that were appended.
    func signal(bytes: Int) {
        let now = eventLoop.now
        switch pacer.withLock({ $0.signal(bytes: bytes, now: now) }) {
        case .none:
            break
        case .now:
            eventLoop.execute { self.pass(isDelayed: false) }
        case .at(let deadline):
            eventLoop.scheduleTask(deadline: deadline) { self.pass(isDelayed: true) }
        }
    }

    // MARK: On the loop

    func add(_ client: HubClient) {
        let roster = roster.value
        roster.clients[client.id] = client
        scheduleTick(at: eventLoop.now + .nanoseconds(HubConfiguration.heartbeatNanoseconds))
    }

    func remove(_ id: Int) {
        let roster = roster.value
        roster.clients[id] = nil
        guard roster.clients.isEmpty else { return }
        roster.tick?.cancel()
        roster.tick = nil
    }

    /// Goes on with one client after the loop has had time for others.
    func resume(_ id: Int) {
        eventLoop.execute { self.roster.value.clients[id]?.resume() }
    }

    private func pass(isDelayed: Bool) {
        let now = eventLoop.now
        guard pacer.withLock({ $0.begin(isDelayed: isDelayed, now: now) }) else { return }
        for client in Array(roster.value.clients.values) { client.pump() }
    }

    private func scheduleTick(at deadline: NIODeadline) {
        let roster = roster.value
        guard roster.tick == nil else { return }
        roster.tick = eventLoop.scheduleTask(deadline: deadline) { self.tick() }
    }

    private func tick() {
        let roster = roster.value
        roster.tick = nil
        let now = eventLoop.now
        var next: NIODeadline?
        for client in Array(roster.clients.values) {
            guard let due = client.tick(now) else { continue }
            next = min(next ?? due, due)
        }
        if let next, !roster.clients.isEmpty { scheduleTick(at: max(next, now + Self.tickGrid)) }
    }
}
