// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// What every observation goes through, whatever its source (law 1): it gets number and time, is projected, and goes
/// to the sinks and its message to the outlet.
///
/// An actor, so that batches are taken one at a time. Nothing in it waits for a reader, a disk or a clock; only
/// ``take(_:)`` waits at its end, and only for a source that can wait.
public actor Pipeline {
    private let clock: any ObserverClock
    private let outlet: any MessageOutlet
    private let sinks: [any ObservationSink]
    private let isSequenced: Bool
    private let canWait: Bool

    /// The names of the containers, for those who cannot wait.
    public nonisolated let directory: ContainerDirectory

    private var sequencer = Sequencer()
    private var settler = Settler()
    private var projector: Projector
    /// The observations of earlier numbers than their forerunners, which were left out.
    public private(set) var disordered: UInt64 = 0

    /// Makes a pipeline.
    ///
    /// - Parameters:
    ///   - capabilities: What the source can do.
    ///   - clock: The clock of `t`, for observations that have no time.
    ///   - sinks: Who takes every observation.
    ///   - directory: Where the names of containers are noted.
    ///   - outlet: Who takes every message.
    public init(
        capabilities: SourceCapabilities,
        clock: any ObserverClock,
        sinks: [any ObservationSink] = [],
        directory: ContainerDirectory = ContainerDirectory(),
        outlet: any MessageOutlet
    ) {
        self.directory = directory
        self.clock = clock
        self.outlet = outlet
        self.sinks = sinks
        isSequenced = capabilities.contains(.isSequenced)
        canWait = capabilities.contains(.canWait)
        projector = Projector()
    }

    /// The state as of the last observation.
    public var state: ObserverState { projector.state }

    /// Takes a batch of the source's; returns when there is room for the next one.
    public func take(_ batch: ObservationBatch) async {
        if isSequenced, sequencer.check(batch) {
            // The hot path of a recording: all of it goes on as it came.
            publish(batch)
        } else {
            var sequenced = ObservationBatch()
            sequenced.reserveCapacity(batch.count)
            // What was handed over together was observed together: the clock is read once.
            let now = isSequenced ? Timestamp(nanoseconds: 0) : clock.now()
            for observation in batch { sequence(observation, at: now, into: &sequenced) }
            publish(sequenced)
        }
        if canWait { await outlet.waitForRoom() }
    }

    /// Takes what a client posted.
    ///
    /// - Parameters:
    ///   - fact: What was posted.
    ///   - time: The present of a source whose time is its own; by default the clock's.
    /// - Returns: The message that it became, as JSON.
    public func input(_ fact: Fact, at time: Timestamp? = nil) -> ArraySlice<UInt8>? {
        var sequenced = ObservationBatch()
        sequence(Observation(fact: fact), at: time ?? clock.now(), into: &sequenced)
        let number = sequenced.last { if case .settle = $0.fact { false } else { true } }?.number
        let messages = publish(sequenced)
        guard let header = messages.headers.last(where: { $0.sequence == number }) else { return nil }
        return messages.json(of: header)
    }

    /// Settles what is due though nothing happens.
    ///
    /// - Returns: When to ask again, if nothing happens until then.
    @discardableResult
    public func tick() -> Timestamp? {
        guard !isSequenced else { return nil }
        var sequenced = ObservationBatch()
        for settlement in settler.due(at: clock.now()) { settle(settlement, into: &sequenced) }
        if !sequenced.isEmpty { publish(sequenced) }
        return settler.nextDeadline
    }

    // MARK: Jumps

    /// Forgets the state and takes a snapshot's, or that of the beginning.
    ///
    /// - Throws: ``SnapshotError`` when the snapshot cannot be read; the state is then that of the beginning.
    public func load(_ snapshot: StateSnapshot?) throws(SnapshotError) {
        projector = Projector()
        sequencer = Sequencer()
        directory.clear()
        guard let snapshot else { return }
        projector = try Projector(snapshot: snapshot.json[...])
        sequencer = Sequencer(last: snapshot.number, time: projector.state.time)
        directory.note(projector.state)
    }

    /// Folds observations into the state without publishing their messages.
    public func fold(_ batch: ObservationBatch) {
        var sequenced = ObservationBatch()
        sequenced.reserveCapacity(batch.count)
        for observation in batch { sequence(observation, at: observation.time, into: &sequenced) }
        _ = projector.project(sequenced)
        directory.note(sequenced, state: projector.state)
    }

    private func sequence(_ observation: Observation, at now: Timestamp, into batch: inout ObservationBatch) {
        if isSequenced {
            guard sequencer.check(observation) else {
                disordered += 1
                return
            }
            batch.append(observation)
            return
        }
        let time = observation.time.nanoseconds == 0 ? now : observation.time
        if case .log = observation.fact, settler.nextDeadline.map({ time < $0 }) ?? true {
            // The hot path: a line settles nothing.
            batch.append(sequencer.number(observation, at: time))
            return
        }
        for settlement in settler.before(observation.fact, at: time) { settle(settlement, into: &batch) }
        let numbered = sequencer.number(observation, at: time)
        batch.append(numbered)
        for settlement in settler.after(numbered) { settle(settlement, into: &batch) }
    }

    private func settle(_ settlement: Settlement, into batch: inout ObservationBatch) {
        batch.append(sequencer.number(Observation(fact: settlement.fact), at: settlement.time))
    }

    @discardableResult
    private func publish(_ batch: ObservationBatch) -> MessageBatch {
        let messages = projector.project(batch)
        directory.note(batch, state: projector.state)
        for sink in sinks { sink.take(batch) { projector.snapshot() } }
        if !messages.isEmpty { outlet.publish(messages) }
        return messages
    }
}

extension Pipeline {
    /// How often what is due is settled: a verdict comes 5 s after its `die`, and a quarter of a second later is soon
    /// enough for a person.
    private static let tickInterval = Duration.milliseconds(250)

    /// Settles what is due until the task is cancelled.
    public func keepSettling(clock: any Clock<Duration>) async {
        while (try? await clock.sleep(for: Self.tickInterval)) != nil { tick() }
    }
}
