// SPDX-License-Identifier: Apache-2.0

internal import DockerAPI

/// What messages say to a person.
enum EventSentence {
    /// The sentence of an event.
    static func event(_ kind: EventKind, _ message: EventMessage, _ effect: EventEffect) -> String {
        let name = effect.name
        switch kind {
        case .create: return "\(name) was created"
        case .start: return "\(name) started"
        case .die: return death(name, message.exitCode, effect.verdict?.cause ?? .unknown)
        case .oom: return "A process of \(name) ran out of memory and was killed by the kernel"
        case .kill:
            guard let signal = message.attribute("signal") else { return "\(name) was sent a signal" }
            return "\(name) was sent \(Signal.number(signal).map { Signal.description($0) } ?? "signal \(signal)")"
        case .stop: return "\(name) was stopped"
        case .restart: return "\(name) was restarted"
        case .pause: return "\(name) was paused"
        case .unpause: return "\(name) goes on after a pause"
        case .rename: return "\(effect.oldName ?? "A container") was renamed to \(name)"
        case .update: return "The limits or the restart policy of \(name) were changed"
        case .destroy: return "\(name) was removed"
        case .healthStatus:
            guard let health = message.health else { return "The health of \(name) changed" }
            return "\(name) is \(health)"
        }
    }

    /// The sentence of a verdict.
    static func verdict(_ settled: SettledDeath) -> String {
        "It is settled why " + death(settled.name, settled.exitCode, settled.verdict.cause)
    }

    private static func death(_ name: String, _ code: Int?, _ cause: ExitCause) -> String {
        let exit = code.map { "exit code \($0)" } ?? "an unknown exit code"
        return "\(name) died with \(exit): \(reason(cause))"
    }

    private static func reason(_ cause: ExitCause) -> String {
        switch cause {
        case .oom: "out of memory (killed by the kernel)"
        case .oomChild: "one of its processes had run out of memory (killed by the kernel)"
        case .restarted: "it was restarted on request"
        case .stopTimeout: "it was asked to stop, did not in time, and was killed"
        case .stopped: "it was stopped on request"
        case .engineShutdown: "the engine shut down"
        case .killed: "it was sent a signal on request"
        case .completed: "its work was done"
        case .crashed: "it crashed"
        case .unknown: "the cause is not known"
        }
    }
}
