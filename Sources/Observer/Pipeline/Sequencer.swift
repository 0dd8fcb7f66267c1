// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Gives observations their number and time, or checks those that have them.
///
/// A value without I/O: the present is passed in.
struct Sequencer: Sendable {
    /// The number of the last observation.
    private(set) var last: UInt64
    /// The time of the last observation.
    private(set) var time: Timestamp

    /// Makes a sequencer that goes on behind an observation.
    init(last: UInt64 = 0, time: Timestamp? = nil) {
        self.last = last
        self.time = time ?? Timestamp(nanoseconds: .min)
    }

    /// Gives the next number, and the present as time; time never decreases.
    mutating func number(_ observation: Observation, at now: Timestamp) -> Observation {
        last += 1
        time = max(time, now)
        return Observation(number: last, time: time, fact: observation.fact)
    }

    /// Passes an observation that has number and time, if both go on from the last one.
    ///
    /// - Returns: Whether it did; one that does not must not be projected.
    mutating func check(_ observation: Observation) -> Bool {
        guard observation.number > last, observation.time >= time else { return false }
        last = observation.number
        time = observation.time
        return true
    }

    /// Passes a batch if all of its observations go on from one another.
    ///
    /// - Returns: Whether they did; if one does not, nothing was passed.
    mutating func check(_ batch: ObservationBatch) -> Bool {
        var (last, time) = (last, time)
        let span = batch.span
        for index in span.indices {
            guard span[index].number > last, span[index].time >= time else { return false }
            last = span[index].number
            time = span[index].time
        }
        (self.last, self.time) = (last, time)
        return true
    }
}
