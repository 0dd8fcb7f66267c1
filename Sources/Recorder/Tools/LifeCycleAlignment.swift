// SPDX-License-Identifier: Apache-2.0

/// Finds which events of two lives are the same ones.
///
/// The cheapest way to make one life of the other: an event that is missing or extra costs most, one that says something
/// else less, one at another time least, so that of two equal events the one at the right time is taken. Beginnings and
/// ends that agree are passed over; what is between is aligned piece by piece, in memory bounded by a piece.
struct LifeCycleAlignment {
    /// A step through both lives.
    enum Step: Hashable {
        /// Two events that are the same one.
        case pair(a: Int, b: Int)
        /// An event that the second life does not have there.
        case onlyA(Int)
        /// An event that the first life does not have there.
        case onlyB(Int)
    }

    /// How many events of each life are aligned together: the directions of a piece take a megabyte.
    static let pieceSize = 1000
    private static let loneCost: Int32 = 3
    private static let changeCost: Int32 = 2
    private static let shiftCost: Int32 = 1

    private let a: [LifeCycleEvent]
    private let b: [LifeCycleEvent]
    private let tolerance: Int64

    /// Aligns two lives.
    static func align(_ a: [LifeCycleEvent], _ b: [LifeCycleEvent], tolerance: Int64) -> [Step] {
        LifeCycleAlignment(a: a, b: b, tolerance: tolerance).steps()
    }

    /// How far apart the times of two events are.
    static func distance(_ a: LifeCycleEvent, _ b: LifeCycleEvent) -> Int64 {
        let (difference, overflow) = b.offset.subtractingReportingOverflow(a.offset)
        return overflow || difference == .min ? .max : abs(difference)
    }

    private func steps() -> [Step] {
        var head = 0
        while head < a.count, head < b.count, cost(head, head) == 0 { head += 1 }
        var tail = 0
        while tail < a.count - head, tail < b.count - head, cost(a.count - 1 - tail, b.count - 1 - tail) == 0 {
            tail += 1
        }
        var steps: [Step] = (0..<head).map { .pair(a: $0, b: $0) }
        var (i, j) = (head, head)
        let end = (a: a.count - tail, b: b.count - tail)
        while i < end.a || j < end.b {
            let piece = align(i..<min(end.a, i + Self.pieceSize), j..<min(end.b, j + Self.pieceSize))
            let isLast = end.a - i <= Self.pieceSize && end.b - j <= Self.pieceSize
            // What lies near the end of a piece may go with what comes behind it.
            for step in isLast ? piece[...] : piece[..<((piece.count + 1) / 2)] {
                steps.append(step)
                switch step {
                case .pair: (i, j) = (i + 1, j + 1)
                case .onlyA: i += 1
                case .onlyB: j += 1
                }
            }
        }
        return steps + (0..<tail).map { .pair(a: end.a + $0, b: end.b + $0) }
    }

    /// What it costs to take two events for the same one; `nil` when they cannot be.
    private func cost(_ i: Int, _ j: Int) -> Int32? {
        guard a[i].action == b[j].action else { return nil }
        return (a[i].detail == b[j].detail ? 0 : Self.changeCost)
            + (Self.distance(a[i], b[j]) <= tolerance ? 0 : Self.shiftCost)
    }

    /// Aligns two pieces by the classic table of distances, row by row; what is kept of each cell is the way.
    private func align(_ rows: Range<Int>, _ columns: Range<Int>) -> [Step] {
        let width = columns.count + 1
        // 0: both, 1: only the first life's, 2: only the second's.
        var ways = [UInt8](repeating: 2, count: (rows.count + 1) * width)
        var before = (0..<width).map { Int32($0) * Self.loneCost }
        for row in 1..<(rows.count + 1) {
            var current = [Int32](repeating: Int32(row) * Self.loneCost, count: width)
            ways[row * width] = 1
            for column in 1..<width {
                var (best, way) = (before[column] + Self.loneCost, UInt8(1))
                if current[column - 1] + Self.loneCost < best { (best, way) = (current[column - 1] + Self.loneCost, 2) }
                if let cost = cost(rows.lowerBound + row - 1, columns.lowerBound + column - 1),
                    before[column - 1] + cost <= best
                {
                    (best, way) = (before[column - 1] + cost, 0)
                }
                current[column] = best
                ways[row * width + column] = way
            }
            before = current
        }
        return path(ways, rows, columns)
    }

    private func path(_ ways: [UInt8], _ rows: Range<Int>, _ columns: Range<Int>) -> [Step] {
        var steps: [Step] = []
        var (row, column) = (rows.count, columns.count)
        while row > 0 || column > 0 {
            switch ways[row * (columns.count + 1) + column] {
            case 0:
                (row, column) = (row - 1, column - 1)
                steps.append(.pair(a: rows.lowerBound + row, b: columns.lowerBound + column))
            case 1:
                row -= 1
                steps.append(.onlyA(rows.lowerBound + row))
            default:
                column -= 1
                steps.append(.onlyB(columns.lowerBound + column))
            }
        }
        return steps.reversed()
    }
}
