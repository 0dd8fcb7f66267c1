// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// Who watches which container in one session.
struct Roster: Sendable {
    /// How many items may wait for one container: its `die` waits a second at most for the last lines, in which a
    /// health check and a storm of kills make a few hundred events.
    private static let capacity = 4096

    var fleet: Fleet
    let access: EngineAccess
    /// The containers that the last list showed and no event had told of: an event may have been on its way.
    private var strangers: Set<ContainerID> = []
    /// The containers that are watched in this session.
    private var mailboxes: [ContainerID: Mailbox<ContainerWatcher.Item>] = [:]

    init(fleet: Fleet, access: EngineAccess) {
        self.fleet = fleet
        self.access = access
    }

    // MARK: Events

    /// Hands an event to its container's watcher, who is made if there is none and the container is chosen.
    mutating func route(_ event: IncomingEvent, group: inout DiscardingTaskGroup) async {
        guard let id = event.container else {
            return await access.emit(event.fact)
        }
        if mailboxes[id] == nil {
            guard event.message.isContainer, event.message.action != .destroy, isChosen(event, id) else { return }
            watch(id, .event, group: &group)
        }
        guard let mailbox = mailboxes[id] else { return }
        if !mailbox.put(.event(event)) { await tellLoss(of: event, id) }
        if event.message.isContainer, event.message.action == .destroy {
            mailbox.close()
            mailboxes[id] = nil
            fleet.watchers[id] = nil
        }
    }

    private func isChosen(_ event: IncomingEvent, _ id: ContainerID) -> Bool {
        access.options.selection.contains(id: id, name: event.message.attribute("name") ?? "") {
            event.message.attribute($0)
        }
    }

    private func tellLoss(of event: IncomingEvent, _ id: ContainerID) async {
        let gap = Gap(
            scope: .container,
            container: id,
            reason: .eventsLost,
            from: event.message.time,
            to: access.wall.now(),
            lost: 1,
            message: "More than \(Self.capacity) events of the container waited; this one was dropped"
        )
        await access.emit(.gap(gap))
    }

    private mutating func watch(
        _ id: ContainerID,
        _ introduction: ContainerWatcher.Introduction,
        group: inout DiscardingTaskGroup
    ) {
        let watcher = fleet.watchers[id] ?? ContainerWatcher(id: id)
        let mailbox = Mailbox<ContainerWatcher.Item>(capacity: Self.capacity)
        fleet.watchers[id] = watcher
        mailboxes[id] = mailbox
        group.addTask { [access] in await watcher.watch(mailbox, introduction: introduction, access: access) }
    }

    // MARK: Lists

    /// Lists the containers: watches those that nobody watches, and tells the watchers what the list shows.
    mutating func list(waiting items: Mailbox<SessionItem>, group: inout DiscardingTaskGroup) async {
        let summaries: [ContainerSummary]
        do {
            let target = access.target(RequestTarget("containers", "json").query("all", true))
            summaries = try ContainerSummary.list(json: try await access.client.get(target).body[...])
        } catch {
            access.logger.warning("container list failed", metadata: ["error": "\(error)"])
            return
        }
        var listed: Set<ContainerID> = []
        let knownStrangers = strangers
        strangers = []
        for summary in summaries {
            guard let id = ContainerID(summary.id) else { continue }
            listed.insert(id)
            let isStranger = take(
                summary,
                id,
                isKnownStranger: knownStrangers.contains(id),
                waiting: items,
                group: &group
            )
            if isStranger { strangers.insert(id) }
        }
        await takeMissing(listed, group: &group)
        fleet.wasListed = true
    }

    /// Takes a container of the list.
    ///
    /// - Returns: Whether nobody watches it yet.
    private mutating func take(
        _ summary: ContainerSummary,
        _ id: ContainerID,
        isKnownStranger: Bool,
        waiting items: Mailbox<SessionItem>,
        group: inout DiscardingTaskGroup
    ) -> Bool {
        let name = summary.names.first { !$0.contains("/") } ?? summary.names.first ?? ""
        if let mailbox = mailboxes[id] {
            mailbox.put(.listed(state: summary.state, name: name))
        } else if fleet.watchers[id] != nil {
            watch(id, .known, group: &group)
        } else if access.options.selection.contains(id: id, name: name, label: { summary.labels[$0] }) {
            // One whose first events wait already is met through them: its start comes before its lines.
            let isOnItsWay = items.contains { item in
                if case .event(let event) = item { event.container == id && event.message.isContainer } else { false }
            }
            guard !isOnItsWay else { return false }
            guard !fleet.wasListed || isKnownStranger else { return true }
            watch(id, fleet.wasListed ? .overlooked : .found(backlog: access.options.backlog), group: &group)
        }
        return false
    }

    /// Tells those watchers whose container is not listed, and forgets those whose container is gone.
    private mutating func takeMissing(_ listed: Set<ContainerID>, group: inout DiscardingTaskGroup) async {
        for (id, watcher) in fleet.watchers where !listed.contains(id) {
            if await watcher.isGone {
                mailboxes.removeValue(forKey: id)?.close()
                fleet.watchers[id] = nil
            } else if let mailbox = mailboxes[id] {
                mailbox.put(.missing)
            } else {
                watch(id, .known, group: &group)
            }
        }
    }
}
