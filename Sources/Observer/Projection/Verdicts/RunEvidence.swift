// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// What was seen of one run of a container, from its `start` to its `die`, that bears upon why it ended.
struct RunEvidence: Sendable, Hashable {
    /// An event that was seen: the number of its observation and the engine's time.
    struct Seen: Sendable, Hashable {
        var number: UInt64
        var time: Timestamp
    }

    /// A `kill` event.
    struct Kill: Sendable, Hashable {
        var seen: Seen
        var signal: Int
    }

    /// The `die` event.
    struct Death: Sendable, Hashable {
        var seen: Seen
        /// The time at which it was observed.
        var observed: Timestamp
        var exitCode: Int?
        /// Whether the observer made the event, long after what it tells of.
        var isSynthetic: Bool
        /// The cause that the `die` was given.
        var cause: ExitCause
    }

    /// How many kills of one run are kept, the last ones: a stop makes two, and who sends a hundred signals to reload a
    /// service is judged by the last of them.
    static let maximumKills = 8

    /// How far apart an `oom` and the `die` that it caused may be, in either order: they travel separately through the
    /// engine.
    static let proximity: Int64 = 2_000_000_000

    /// The `start` event, where it was seen.
    var start: Seen?
    /// The number of the observation that first showed the run, be it the `start` or an inspect.
    var begun: UInt64?
    /// The end of the run before, as the engine told it, by which an inspect of that one is known.
    var previousEnd: Timestamp?
    /// The last kills.
    private(set) var kills: [Kill] = []
    /// The first `oom`.
    private(set) var firstOOM: Seen?
    /// The `oom` that lies nearest to the `die`; before it, the last one.
    private(set) var nearestOOM: Seen?
    /// The number of the inspect that told of the dead run that a process of it was killed for want of memory.
    var inspectedOOM: UInt64?
    /// The number of the `stop` event.
    var stop: UInt64?
    /// The number of the `restart` event.
    var restart: UInt64?
    /// The `die` event.
    var death: Death?

    /// Notes a `kill`.
    mutating func addKill(_ kill: Kill) {
        if kills.count == Self.maximumKills { kills.removeFirst() }
        kills.append(kill)
    }

    /// Notes an `oom`.
    mutating func addOOM(_ oom: Seen) {
        firstOOM = firstOOM ?? oom
        guard let death, let nearest = nearestOOM else {
            nearestOOM = oom
            return
        }
        if Self.distance(oom.time, death.seen.time) < Self.distance(nearest.time, death.seen.time) { nearestOOM = oom }
    }

    /// Takes what a snapshot holds of the `oom` events.
    mutating func restoreOOM(first: Seen?, nearest: Seen?) {
        firstOOM = first
        nearestOOM = nearest
    }

    /// Whether an `oom` at a time can be the reason of the death.
    func isNearDeath(_ time: Timestamp) -> Bool {
        death.map { Self.distance(time, $0.seen.time) <= Self.proximity } ?? false
    }

    /// How far apart two times are, in nanoseconds.
    static func distance(_ a: Timestamp, _ b: Timestamp) -> Int64 {
        let (difference, overflow) = a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)
        return overflow || difference == .min ? .max : abs(difference)
    }
}
