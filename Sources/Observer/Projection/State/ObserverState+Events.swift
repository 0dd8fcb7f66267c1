// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import ObserverModel

/// What an event's message needs to know of what the event did.
struct EventEffect: Sendable {
    /// The container as it is named in the message, with both names for a `rename`.
    var tag: ContainerTag
    /// The container's name now.
    var name: String
    /// The container's state after the event.
    var status: ContainerStatus
    /// The name before a `rename`.
    var oldName: String?
    /// The judgement of a `die`.
    var verdict: Verdict?
}

/// What a settled `die` needs for its message.
struct SettledDeath: Sendable {
    var tag: ContainerTag
    var name: String
    var exitCode: Int?
    var verdict: Verdict
}

extension ObserverState {
    /// Takes an event of a container.
    mutating func apply(_ kind: EventKind, _ message: EventMessage, to id: ContainerID, _ event: Occurrence)
        -> EventEffect
    {
        if table[id] == nil { addContainer(of: message, id) }
        if kind == .create || kind == .start { table.revive(id) }
        var effect = change(id) { entry in
            let oldName = entry.name
            entry.apply(kind, message, event)
            var effect = EventEffect(tag: entry.tag, name: entry.name, status: entry.status)
            if kind == .create { effect.status = .created }
            if kind == .rename {
                let former = message.attribute("oldName").map(nameWithoutSlash) ?? oldName
                effect.oldName = former
                let names = former == entry.name ? [former] : [former, entry.name]
                effect.tag = ContainerTag(id: id, names: names, labels: entry.tag.labels)
            }
            return effect
        }
        if kind == .die {
            // Judged when it counts among the dead already.
            let judge = VerdictJudge(engineLoss: loss)
            effect?.verdict = table.update(id) { $0.judgeDeath(judge) } ?? nil
        }
        if kind == .destroy { table.remove(id, number: event.number) }
        return effect ?? stranger(kind, message, id)
    }

    /// Settles a `die`; `nil` when it is settled already, or its cause stays as it was.
    mutating func settle(_ die: UInt64, of id: ContainerID) -> SettledDeath? {
        let judge = VerdictJudge(engineLoss: loss)
        let settled = table.update(id) { entry -> SettledDeath? in
            guard let run = entry.unsettled, let death = run.death, death.seen.number == die else { return nil }
            let verdict = entry.judge(run, by: judge)
            entry.unsettled = nil
            guard verdict.cause != death.cause else { return nil }
            return SettledDeath(tag: entry.tag, name: entry.name, exitCode: death.exitCode, verdict: verdict)
        }
        return settled ?? nil
    }

    private mutating func addContainer(of message: EventMessage, _ id: ContainerID) {
        var entry = ContainerEntry(id: id, name: Self.name(of: message, id), first: number)
        entry.image = message.attribute("image") ?? ""
        table.add(entry)
    }

    /// The effect of an event of a container for which there is no room.
    private func stranger(_ kind: EventKind, _ message: EventMessage, _ id: ContainerID) -> EventEffect {
        let name = Self.name(of: message, id)
        return EventEffect(tag: ContainerTag(id: id, names: [name], labels: [:]), name: name, status: .unknown)
    }

    private static func name(of message: EventMessage, _ id: ContainerID) -> String {
        guard let name = message.attribute("name"), !name.isEmpty else { return id.short }
        return nameWithoutSlash(name)
    }
}

extension ContainerEntry {
    /// Takes an event.
    mutating func apply(_ kind: EventKind, _ message: EventMessage, _ event: Occurrence) {
        switch kind {
        case .create: if status == .unknown || status == .gone { status = .created }
        case .start: start(event)
        case .die: die(event, exitCode: message.exitCode)
        case .oom: outOfMemory(event)
        case .kill: kill(event, signal: message.attribute("signal").flatMap { Signal.number($0) })
        case .stop: stop(event)
        case .restart: restart(event)
        case .pause: if !status.hasEnded { status = .paused }
        case .unpause: if !status.hasEnded { status = .running }
        case .rename:
            if let name = message.attribute("name"), !name.isEmpty {
                identify(name: nameWithoutSlash(name), labels: tag.labels)
            }
        case .update: break
        case .destroy:
            status = .gone
            forgetStats()
        case .healthStatus: health = message.health ?? health
        }
        // What was first heard of by one of these runs.
        if status.hasProcess, !run.isOpen { run.begun = event.number }
    }

    /// Judges the `die` that was just taken.
    mutating func judgeDeath(_ judge: VerdictJudge) -> Verdict? {
        guard let unsettled else { return nil }
        let verdict = self.judge(unsettled, by: judge)
        self.unsettled?.death?.cause = verdict.cause
        return verdict
    }

    /// Judges a run of this container.
    func judge(_ run: RunEvidence, by judge: VerdictJudge) -> Verdict {
        var judge = judge
        judge.stopSignal = stopSignal
        return judge.judge(run)
    }
}
