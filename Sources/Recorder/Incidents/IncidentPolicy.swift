// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// How long incident recordings are, and how many there are.
public struct IncidentLimits: Sendable, Hashable {
    /// How much of what was before is kept.
    public var before: Duration
    /// How long recording goes on behind the last trigger.
    public var after = Duration.seconds(120)
    /// How long an incident is at most, from what opened it on.
    public var longest = Duration.seconds(3600)
    /// How many bytes its file has at most.
    public var bytes: UInt64 = 256 << 20
    /// For how long a container that opened an incident opens no other.
    public var pause = Duration.seconds(600)
    /// How many incidents of an hour are opened by anomalies at most.
    public var anomaliesPerHour = 10

    /// Makes the limits of an observer that keeps so much.
    public init(before: Duration) {
        self.before = before
    }

    /// How many recordings that clients asked for are written at once: each reads and compresses for itself.
    static let requestLimit = 4
    /// How many containers are remembered as having opened an incident.
    static let containerLimit = 10_000
}

/// Decides whether a trigger opens an incident, prolongs the one that is open, or does neither.
///
/// A pure value: times are those of the observations.
struct IncidentPolicy: Sendable {
    /// What a trigger leads to.
    enum Decision: Sendable, Hashable {
        /// An incident is opened, which ends then if nothing else happens.
        case open(until: Timestamp)
        /// The incident that is open goes on until then.
        case prolong(until: Timestamp)
        /// Nothing.
        case ignore
    }

    let limits: IncidentLimits
    /// The incident that is open: its opening and its end.
    private var current: (opened: Timestamp, until: Timestamp)?
    private var opened: [ContainerID: Timestamp] = [:]
    private var anomalies: [Timestamp] = []

    init(_ limits: IncidentLimits) {
        self.limits = limits
    }

    /// Takes a trigger that no client asked for.
    mutating func take(_ trigger: IncidentTrigger) -> Decision {
        let end = trigger.time.advanced(byNanoseconds: limits.after.wholeNanoseconds)
        if let current {
            let last = current.opened.advanced(byNanoseconds: limits.longest.wholeNanoseconds)
            let until = max(current.until, min(end, last))
            self.current = (current.opened, until)
            return until > current.until ? .prolong(until: until) : .ignore
        }
        if let container = trigger.container {
            if let last = opened[container], trigger.time.duration(since: last) < limits.pause { return .ignore }
            if opened.count >= IncidentLimits.containerLimit {
                opened = opened.filter { trigger.time.duration(since: $0.value) < limits.pause }
            }
            if opened.count < IncidentLimits.containerLimit { opened[container] = trigger.time }
        }
        if trigger.cause == .anomaly {
            anomalies.removeAll { trigger.time.duration(since: $0) >= .seconds(3600) }
            guard anomalies.count < limits.anomaliesPerHour else { return .ignore }
            anomalies.append(trigger.time)
        }
        current = (trigger.time, end)
        return .open(until: end)
    }

    /// The incident has ended.
    mutating func ended() {
        current = nil
    }

    /// The incident could not be opened: the next trigger may open it.
    mutating func failed(_ trigger: IncidentTrigger) {
        current = nil
        // Anomalies stay counted: a hundred a second may be posted, and each would try anew.
        if let container = trigger.container { opened[container] = nil }
    }
}
