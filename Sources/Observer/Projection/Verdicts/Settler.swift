// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import DockerAPI
public import ObserverModel

/// A `settle` observation that is due.
public struct Settlement: Sendable, Hashable {
    /// The number of the observation that was the `die`.
    public var die: UInt64
    /// The container that died.
    public var container: ContainerID
    /// The time that the observation gets.
    public var time: Timestamp

    /// The observation's fact.
    public var fact: Fact { .settle(die: die, container: container) }
}

/// Decides where the `settle` observations go: one behind every `die`, at the first of `restart` and `destroy` of that
/// container, its next `die`, and five seconds.
///
/// A value without a clock: it goes by the times of the observations, and by those that it is told. The settlements are
/// the same however the observations are cut into batches, and whether or not it is ticked in between.
public struct Settler: Sendable {
    /// How long evidence is awaited: a stop's last event follows within a second, an `oom` within two.
    public static let delay = Duration.seconds(5)

    /// How many deaths wait at most, each some hundred bytes; with more, the one that waits the longest is settled early.
    ///
    /// An engine of which more containers die within five seconds is not known.
    public static let maximumPending = 16_384

    private struct Pending: Sendable {
        var die: UInt64
        var container: ContainerID
        var deadline: Timestamp
    }

    /// Those that wait, the first to be due first, from `start` on; some were settled meanwhile.
    private var queue: [Pending] = []
    private var start = 0
    /// The `die` that waits of each container.
    private var waiting: [ContainerID: UInt64] = [:]
    /// The latest time that was given or seen.
    private var latest = Timestamp(nanoseconds: .min)

    private let maximum: Int

    /// Makes a settler that waits for nothing.
    public init() {
        self.init(maximumPending: Self.maximumPending)
    }

    init(maximumPending: Int) {
        maximum = maximumPending
    }

    /// How many deaths wait.
    public var pendingCount: Int { waiting.count }

    /// How many entries are held, those included that were settled out of turn.
    var heldCount: Int { queue.count }

    /// When the next one is due if nothing arrives; `nil` when none waits.
    public var nextDeadline: Timestamp? {
        guard start < queue.count else { return nil }
        return queue[start].deadline
    }

    /// The settlements that go right before an observation.
    ///
    /// - Parameters:
    ///   - fact: What the observation says.
    ///   - time: The time that it has, or will get.
    /// - Returns: The settlements in their order.
    public mutating func before(_ fact: Fact, at time: Timestamp) -> [Settlement] {
        var settlements = due(at: time)
        guard !waiting.isEmpty, let (id, action) = Self.event(fact), action == .die else { return settlements }
        if let settlement = settle(id, at: time) { settlements.append(settlement) }
        if waiting.count >= maximum, let first = queue[start...].first,
            let settlement = settle(first.container, at: time)
        {
            settlements.append(settlement)
        }
        return settlements
    }

    /// Notes an observation that has its number and time, and returns the settlements that go right behind it.
    public mutating func after(_ observation: Observation) -> [Settlement] {
        latest = max(latest, observation.time)
        guard let (id, action) = Self.event(observation.fact) else { return [] }
        switch action {
        case .die:
            let deadline = observation.time.advanced(by: Self.delay)
            waiting[id] = observation.number
            queue.append(Pending(die: observation.number, container: id, deadline: deadline))
            dropSettled()
            return []
        case .restart, .destroy:
            return settle(id, at: observation.time).map { [$0] } ?? []
        default:
            return []
        }
    }

    /// The settlements that are due at a time, when nothing has arrived.
    public mutating func due(at now: Timestamp) -> [Settlement] {
        guard let next = nextDeadline, next <= now else { return [] }
        var settlements: [Settlement] = []
        while start < queue.count, queue[start].deadline <= now {
            let pending = queue[start]
            waiting[pending.container] = nil
            start += 1
            skipSettled()
            settlements.append(settlement(pending, at: pending.deadline))
        }
        return settlements
    }

    /// Settles the `die` of a container, if one waits.
    private mutating func settle(_ id: ContainerID, at time: Timestamp) -> Settlement? {
        guard let die = waiting.removeValue(forKey: id) else { return nil }
        skipSettled()
        return settlement(Pending(die: die, container: id, deadline: time), at: time)
    }

    private mutating func settlement(_ pending: Pending, at time: Timestamp) -> Settlement {
        latest = max(latest, time)
        return Settlement(die: pending.die, container: pending.container, time: latest)
    }

    /// Moves the start of the queue to the first that still waits, and gives memory back.
    private mutating func skipSettled() {
        while start < queue.count, waiting[queue[start].container] != queue[start].die { start += 1 }
        // Half of the array is used up: moving the rest costs one step an entry.
        guard start * 2 > queue.count else { return }
        queue.removeSubrange(..<start)
        start = 0
    }

    /// Drops those that were settled out of turn, when they are as many as those that may wait.
    private mutating func dropSettled() {
        guard queue.count > 2 * maximum else { return }
        queue = queue[start...].filter { waiting[$0.container] == $0.die }
        start = 0
    }

    private static func event(_ fact: Fact) -> (id: ContainerID, action: EventAction)? {
        guard case .event(let event) = fact, let id = event.container,
            let message = try? EventMessage(json: event.raw), message.isContainer
        else { return nil }
        return (id, message.action)
    }
}
