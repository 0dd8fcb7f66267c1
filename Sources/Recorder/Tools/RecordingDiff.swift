// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Compares two recordings observation by observation, by their numbers, in memory that does not grow with them.
///
/// Snapshots are left out, and so are frames and blocks. Of the headers only what gives lines and messages their
/// meaning is compared: the format's version and the projection's. Another run or another time of making is no
/// difference.
public struct RecordingDiff {
    /// How many lines are shown before and behind the first difference.
    private static let contextLength = 3

    private let a: ObservationCursor
    private let b: ObservationCursor
    private var report = DiffReport()
    private var before: [ArraySlice<UInt8>] = []

    /// Compares recordings.
    ///
    /// - Parameters:
    ///   - a: The first recording.
    ///   - b: The second recording.
    ///   - progress: Is told now and then how many of the frames of the first were read.
    /// - Returns: What was found.
    /// - Throws: ``RecordingError/system(_:)`` when one cannot be read any more.
    public static func compare(
        _ a: RecordingSet,
        _ b: RecordingSet,
        progress: (_ frames: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(RecordingError) -> DiffReport {
        var diff = RecordingDiff(a: try ObservationCursor(a), b: try ObservationCursor(b))
        diff.compare(a.header, b.header)
        try diff.run { progress($0, a.frameCount) }
        return diff.report
    }

    private init(a: ObservationCursor, b: ObservationCursor) {
        self.a = a
        self.b = b
    }

    private mutating func compare(_ a: RecordingHeader, _ b: RecordingHeader) {
        if a.version != b.version { report.headers.append("the format's versions are \(a.version) and \(b.version)") }
        if a.projection != b.projection {
            report.headers.append("the projection versions are \(a.projection) and \(b.projection)")
        }
    }

    private mutating func run(_ progress: (Int) -> Void) throws(RecordingError) {
        var (left, right) = (try a.next(), try b.next())
        var frame = -1
        while left != nil || right != nil {
            if a.frame != frame {
                frame = a.frame
                progress(frame)
                report.note(a.takeDamage() + b.takeDamage())
            }
            let number = (left?.number ?? .max, right?.number ?? .max)
            if number.0 == number.1, let x = left, let y = right {
                compare(x, y)
                (left, right) = (try a.next(), try b.next())
            } else if let x = left, right == nil || number.0 < number.1 {
                report.onlyInA += 1
                show(x.bytes, nil, .onlyInA, x.number, isEnd: right == nil)
                left = try a.next()
            } else if let y = right {
                report.onlyInB += 1
                show(nil, y.bytes, .onlyInB, y.number, isEnd: left == nil)
                right = try b.next()
            }
        }
        report.note(a.takeDamage() + b.takeDamage())
    }

    private mutating func compare(_ x: ObservationCursor.Line, _ y: ObservationCursor.Line) {
        if Self.isSame(x.bytes, y.bytes)
            || Self.isSame(
                ObservationCursor.canonical(x.bytes),
                ObservationCursor.canonical(y.bytes)
            )
        {
            report.same += 1
            guard report.first == nil else { return showMore(.both, x.bytes) }
            if before.count == Self.contextLength { before.removeFirst() }
            before.append(x.bytes)
        } else {
            report.changed += 1
            show(x.bytes, y.bytes, .changed, x.number)
        }
    }

    private static func isSame(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        return a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                // SAFETY: both have the same number of bytes, and an empty one has no base.
                guard let x = a.baseAddress, let y = b.baseAddress else { return true }
                return memcmp(x, y, a.count) == 0
            }
        }
    }

    // MARK: What is shown

    private mutating func show(
        _ x: ArraySlice<UInt8>?,
        _ y: ArraySlice<UInt8>?,
        _ kind: RecordingDifference.Kind,
        _ number: UInt64,
        isEnd: Bool = false
    ) {
        guard report.first == nil else {
            if let x { showMore(.a, x) }
            if let y { showMore(.b, y) }
            return
        }
        var difference = RecordingDifference(kind: kind, number: number, isEnd: isEnd)
        if let x, let y { difference.offset = LineExcerpt.place(x, y) }
        difference.head = (x ?? y).flatMap { LineHead($0) }
        difference.a = x.map { LineExcerpt($0, around: difference.offset ?? 0) }
        difference.b = y.map { LineExcerpt($0, around: difference.offset ?? 0) }
        difference.before = before.map { LineExcerpt($0) }
        report.first = difference
        before = []
    }

    private mutating func showMore(_ side: RecordingDifference.Side, _ line: ArraySlice<UInt8>) {
        guard let count = report.first?.after.count, count < Self.contextLength else { return }
        report.first?.after.append(RecordingDifference.Line(side: side, excerpt: LineExcerpt(line)))
    }
}
