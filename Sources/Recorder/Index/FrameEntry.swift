// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import ObserverModel

/// What the index says of one frame.
public struct FrameEntry: Sendable, Hashable {
    /// Where the frame begins in its file.
    public var offset: UInt64 = 0
    /// How many bytes the frame has in the file.
    public var compressedSize: UInt32 = 0
    /// How many bytes it decompresses to.
    public var contentSize: UInt32 = 0
    /// What its lines are.
    public var summary = LineSummary()
    /// Whether a snapshot is its first line; in a file's first frame, the first behind the header.
    public var opensWithSnapshot = false
    /// Whether all of it is known: in a file without an index, `contentSize` and the counts are 0, the last number and
    /// time are at most the given ones, and the messages' times may be any.
    public var isExact = true

    /// Makes the entry of an empty frame at the file's beginning.
    public init() {}

    /// Where the next frame begins.
    public var end: UInt64 { offset &+ UInt64(compressedSize) }
}

/// The ranges and numbers of some lines' observations.
public struct LineSummary: Sendable, Hashable {
    /// The first and the last observation's number; 0 where there is none.
    public var firstNumber: UInt64 = 0
    /// The last observation's number.
    public var lastNumber: UInt64 = 0
    /// The first and the last observation's time.
    public var firstTime = Timestamp(nanoseconds: 0)
    /// The last observation's time.
    public var lastTime = Timestamp(nanoseconds: 0)
    /// The least and the greatest of the messages' own times, which may run backwards.
    public var leastTimestamp = Timestamp(nanoseconds: .max)
    /// The greatest of the messages' own times.
    public var greatestTimestamp = Timestamp(nanoseconds: .min)
    /// How many observations there are of each kind, by ``LineKind``'s raw value.
    public var counts = [UInt32](repeating: 0, count: LineKind.observationCount)

    /// Makes the summary of no lines.
    public init() {}

    /// How many observations there are.
    public var count: Int { counts.reduce(0) { $0 + Int($1) } }

    /// Adds an observation.
    public mutating func add(number: UInt64, time: Timestamp, timestamp: Timestamp, kind: LineKind) {
        if firstNumber == 0 {
            firstNumber = number
            firstTime = time
        }
        lastNumber = number
        lastTime = time
        leastTimestamp = min(leastTimestamp, timestamp)
        greatestTimestamp = max(greatestTimestamp, timestamp)
        counts[Int(kind.rawValue)] &+= 1
    }

    /// Adds the lines that follow.
    public mutating func add(_ other: LineSummary) {
        guard other.firstNumber > 0 else { return }
        if firstNumber == 0 {
            firstNumber = other.firstNumber
            firstTime = other.firstTime
        }
        lastNumber = other.lastNumber
        lastTime = other.lastTime
        leastTimestamp = min(leastTimestamp, other.leastTimestamp)
        greatestTimestamp = max(greatestTimestamp, other.greatestTimestamp)
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }
}
