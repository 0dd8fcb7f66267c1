// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import DockerAPI
internal import ObserverModel

/// All that the observer knows as of an observation: the containers, their latest figures, the connection to the engine.
///
/// A value and a function of the observations folded in: `/containers` and `/stats` are written from it (law 2).
public struct ObserverState: Sendable {
    /// The number of the last observation that was folded in, 0 before any.
    public private(set) var number: UInt64 = 0
    /// The time of the last observation that was folded in, `nil` before any.
    public private(set) var time: Timestamp?
    /// How the connection to the engine stands.
    public internal(set) var engine = EngineStanding()

    var table = ContainerTable()
    /// The last loss of the engine, as evidence.
    var loss: EngineLoss?

    /// Makes the state before any observation.
    public init() {}

    /// Notes which observation is folded in.
    mutating func advance(to number: UInt64, at time: Timestamp) {
        self.number = number
        self.time = time
    }

    /// Takes what a snapshot holds of the last observation.
    mutating func restore(number: UInt64, time: Timestamp?) {
        self.number = number
        self.time = time
    }

    /// Changes a container, and keeps the number of those that have outlived the engine's going.
    mutating func change<Result>(_ id: ContainerID, _ body: (inout ContainerEntry) -> Result) -> Result? {
        let lost = loss?.number ?? 0
        var change = 0
        let result = table.update(id) { entry in
            change -= entry.isSurvivor(of: lost) ? 1 : 0
            let result = body(&entry)
            change += entry.isSurvivor(of: lost) ? 1 : 0
            return result
        }
        loss?.survivors += change
        return result
    }

    /// Takes what the engine's inspect says of a container.
    mutating func inspect(_ inspect: ContainerInspect, of id: ContainerID) {
        if table[id] == nil { table.add(ContainerEntry(id: id, name: inspect.name, first: number)) }
        let number = number
        _ = change(id) { $0.inspect(inspect, number: number) }
    }

    /// Takes a sample and returns its figures; `nil` for a container that does not run.
    mutating func sample(_ stats: ContainerStats, of id: ContainerID) -> StatsFigures? {
        let isWallTime = engine.version?.isPodman ?? false
        let known = table.update(id) { entry -> StatsFigures? in
            guard let current = ProcessorSample(current: stats) else {
                entry.forgetStats()
                return nil
            }
            let figures = StatsFigures(stats, previous: entry.sample, isWallTime: isWallTime)
            // A sample that was on its way when the container died.
            guard let figures, !entry.status.hasEnded else { return figures }
            entry.sample = current
            entry.latest = ContainerEntry.LatestStats(timestamp: current.read, figures: figures)
            return figures
        }
        guard let known else { return StatsFigures(stats, previous: nil, isWallTime: isWallTime) }
        return known
    }

    /// Takes a change of the connection to the engine.
    mutating func connect(_ connection: EngineConnection, at time: Timestamp) {
        let wasConnected = engine.isConnected
        engine.isConnected = connection.state == .connected
        engine.message = connection.message
        engine.since = time
        if let version = connection.version { engine.setVersion(version) }
        guard wasConnected || loss == nil, !engine.isConnected else { return }
        let survivors = table.entries.count { $0.status.hasProcess }
        loss = EngineLoss(number: number, time: time, survivors: survivors)
    }

    /// Takes a gap: one that says that a container's log cannot be read stays until a line is read.
    mutating func note(_ gap: Gap) {
        guard gap.scope == .container, gap.reason == .driverUnreadable, let id = gap.container else { return }
        _ = table.update(id) { $0.logsRefusal = gap.message.isEmpty ? gap.reason.name.description : gap.message }
    }
}

extension ContainerEntry {
    /// Whether it runs, and has done so since before an observation.
    func isSurvivor(of number: UInt64) -> Bool {
        status.hasProcess && run.begun.map { $0 < number } ?? false
    }
}
