// SPDX-License-Identifier: Apache-2.0

internal import Bytes

extension RunEvidence {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.seen("start", start)
        writer.member("begun", begun)
        writer.member("previous_end", previousEnd)
        if !kills.isEmpty {
            writer.key("kills")
            writer.beginArray()
            for kill in kills {
                writer.beginObject()
                writer.member("n", kill.seen.number)
                writer.member("t", kill.seen.time)
                writer.member("signal", kill.signal)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.seen("first_oom", firstOOM)
        writer.seen("nearest_oom", nearestOOM)
        writer.member("inspected_oom", inspectedOOM)
        writer.member("stop", stop)
        writer.member("restart", restart)
        if let death {
            writer.key("death")
            death.writeSnapshot(to: &writer)
        }
        writer.endObject()
    }

    init(snapshot value: JSONValue) {
        self.init()
        start = value["start"].flatMap { Seen(snapshot: $0) }
        begun = value["begun"]?.unsigned
        previousEnd = value["previous_end"]?.timestamp
        for value in value["kills"]?.elements ?? [] {
            guard let seen = Seen(snapshot: value), let signal = value["signal"]?.int else { continue }
            addKill(Kill(seen: seen, signal: signal))
        }
        restoreOOM(
            first: value["first_oom"].flatMap { Seen(snapshot: $0) },
            nearest: value["nearest_oom"].flatMap { Seen(snapshot: $0) }
        )
        inspectedOOM = value["inspected_oom"]?.unsigned
        stop = value["stop"]?.unsigned
        restart = value["restart"]?.unsigned
        death = value["death"].flatMap { Death(snapshot: $0) }
    }
}

extension RunEvidence.Seen {
    init?(snapshot value: JSONValue) {
        guard let number = value["n"]?.unsigned, let time = value["t"]?.timestamp else { return nil }
        self.init(number: number, time: time)
    }
}

extension RunEvidence.Death {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("n", seen.number)
        writer.member("t", seen.time)
        writer.member("observed", observed)
        writer.member("exit_code", exitCode)
        writer.key("synthetic")
        writer.boolean(isSynthetic)
        writer.member("cause", cause.name.description)
        writer.endObject()
    }

    init?(snapshot value: JSONValue) {
        guard let seen = RunEvidence.Seen(snapshot: value), let observed = value["observed"]?.timestamp else {
            return nil
        }
        self.init(
            seen: seen,
            observed: observed,
            exitCode: value["exit_code"]?.int,
            isSynthetic: value["synthetic"]?.boolean ?? false,
            cause: value["cause"]?.string.flatMap { ExitCause(named: $0) } ?? .unknown
        )
    }
}

extension JSONWriter {
    fileprivate mutating func seen(_ name: StaticString, _ seen: RunEvidence.Seen?) {
        guard let seen else { return }
        key(name)
        beginObject()
        member("n", seen.number)
        member("t", seen.time)
        endObject()
    }
}
