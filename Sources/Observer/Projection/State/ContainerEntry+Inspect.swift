// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI

extension ContainerEntry {
    /// Takes what the engine's inspect says.
    ///
    /// An inspect is asked for and answered beside the events: one that tells of an earlier run than the events did
    /// changes no state, and its OOMKilled is no evidence (facts G2, G3).
    mutating func inspect(_ inspect: ContainerInspect, number: UInt64) {
        let state = inspect.state
        let seen = ContainerStatus(state)
        if !inspect.name.isEmpty { identify(name: inspect.name, labels: inspect.config.labels) }
        if !inspect.config.image.isEmpty { image = inspect.config.image }
        stopSignal = inspect.config.stopSignal.flatMap { Signal.number($0) } ?? Signal.terminate
        guard !isOutdated(state, seen) else { return }
        if seen.hasEnded, state.isOOMKilled { noteOOMKilled(number) }
        guard gone == nil else { return }
        health = state.health
        restartCount = inspect.restartCount
        startedAt = state.startedAt
        finishedAt = state.finishedAt
        exitCode = seen.hasProcess ? nil : state.exitCode
        status = seen
        if seen.hasProcess {
            run.begun = run.begun ?? number
            run.previousEnd = run.previousEnd ?? state.finishedAt
        } else if seen.hasEnded {
            forgetStats()
        }
    }

    private mutating func noteOOMKilled(_ number: UInt64) {
        if !run.isOpen, let known = unsettled {
            unsettled?.inspectedOOM = known.inspectedOOM ?? number
        } else {
            run.inspectedOOM = run.inspectedOOM ?? number
        }
    }

    /// Whether an inspect tells of a time before what is known from events.
    private func isOutdated(_ state: ContainerInspect.State, _ seen: ContainerStatus) -> Bool {
        if seen.hasProcess {
            guard status.hasEnded, let startedAt = state.startedAt else { return false }
            return startedAt == endedStart || finishedAt.map { startedAt < $0 } ?? false
        }
        let judged = run.isOpen ? run : unsettled ?? run
        guard let end = state.finishedAt else { return false }
        if end == judged.previousEnd { return true }
        return judged.start.map { endsBefore(end, $0) } ?? false
    }
}
