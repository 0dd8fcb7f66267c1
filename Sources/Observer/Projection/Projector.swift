// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

/// Makes messages of observations: state × observation → state × message.
///
/// A pure function as a value. It reads no clock and no randomness, so that the same observations make the same bytes
/// in live, in replay and on the command line (law 2). Each observation makes at most one message, whose `seq` is the
/// observation's number.
public struct Projector: Sendable {
    /// The state as of the last observation.
    public internal(set) var state: ObserverState

    /// The container of the last log line, since lines come in runs.
    var lastSource: LogSource?
    /// The second of the last log line, for the same reason.
    var lastSecond = SecondText()

    /// Makes a projector that has seen nothing.
    public init() {
        state = ObserverState()
    }

    /// Makes a projector that goes on from a snapshot as if it had seen all that was folded into it.
    ///
    /// - Parameter json: The bytes that ``snapshot()`` made.
    /// - Throws: ``SnapshotError`` for other bytes, and for a snapshot of another projection version.
    public init(snapshot json: ArraySlice<UInt8>) throws(SnapshotError) {
        state = try ObserverState(snapshot: json)
    }

    /// The state as JSON, with all that later messages depend on; the same bytes for the same observations.
    public func snapshot() -> StateSnapshot {
        StateSnapshot(number: state.number, projection: Projection.version, json: state.snapshotJSON())
    }

    /// The state as JSON, as far as it tells of chosen containers: what a recording opens with that is cut to them.
    public func snapshot(of isChosen: (ContainerID) -> Bool) -> StateSnapshot {
        StateSnapshot(number: state.number, projection: Projection.version, json: state.snapshotJSON(of: isChosen))
    }

    /// Projects an observation, which has its number and time, and appends its message, if it makes one.
    public mutating func project(_ observation: Observation, into batch: inout MessageBatch) {
        var writer = Self.takeWriter(&batch)
        project(observation, &writer, &batch.headers)
        swap(&batch.bytes, &writer.bytes)
    }

    /// Projects observations, which have their numbers and times, and appends their messages.
    public mutating func project(_ observations: ObservationBatch, into batch: inout MessageBatch) {
        var writer = Self.takeWriter(&batch)
        writer.bytes.reserveCapacity(writer.bytes.count + Self.roomNeeded(for: observations))
        // A span lends its elements: copying an observation would count references for nothing.
        let span = observations.span
        for index in span.indices { project(span[index], &writer, &batch.headers) }
        swap(&batch.bytes, &writer.bytes)
    }

    /// Projects observations, which have their numbers and times, and returns their messages.
    public mutating func project(_ observations: ObservationBatch) -> MessageBatch {
        var batch = MessageBatch()
        batch.headers.reserveCapacity(observations.count)
        project(observations, into: &batch)
        return batch
    }

    /// The bytes that messages of log lines take beside their text, about; other messages are few.
    private static let logOverhead = 224

    /// About how many bytes the messages will take, so that they are not moved while they are written.
    private static func roomNeeded(for observations: ObservationBatch) -> Int {
        var size = 0
        let span = observations.span
        for index in span.indices {
            if case .log(let line) = span[index].fact { size += line.bytes.count }
            size += logOverhead
        }
        return size
    }

    /// Moves a batch's bytes into a writer, so that they are appended to in place and not copied.
    private static func takeWriter(_ batch: inout MessageBatch) -> JSONWriter {
        var writer = JSONWriter()
        swap(&writer.bytes, &batch.bytes)
        return writer
    }

    private mutating func project(
        _ observation: Observation,
        _ writer: inout JSONWriter,
        _ headers: inout [MessageHeader]
    ) {
        state.advance(to: observation.number, at: observation.time)
        if case .log(let line) = observation.fact {
            return projectLog(line, observation.number, observation.time, &writer.bytes, &headers)
        }
        var message = MessageDraft(observation, writer: consume writer)
        projectOther(observation, &message)
        writer = message.finish(&headers)
    }

    private mutating func projectOther(_ observation: Observation, _ message: inout MessageDraft) {
        switch observation.fact {
        case .log: break
        case .event(let event):
            lastSource = nil
            projectEvent(event, observation, &message)
        case .stats(let record): projectStats(record, &message)
        case .container(let record):
            lastSource = nil
            fold(record)
        case .engine(let connection):
            state.connect(connection, at: observation.time)
            message.engine(connection)
        case .anomaly(let anomaly): message.anomaly(anomaly)
        case .mark(let mark): message.mark(mark)
        case .command(let command): message.command(command, container: command.container.map { tag(of: $0) })
        case .settle(let die, let id): projectSettle(die, id, &message)
        case .gap(let gap):
            lastSource = nil
            state.note(gap)
            message.gap(gap, container: gap.container.map { tag(of: $0) })
        case .incident(let incident): message.incident(incident, container: incident.container.map { tag(of: $0) })
        }
    }

    /// A container's tag; one with the beginning of the id for its name where nothing else is known.
    func tag(of id: ContainerID) -> ContainerTag {
        state.table[id]?.tag ?? ContainerTag(id: id, names: [id.short], labels: [:])
    }
}
