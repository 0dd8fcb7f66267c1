// SPDX-License-Identifier: Apache-2.0

/// A difference between the lives of a container in two recordings.
public struct LifeCycleDifference: Sendable, Hashable {
    /// What is different.
    public enum Kind: String, Sendable, Hashable {
        /// The second recording lacks the event.
        case missing
        /// The second recording has an event more.
        case extra
        /// Both have the event, with others between that stand the other way round.
        case outOfOrder = "out_of_order"
        /// Both have it, at times further apart than is tolerated.
        case shifted
        /// Both have it, and it says something else.
        case changed
    }

    /// What is different.
    public var kind: Kind
    /// The first recording's event.
    public var a: LifeCycleEvent?
    /// The second recording's event.
    public var b: LifeCycleEvent?

    /// By how much the second recording's event is later, in nanoseconds, where both have it.
    public var delay: Int64? {
        guard let a, let b else { return nil }
        let (difference, overflow) = b.offset.subtractingReportingOverflow(a.offset)
        return overflow ? nil : difference
    }

    fileprivate var offset: Int64 { a?.offset ?? b?.offset ?? 0 }
}

/// How the lives of containers differ between two recordings, name by name.
public struct LifeCycleDiff: Sendable {
    /// A container, by its name.
    public struct Container: Sendable {
        /// The name.
        public var name: String
        /// How many events each recording has of it.
        public var counts: (a: Int, b: Int)
        /// What is different, by time; none where the lives are the same.
        public var differences: [LifeCycleDifference]
    }

    /// The containers of both recordings, by name.
    public private(set) var containers: [Container] = []

    /// Compares lives; the times of an event may be as far apart as the tolerance says, in nanoseconds.
    public init(_ a: LifeCycles, _ b: LifeCycles, tolerance: Int64) {
        for name in Set(a.events.keys).union(b.events.keys).sorted() {
            let (x, y) = (a.events[name] ?? [], b.events[name] ?? [])
            containers.append(
                Container(
                    name: name,
                    counts: (x.count, y.count),
                    differences: Self.differences(x, y, tolerance: tolerance)
                )
            )
        }
    }

    /// Whether all lives are the same.
    public var isSame: Bool { containers.allSatisfy(\.differences.isEmpty) }

    /// By how much all of the shifted events are later, if it is the same for all: the recordings were begun at
    /// different moments then.
    public func commonDelay(tolerance: Int64) -> Int64? {
        let delays = containers.flatMap(\.differences).filter { $0.kind == .shifted }.compactMap(\.delay).sorted()
        guard delays.count >= 3, let first = delays.first, let last = delays.last else { return nil }
        let (spread, overflow) = last.subtractingReportingOverflow(first)
        return !overflow && spread <= tolerance ? delays[delays.count / 2] : nil
    }

    private static func differences(
        _ a: [LifeCycleEvent],
        _ b: [LifeCycleEvent],
        tolerance: Int64
    ) -> [LifeCycleDifference] {
        var found: [LifeCycleDifference] = []
        var lone: (a: [Int], b: [Int]) = ([], [])
        for step in LifeCycleAlignment.align(a, b, tolerance: tolerance) {
            switch step {
            case .onlyA(let index): lone.a.append(index)
            case .onlyB(let index): lone.b.append(index)
            case .pair(let i, let j):
                if a[i].detail != b[j].detail {
                    found.append(LifeCycleDifference(kind: .changed, a: a[i], b: b[j]))
                } else if LifeCycleAlignment.distance(a[i], b[j]) > tolerance {
                    found.append(LifeCycleDifference(kind: .shifted, a: a[i], b: b[j]))
                }
            }
        }
        // An event that both have, but on different sides of others.
        var moved: [LifeCycleKey: [Int]] = [:]
        for index in lone.b.reversed() { moved[LifeCycleKey(b[index]), default: []].append(index) }
        var taken: Set<Int> = []
        for index in lone.a {
            if let other = moved[LifeCycleKey(a[index])]?.popLast() {
                taken.insert(other)
                found.append(LifeCycleDifference(kind: .outOfOrder, a: a[index], b: b[other]))
            } else {
                found.append(LifeCycleDifference(kind: .missing, a: a[index]))
            }
        }
        for index in lone.b where !taken.contains(index) {
            found.append(LifeCycleDifference(kind: .extra, b: b[index]))
        }
        return found.sorted { $0.offset < $1.offset }
    }
}

/// What makes an event of a life the same as another one, at whatever time.
private struct LifeCycleKey: Hashable {
    var action: String
    var detail: String

    init(_ event: LifeCycleEvent) {
        action = event.action
        detail = event.detail
    }
}
