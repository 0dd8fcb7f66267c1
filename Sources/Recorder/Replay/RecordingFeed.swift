// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import ObserverModel

// SAFETY: one reader has a feed; the player, which is an actor, hands its own to nobody.
/// Reads the parts of a run in order and by time, for one reader.
public final class RecordingFeed: PlaybackFeed, @unchecked Sendable {
    private let recording: RecordingSet
    /// The version of the projector whose snapshots can be loaded.
    private let projection: Int
    private let shift: PlaybackShift?
    /// The times between which the recording lies.
    public let range: ClosedRange<Timestamp>
    /// The number of its first observation.
    public let firstNumber: UInt64

    private var reader: RecordingReader
    private var parser = LineParser()
    private var items: [FeedItem] = []
    /// The last observation's number that was read, or that of the state which reading began with.
    private var lastNumber: UInt64?
    /// A line of a log has this many bytes beside its text: no batch has many more lines than that makes.
    private static let shortestLine = 180

    /// Makes a feed that stands at the beginning.
    ///
    /// - Parameters:
    ///   - recording: The parts of one run.
    ///   - projection: The version of the projector whose snapshots can be loaded.
    ///   - shift: How times are moved; all times of the feed are those after it.
    /// - Throws: ``RecordingError/system(_:)`` when the index cannot be read any more.
    public init(
        _ recording: RecordingSet,
        projection: Int,
        shift: PlaybackShift? = nil
    ) throws(RecordingError) {
        self.recording = recording
        self.projection = projection
        self.shift = shift
        let recorded = try recording.timeRange()
        range =
            shift.map { $0.times.moved(recorded.lowerBound)...$0.times.moved(recorded.upperBound) } ?? recorded
        firstNumber = recording.header.first
        reader = try RecordingReader(recording)
    }

    /// Goes to where the state as of a time can be folded from.
    public func seek(to time: Timestamp) throws -> FeedPlace {
        let recorded = shift?.times.unmoved(time) ?? time
        let frame = min(try recording.firstFrame(reaching: recorded), max(0, recording.frameCount - 1))
        return try seek(toFrame: frame, notBehind: time)
    }

    /// Goes to where the state at a frame's beginning can be folded from.
    ///
    /// - Parameters:
    ///   - wanted: The frame.
    ///   - time: A time that lies in a hole before a frame has its state before the hole, not behind it.
    /// - Returns: The state to begin with.
    /// - Throws: ``RecordingError`` when the files cannot be read.
    public func seek(toFrame wanted: Int, notBehind time: Timestamp? = nil) throws -> FeedPlace {
        var frame: Int? = try recording.lastSnapshotFrame(atOrBefore: wanted)
        var place = FeedPlace()
        while let candidate = frame {
            if let (snapshot, since) = try open(candidate) {
                if candidate == 0 || time.map({ since <= $0 }) ?? true {
                    place.snapshot = snapshot
                    return place
                }
            } else {
                place.passedForeignSnapshots = true
            }
            frame = candidate > 0 ? try recording.lastSnapshotFrame(atOrBefore: candidate - 1) : nil
        }
        try begin(at: 0)
        return place
    }

    /// Reads from a frame on whose first line is a snapshot that can be loaded; `nil` when it is not.
    private func open(_ frame: Int) throws -> (StateSnapshot, time: Timestamp)? {
        try begin(at: frame)
        while items.isEmpty {
            guard try refill(wantsSnapshot: true) else { return nil }
        }
        guard case .state(let snapshot, let time) = items[0], snapshot.projection == projection else { return nil }
        items.removeFirst()
        lastNumber = snapshot.number
        return (snapshot, time)
    }

    private func begin(at frame: Int) throws {
        reader = try RecordingReader(recording, from: frame)
        items = []
        lastNumber = nil
    }

    /// Reads on; `nil` at the end.
    public func next() throws -> FeedItem? {
        while items.isEmpty {
            guard try refill(wantsSnapshot: false) else { return nil }
        }
        return items.removeFirst()
    }

    /// Reads some more lines.
    ///
    /// - Returns: Whether there are any.
    private func refill(wantsSnapshot: Bool) throws -> Bool {
        guard let batch = try reader.next() else {
            items += reader.takeDamage().map { .damage($0.description) }
            return !items.isEmpty
        }
        var damage: [Damage] = []
        let isCut = recording.parts[recording.location(of: batch.frame).part].header.cut != nil
        var observations = ObservationBatch()
        observations.reserveCapacity(batch.content.count / Self.shortestLine)
        batch.parse(with: &parser, into: &observations, damage: &damage) {
            $1.append($0)
        } other: { line, observations in
            if let last = observations.last { lastNumber = last.number }
            switch line {
            case .observation(let observation):
                observations.append(observation)
            case .snapshot(let snapshot, let time):
                // One that continues what was read says nothing new; behind a hole it says what was missed, and so it
                // does in a recording that was cut.
                guard isNews(snapshot, isCut: isCut) || (wantsSnapshot && observations.isEmpty && items.isEmpty) else {
                    return
                }
                if !observations.isEmpty { items.append(.observations(observations)) }
                observations = []
                items.append(.state(snapshot, time: time))
                lastNumber = snapshot.number
            case .unknown(let number, _):
                lastNumber = number
            }
        }
        if let last = observations.last {
            lastNumber = last.number
            items.append(.observations(observations))
        }
        if let shift {
            for index in items.indices { items[index] = items[index].moved(by: shift) }
        }
        items += (reader.takeDamage() + damage).map { .damage($0.description) }
        return true
    }

    private func isNews(_ snapshot: StateSnapshot, isCut: Bool) -> Bool {
        guard snapshot.projection == projection, let lastNumber else { return false }
        return isCut || snapshot.number > lastNumber
    }
}

extension FeedItem {
    fileprivate func moved(by shift: PlaybackShift) -> FeedItem {
        switch self {
        case .observations(var batch):
            for index in batch.indices { shift.times.apply(to: &batch[index]) }
            return .observations(batch)
        case .state(let snapshot, let time):
            return .state(shift.state(snapshot), time: shift.times.moved(time))
        case .damage: return self
        }
    }
}

extension RecordingSet {
    /// The times between which the observations lie; those of the header where there are none.
    public func timeRange() throws(RecordingError) -> ClosedRange<Timestamp> {
        let first = try firstFrame(reaching: 0)
        let start = first < frameCount ? try frame(first).summary.firstTime : header.created
        return start...max(start, lastTime)
    }

    /// The run that the parts belong to.
    public var run: String { header.run }

    /// The files, for people.
    public var origin: String { parts.map(\.path).joined(separator: " ") }
}
