// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// The moving of a recording's times, so that it plays as if it happened now.
///
/// Moved are the times of observations, of lines and of gaps, and the engine's times in its JSON. What lines, messages
/// and clients' objects say stays, and so does the engine's unset time (fact B8).
public struct TimeShift: Sendable, Hashable {
    /// How far times move, in nanoseconds; later when positive.
    public let nanoseconds: Int64

    /// Makes a shift by a number of nanoseconds.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Makes a shift by a duration, of which parts of a nanosecond are left out.
    public init(by duration: Duration) {
        nanoseconds = duration.wholeNanoseconds
    }

    /// Moves the times of an observation.
    public func apply(to observation: inout Observation) {
        guard nanoseconds != 0 else { return }
        observation.time = moved(observation.time)
        switch observation.fact {
        case .log(var line):
            line.timestamp = moved(line.timestamp)
            observation.fact = .log(line)
        case .event(var event):
            event.raw = edited(event.raw) { EngineTimes.event($0, self, &$1) }
            observation.fact = .event(event)
        case .stats(var record):
            record.raw = edited(record.raw) { EngineTimes.stats($0, self, &$1) }
            observation.fact = .stats(record)
        case .container(var record):
            record.raw = edited(record.raw) { EngineTimes.inspect($0, self, &$1) }
            observation.fact = .container(record)
        case .gap(var gap):
            gap.from = gap.from.map { moved($0) }
            gap.to = gap.to.map { moved($0) }
            observation.fact = .gap(gap)
        case .engine, .anomaly, .mark, .command, .settle, .incident:
            return
        }
    }

    /// A moment after the shift, held within what can be told.
    public func moved(_ time: Timestamp) -> Timestamp {
        time.advanced(byNanoseconds: nanoseconds)
    }

    /// The moment that the shift moves to a given one.
    public func unmoved(_ time: Timestamp) -> Timestamp {
        time.advanced(byNanoseconds: nanoseconds == .min ? .max : -nanoseconds)
    }

    /// JSON with edits made to it, which are found in order; untouched when it is none.
    private func edited(
        _ json: ArraySlice<UInt8>,
        _ find: (JSONValue, inout [EngineTimes.Edit]) -> Void
    ) -> ArraySlice<UInt8> {
        guard let root = try? JSONDocument(json).root else { return json }
        var edits: [EngineTimes.Edit] = []
        find(root, &edits)
        guard !edits.isEmpty else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 16)
        var end = json.startIndex
        for edit in edits.sorted(by: { $0.place.lowerBound < $1.place.lowerBound }) {
            result.append(contentsOf: json[end..<edit.place.lowerBound])
            result.append(contentsOf: edit.text)
            end = edit.place.upperBound
        }
        result.append(contentsOf: json[end...])
        return result[...]
    }
}
