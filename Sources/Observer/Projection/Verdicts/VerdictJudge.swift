// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The loss of the connection to the engine, as far as it bears upon why containers died.
struct EngineLoss: Sendable, Hashable {
    /// The number of the observation.
    var number: UInt64
    /// When it was observed.
    var time: Timestamp
    /// How many of the containers that ran then have not been seen to die.
    var survivors: Int
    /// Whether some have survived that a recording tells nothing else of, since it was cut to others.
    var hasOtherSurvivors = false
}

/// Why a run ended, and what says so.
struct Verdict: Sendable, Hashable {
    var cause: ExitCause
    /// Short sentences, each with the `seq` that it rests on.
    var evidence: [String]
}

/// The rule by which the evidence of a run becomes a cause: the first of the API's list that fits.
struct VerdictJudge: Sendable {
    /// How near to a death the engine must have gone for its shutdown to be the reason: its default of 15 s for
    /// stopping all containers.
    static let shutdownWindow: Int64 = 15_000_000_000

    /// How long after a `kill` a death still counts as its work.
    ///
    /// A reload by SIGHUP, hours before a crash, is no reason for it; a handler that takes a minute to end its work is
    /// rare.
    static let killWindow: Int64 = 60_000_000_000

    /// The container's stop signal.
    var stopSignal = Signal.terminate
    /// The last loss of the engine.
    var engineLoss: EngineLoss?

    /// Judges a run that has died by all of the evidence so far.
    func judge(_ run: RunEvidence) -> Verdict {
        guard let death = run.death else { return Verdict(cause: .unknown, evidence: []) }
        let exit = Self.exitSentence(death)
        let outside =
            outOfMemory(run, death) ?? requested(run, death) ?? shutdown(run, death) ?? killed(run, death)
        if let outside { return Verdict(cause: outside.cause, evidence: [exit] + outside.evidence) }
        let cause: ExitCause =
            switch death.exitCode {
            case 0: .completed
            case nil, 137: .unknown
            default: .crashed
            }
        return Verdict(cause: cause, evidence: [exit])
    }

    /// The causes `oom` and `oom_child`.
    ///
    /// An OOMKilled of the inspect is set when the run ends (fact G3), so it tells of no time:
    /// with exit code 137 it is taken for the reason, with another one for a child's.
    private func outOfMemory(_ run: RunEvidence, _ death: RunEvidence.Death) -> Verdict? {
        guard let code = death.exitCode else { return nil }
        let near = run.nearestOOM.flatMap { run.isNearDeath($0.time) ? $0 : nil }
        let isKillExit = code == 137
        var evidence: [String] = []
        if let oom = near ?? run.nearestOOM { evidence.append(Self.oomSentence(oom, death)) }
        if let number = run.inspectedOOM { evidence.append("inspect says OOMKilled (seq \(number))") }
        guard !evidence.isEmpty else { return nil }
        let isFirst = near != nil || run.inspectedOOM != nil
        if isKillExit, isFirst, !run.kills.contains(where: { $0.signal == Signal.kill }) {
            return Verdict(cause: .oom, evidence: evidence)
        }
        guard isKillExit else { return Verdict(cause: .oomChild, evidence: evidence) }
        guard let first = run.firstOOM, !run.isNearDeath(first.time) else { return nil }
        return Verdict(cause: .oomChild, evidence: [Self.oomSentence(first, death)])
    }

    /// The causes `restarted`, `stop_timeout` and `stopped`.
    private func requested(_ run: RunEvidence, _ death: RunEvidence.Death) -> Verdict? {
        guard let stop = run.stop else { return nil }
        let stopSentence = "stop event (seq \(stop))"
        if let restart = run.restart {
            return Verdict(cause: .restarted, evidence: [stopSentence, "restart event (seq \(restart))"])
        }
        guard let asked = run.kills.firstIndex(where: { $0.signal == stopSignal && $0.seen.number < stop }) else {
            return nil
        }
        let askedSentence = Self.killSentence(run.kills[asked], isStopSignal: true)
        let later = run.kills[(asked + 1)...]
        if let forced = later.first(where: { $0.signal == Signal.kill && $0.seen.number < stop }) {
            let sentences = [askedSentence, Self.killSentence(forced, isStopSignal: false), stopSentence]
            return Verdict(cause: .stopTimeout, evidence: sentences)
        }
        return Verdict(cause: .stopped, evidence: [askedSentence, stopSentence])
    }

    private func shutdown(_ run: RunEvidence, _ death: RunEvidence.Death) -> Verdict? {
        guard let loss = engineLoss, loss.survivors == 0, !loss.hasOtherSurvivors else { return nil }
        // A run that began after the engine had gone did not end with it.
        guard (run.begun ?? death.seen.number) < loss.number else { return nil }
        let time = death.isSynthetic ? death.seen.time : death.observed
        guard RunEvidence.distance(time, loss.time) <= Self.shutdownWindow else { return nil }
        return Verdict(
            cause: .engineShutdown,
            evidence: ["engine disconnected, and no container of then was left (seq \(loss.number))"]
        )
    }

    private func killed(_ run: RunEvidence, _ death: RunEvidence.Death) -> Verdict? {
        let kills = run.kills.filter {
            RunEvidence.distance($0.seen.time, death.seen.time) <= Self.killWindow
        }
        guard !kills.isEmpty else { return nil }
        return Verdict(
            cause: .killed,
            evidence: kills.map { Self.killSentence($0, isStopSignal: $0.signal == stopSignal) }
        )
    }
}

extension VerdictJudge {
    private static func exitSentence(_ death: RunEvidence.Death) -> String {
        guard let code = death.exitCode else { return "no exit code (seq \(death.seen.number))" }
        return "exit code \(code) (seq \(death.seen.number))"
    }

    private static func killSentence(_ kill: RunEvidence.Kill, isStopSignal: Bool) -> String {
        let role = isStopSignal ? ", the stop signal" : ""
        return "kill event with \(Signal.description(kill.signal))\(role) (seq \(kill.seen.number))"
    }

    private static func oomSentence(_ oom: RunEvidence.Seen, _ death: RunEvidence.Death) -> String {
        let milliseconds = RunEvidence.distance(oom.time, death.seen.time) / 1_000_000
        let side = oom.time <= death.seen.time ? "before" : "after"
        return "oom event \(Self.seconds(milliseconds)) s \(side) the die (seq \(oom.number))"
    }

    /// Milliseconds as seconds with three decimals, without floating point.
    private static func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
