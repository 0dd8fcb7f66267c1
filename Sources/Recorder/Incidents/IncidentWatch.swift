// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// What a message says that may be worth an incident recording.
enum IncidentSign: Sendable, Hashable {
    /// Something that is.
    case trigger(IncidentTrigger)
    /// A death whose cause is not known yet; the number is that of its message.
    case unexplained(UInt64, IncidentTrigger)
    /// The verdict on a death: another cause, and a trigger where that is one.
    case verdict(UInt64, IncidentTrigger?)
}

/// Reads the signs out of messages.
///
/// Lines and samples, of which there are many, are passed over unread.
struct IncidentReader: Sendable {
    /// Whether the engine was there: only who was there can go.
    private var wasConnected = false

    /// The signs in a batch of messages, in order.
    mutating func signs(in batch: MessageBatch) -> [IncidentSign] {
        var signs: [IncidentSign] = []
        for header in batch.headers {
            switch header.type {
            case .log, .stats, .mark, .incident, .command, .gap: continue
            case .event, .verdict, .engine, .anomaly:
                guard let message = (try? JSONDocument(batch.json(of: header)))?.root else { continue }
                if let sign = sign(header, message) { signs.append(sign) }
            }
        }
        return signs
    }

    private mutating func sign(_ header: MessageHeader, _ message: JSONValue) -> IncidentSign? {
        func trigger(_ cause: IncidentTrigger.Cause, name: String) -> IncidentTrigger {
            let said = message["message"]?.string ?? message["text"]?.string
            return IncidentTrigger(
                cause: cause,
                container: header.container?.id,
                name: header.container?.names.last ?? name,
                time: header.time,
                message: "\(said ?? "A client posted an anomaly") (seq \(header.sequence))"
            )
        }
        switch header.type {
        case .event where message["event_type"]?.string == "die":
            guard let cause = message["cause"]?.string, IncidentTrigger.deaths.contains(cause) else { return nil }
            let death = trigger(.death(cause), name: "container")
            return cause == "unknown" ? .unexplained(header.sequence, death) : .trigger(death)
        case .event where message["event_type"]?.string == "health_status":
            guard message["health"]?.string == "unhealthy" else { return nil }
            return .trigger(trigger(.unhealthy, name: "container"))
        case .verdict:
            guard let die = message["die"]?.unsigned, let cause = message["cause"]?.string else { return nil }
            let isOne = IncidentTrigger.deaths.contains(cause)
            return .verdict(die, isOne ? trigger(.death(cause), name: "container") : nil)
        case .engine:
            let isConnected = message["state"]?.string == "connected"
            defer { wasConnected = isConnected }
            return wasConnected && !isConnected ? .trigger(trigger(.engineLost, name: "engine")) : nil
        case .anomaly:
            return .trigger(trigger(.anomaly, name: "client"))
        default:
            return nil
        }
    }
}

/// Decides which signs open an incident: most at once, a death of unknown cause when its verdict is due.
///
/// So the file of a container that ran out of memory is named after that, though the engine told of the death first.
struct IncidentWatch: Sendable {
    /// How long a verdict is waited for: it comes 5 s after the `die` at the latest.
    static let verdictTime = Duration.seconds(6)
    /// How many deaths may wait for their verdicts; those beyond open incidents at once.
    static let waitingLimit = 1000

    private var waiting: [(number: UInt64, trigger: IncidentTrigger)] = []

    /// Whether something waits for the time.
    var isWaiting: Bool { !waiting.isEmpty }

    /// Takes a sign.
    ///
    /// - Returns: What is to open an incident now.
    mutating func take(_ sign: IncidentSign) -> IncidentTrigger? {
        switch sign {
        case .trigger(let trigger):
            return trigger
        case .unexplained(let number, let trigger):
            guard waiting.count < Self.waitingLimit else { return trigger }
            waiting.append((number, trigger))
            return nil
        case .verdict(let number, let trigger):
            waiting.removeAll { $0.number == number }
            return trigger
        }
    }

    /// The deaths whose verdict did not come: their cause stays unknown.
    mutating func due(at now: Timestamp) -> [IncidentTrigger] {
        let due = waiting.filter { now.duration(since: $0.trigger.time) >= Self.verdictTime }
        waiting.removeAll { now.duration(since: $0.trigger.time) >= Self.verdictTime }
        return due.map(\.trigger)
    }
}
