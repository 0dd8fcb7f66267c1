// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// The law of numbers and times: numbers rise, times never run backwards, and a `gap` of the recorder behind each hole
/// says how many are missing.
struct NumberLaw {
    /// How many holes may wait for their gap: a recorder tells one before it makes the next.
    private static let holeLimit = 1000

    /// The last line's number, at first the one before the file's first.
    private(set) var last: UInt64
    private(set) var lastTime: Timestamp?
    /// The numbers that are missing, and that no gap has accounted for.
    private(set) var holes: [ClosedRange<UInt64>] = []
    private let allowsHoles: Bool

    init(_ header: RecordingHeader) {
        last = header.first > 0 ? header.first - 1 : 0
        allowsHoles = header.cut != nil
    }

    /// The law behind a number, for who reads lines from somewhere in a recording on, and leaves holes aside.
    init(behind number: UInt64) {
        last = number
        allowsHoles = true
    }

    /// How many numbers are missing without an account.
    var unaccounted: UInt64 { holes.reduce(0) { $0 &+ Self.count($1) } }

    /// What is wrong with a line's number and time in its place; `nil` when it may stand there.
    func fault(of line: RecordingLine) -> String? {
        if let lastTime, line.time < lastTime { return "its time lies before that of the line before it" }
        if case .snapshot(let snapshot, let time) = line {
            if snapshot.number < last { return "it is a snapshot as of \(snapshot.number), behind number \(last)" }
            if snapshot.number == last, let lastTime, time != lastTime {
                return "it is a snapshot as of \(last) with another time"
            }
            return nil
        }
        return line.number > last ? nil : "its number does not rise above \(last)"
    }

    /// Takes a line that may stand in its place.
    mutating func take(_ line: RecordingLine) {
        lastTime = line.time
        let isSnapshot = if case .snapshot = line { true } else { false }
        let missing = isSnapshot ? line.number : line.number - 1
        if missing > last, !allowsHoles, holes.count < Self.holeLimit { holes.append((last + 1)...missing) }
        last = max(last, line.number)
        if case .observation(let observation) = line, case .gap(let gap) = observation.fact, gap.scope == .recorder {
            account(gap.lost)
        }
    }

    /// A range's count may exceed `Int`, where a line's number is garbage.
    private static func count(_ range: ClosedRange<UInt64>) -> UInt64 {
        (range.upperBound - range.lowerBound).addingReportingOverflow(1).partialValue
    }

    /// Strikes out what a gap accounts for, the latest holes first.
    private mutating func account(_ lost: UInt64?) {
        var left = lost ?? .max
        while let hole = holes.last, left > 0 {
            let count = Self.count(hole)
            holes.removeLast()
            if count > left { holes.append(hole.lowerBound...(hole.upperBound - left)) }
            left -= min(left, count)
        }
    }
}
