// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// What lives on from one connection to the engine to the next.
struct Fleet: Sendable {
    /// All containers that were met and are not gone.
    var watchers: [ContainerID: ContainerWatcher] = [:]
    let events = EventReader()
    /// Whether containers were listed before: those found later came while nobody looked.
    var wasListed = false
}

/// What a session handles, in order.
enum SessionItem: Sendable {
    /// The event stream is open; before it opened, these events were missed and had, or not had.
    case opened(missed: [IncomingEvent], gap: Gap?)
    case event(IncomingEvent)
    /// It is time to look for what the events did not tell.
    case listDue
    /// The engine cannot be reached any more, and why.
    case lost(String)
}

/// One connection to the engine, from the first answer to the loss: hands the engine's events to the containers'
/// watchers, and looks for what the events did not tell.
struct LiveSession: Sendable {
    /// How many events may wait for the session: a start of a thousand containers makes four each.
    private static let capacity = 16_384

    let access: EngineAccess

    /// Observes until the engine cannot be reached or the task is cancelled.
    ///
    /// - Returns: Why the connection is lost.
    func run(fleet: inout Fleet) async -> String {
        let items = Mailbox<SessionItem>(capacity: Self.capacity)
        var roster = Roster(fleet: fleet, access: access)
        let reason = await withDiscardingTaskGroup { group in
            group.addTask { [events = roster.fleet.events] in await events.read(into: items, access: access) }
            group.addTask { await tick(items) }
            defer { group.cancelAll() }
            while let item = await items.next() {
                switch item {
                case .opened(let missed, let gap):
                    if let gap { await access.emit(.gap(gap)) }
                    for event in missed { await roster.route(event, group: &group) }
                    await roster.list(waiting: items, group: &group)
                    // An event may be on its way; what still differs after a while was lost.
                    group.addTask {
                        try? await access.clock.sleep(for: access.timing.grace)
                        items.put(.listDue)
                    }
                case .event(let event):
                    await roster.route(event, group: &group)
                case .listDue:
                    await roster.list(waiting: items, group: &group)
                case .lost(let reason):
                    return reason
                }
            }
            return "the observer was stopped"
        }
        fleet = roster.fleet
        return reason
    }

    /// Asks for lists in pairs: what the second still shows differently is taken for real.
    private func tick(_ items: Mailbox<SessionItem>) async {
        do {
            while true {
                try await access.clock.sleep(for: access.timing.relist)
                items.put(.listDue)
                try await access.clock.sleep(for: access.timing.grace)
                items.put(.listDue)
            }
        } catch {
            // The session has ended.
        }
    }
}
