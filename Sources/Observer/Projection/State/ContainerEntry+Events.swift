// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Where an event stands in the order of observations, and when it took place.
struct Occurrence: Sendable {
    /// The number of the observation.
    var number: UInt64
    /// When it was observed.
    var observed: Timestamp
    /// The engine's time.
    var timestamp: Timestamp
    /// Whether the observer made the event.
    var isSynthetic = false

    /// The event as evidence.
    var seen: RunEvidence.Seen { RunEvidence.Seen(number: number, time: timestamp) }
}

extension RunEvidence {
    /// Whether the run is known to have begun.
    var isOpen: Bool { begun != nil }
}

extension ContainerEntry {
    /// How much earlier than the `start` event a run may have ended: a process can end before the engine has said that
    /// it began (fact B10), by some ten milliseconds as measured; the shortest back-off is longer.
    static let startLag: Int64 = 100_000_000

    /// A run begins.
    mutating func start(_ event: Occurrence) {
        var begun = RunEvidence()
        begun.start = event.seen
        begun.begun = event.number
        let endsThisRun = finishedAt.map { !endsBefore($0, event.seen) } ?? false
        if !run.isOpen {
            // The engine tells of `oom` beside the order of the other events, so it can come first.
            if let oom = run.nearestOOM, RunEvidence.distance(oom.time, event.timestamp) <= RunEvidence.proximity {
                begun.addOOM(oom)
            }
            if endsThisRun { begun.inspectedOOM = run.inspectedOOM }
        }
        begun.previousEnd = run.isOpen && run.previousEnd != nil ? run.previousEnd : endsThisRun ? nil : finishedAt
        run = begun
        if startedAt == nil || startedAt == endedStart { startedAt = event.timestamp }
        if health != nil { health = "starting" }
        status = .running
    }

    /// The run ends; its cause is still to be judged.
    mutating func die(_ event: Occurrence, exitCode code: Int?) {
        let isInspected = status.hasEnded && finishedAt != nil && finishedAt != run.previousEnd
        if !isInspected { finishedAt = event.timestamp }
        exitCode = code
        if !status.hasEnded { status = .exited }
        endedStart = startedAt
        forgetStats()
        var ended = run
        ended.death = RunEvidence.Death(
            seen: event.seen,
            observed: event.observed,
            exitCode: code,
            isSynthetic: event.isSynthetic,
            cause: .unknown
        )
        unsettled = ended
        run = RunEvidence()
    }

    /// A stop that was asked for has taken place; before or after its `die`.
    mutating func stop(_ event: Occurrence) {
        if run.isOpen || unsettled == nil {
            run.stop = event.number
        } else if status != .restarting {
            // A stop in the back-off ends no process (fact G9).
            unsettled?.stop = event.number
        }
        guard status != .gone else { return }
        status = .exited
        forgetStats()
    }

    /// A restart that was asked for has taken place: the last of its events, behind the `start`.
    mutating func restart(_ event: Occurrence) {
        unsettled?.restart = event.number
        // Fact G10.
        restartCount = 0
    }

    /// A process ran out of memory.
    mutating func outOfMemory(_ event: Occurrence) {
        if !run.isOpen, unsettled?.isNearDeath(event.timestamp) == true {
            unsettled?.addOOM(event.seen)
        } else {
            run.addOOM(event.seen)
        }
        if status == .unknown { status = .running }
    }

    /// A signal was sent.
    mutating func kill(_ event: Occurrence, signal: Int?) {
        run.addKill(RunEvidence.Kill(seen: event.seen, signal: signal ?? Signal.unknown))
        if status == .unknown { status = .running }
    }

    /// Forgets the figures of a run that has ended, and its counters: the next run counts from 0 (fact D7).
    mutating func forgetStats() {
        latest = nil
        sample = nil
    }

    /// Whether a run's end is that of a run before the one that a `start` began.
    func endsBefore(_ end: Timestamp, _ start: RunEvidence.Seen) -> Bool {
        end < start.time.advanced(byNanoseconds: -Self.startLag)
    }
}
