// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// What one line of a recording says, behind the header.
public enum RecordingLine: Sendable {
    /// An observation.
    case observation(Observation)
    /// The projector's state as of the last observation folded in, and that observation's time.
    case snapshot(StateSnapshot, time: Timestamp)
    /// A kind that this code does not know, which readers pass over: a later version wrote it.
    case unknown(number: UInt64, time: Timestamp)

    /// The line's number.
    public var number: UInt64 {
        switch self {
        case .observation(let observation): observation.number
        case .snapshot(let snapshot, _): snapshot.number
        case .unknown(let number, _): number
        }
    }

    /// The line's time.
    public var time: Timestamp {
        switch self {
        case .observation(let observation): observation.time
        case .snapshot(_, let time), .unknown(_, let time): time
        }
    }
}

/// A line that does not say what its kind must say.
public struct LineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var description: String

    /// Makes an error.
    public init(_ description: String) {
        self.description = description
    }
}
