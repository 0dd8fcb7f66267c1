// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import ObserverModel

extension Projector {
    /// Folds an inspect in, which makes no message.
    ///
    /// One that cannot be read changes nothing.
    mutating func fold(_ record: ContainerRecord) {
        guard let inspect = try? ContainerInspect(json: record.raw) else { return }
        state.inspect(inspect, of: record.container)
    }

    /// Projects a sample; that of a container that does not run makes no message (fact D4).
    mutating func projectStats(_ record: ContainerRecord, _ message: inout MessageDraft) {
        guard let stats = try? ContainerStats(json: record.raw),
            let figures = state.sample(stats, of: record.container)
        else { return }
        let tag = tag(of: record.container)
        message.begin(.stats, timestamp: stats.read ?? message.time, container: tag)
        message.container(tag, name: tag.names.first ?? "")
        figures.write(to: &message.writer)
    }

    /// Projects an event of a container; network events, and those without an `event_type`, make no message.
    mutating func projectEvent(_ event: EngineEvent, _ observation: Observation, _ draft: inout MessageDraft) {
        guard let message = try? EventMessage(json: event.raw), let kind = EventKind(message) else { return }
        guard let id = event.container ?? ContainerID(message.actorID) else { return }
        let occurrence = Occurrence(
            number: observation.number,
            observed: observation.time,
            timestamp: message.time,
            isSynthetic: event.isSynthetic
        )
        let effect = state.apply(kind, message, to: id, occurrence)
        draft.begin(.event, timestamp: message.time, container: effect.tag)
        draft.event(kind, message, effect, event)
    }

    /// Projects the settling of a `die`: a `verdict`, if the cause is another one by now.
    mutating func projectSettle(_ die: UInt64, _ id: ContainerID, _ message: inout MessageDraft) {
        guard let settled = state.settle(die, of: id) else { return }
        message.begin(.verdict, timestamp: message.time, container: settled.tag)
        message.container(settled.tag, name: settled.name)
        message.writer.key("message")
        message.writer.string(EventSentence.verdict(settled))
        message.writer.key("die")
        message.writer.integer(die)
        message.verdict(settled.verdict)
    }
}

extension MessageDraft {
    /// Writes an event's members from `event_type` on.
    mutating func event(_ kind: EventKind, _ message: EventMessage, _ effect: EventEffect, _ event: EngineEvent) {
        writer.key("event_type")
        writer.string(plain: kind.name)
        container(effect.tag, name: effect.name)
        writer.key("status")
        writer.string(plain: effect.status.name)
        writer.key("message")
        writer.string(EventSentence.event(kind, message, effect))
        if kind == .die, let code = message.exitCode {
            writer.key("exit_code")
            writer.integer(code)
        }
        if kind == .kill, let signal = message.attribute("signal").flatMap({ Signal.number($0) }) {
            writer.key("signal")
            writer.integer(signal)
        }
        if let verdict = effect.verdict { self.verdict(verdict) }
        if kind == .healthStatus, let health = message.health {
            writer.key("health")
            writer.string(health)
        }
        if let oldName = effect.oldName {
            writer.key("old_name")
            writer.string(oldName)
        }
        if event.isSynthetic {
            writer.key("synthetic")
            writer.boolean(true)
        }
        writer.key("raw")
        writer.raw(event.raw)
    }

    /// Writes `cause` and `evidence`.
    mutating func verdict(_ verdict: Verdict) {
        writer.key("cause")
        writer.string(plain: verdict.cause.name)
        writer.key("evidence")
        writer.beginArray()
        for sentence in verdict.evidence { writer.string(sentence) }
        writer.endArray()
    }
}
