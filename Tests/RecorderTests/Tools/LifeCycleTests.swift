// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Recorder

@Suite struct LifeCycleTests {
    private static let second: Int64 = 1_000_000_000

    /// A container that crashes and starts again, every few seconds.
    private func loop(_ count: Int, seed: UInt64) -> [LifeCycleEvent] {
        var random = SplitMix64(seed: seed)
        var time: Int64 = 0
        return (0..<count).map { index in
            time += 2 * Self.second + Int64(random.below(Int(Self.second)))
            return index % 2 == 0
                ? LifeCycleEvent(action: "start", offset: time)
                : LifeCycleEvent(action: "die", detail: "exit code \(random.below(3))", offset: time)
        }
    }

    private func diff(_ a: [LifeCycleEvent], _ b: [LifeCycleEvent]) -> [LifeCycleDifference] {
        var lives = (LifeCycles(), LifeCycles())
        for event in a { lives.0.append(event, to: "web") }
        for event in b { lives.1.append(event, to: "web") }
        let diff = LifeCycleDiff(lives.0, lives.1, tolerance: Self.second / 2)
        #expect(diff.isSame == diff.containers.allSatisfy(\.differences.isEmpty))
        return diff.containers.first?.differences ?? []
    }

    @Test(
        "a life with small shifts is the same; one event more, less, later or other is found as what it is",
        arguments: 0..<20 as Range<UInt64>
    )
    func single(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        // Lives of one piece and of several.
        let life = loop([10, 200, 3 * LifeCycleAlignment.pieceSize][Int(seed % 3)], seed: seed)
        var shaken = life
        for index in shaken.indices { shaken[index].offset += Int64(random.below(Int(Self.second / 2))) }
        #expect(diff(life, shaken) == [])

        let place = random.below(life.count)
        var other = shaken
        let lone = other.remove(at: place)
        #expect(diff(life, other) == [LifeCycleDifference(kind: .missing, a: life[place])], "seed \(seed)")
        #expect(diff(other, life) == [LifeCycleDifference(kind: .extra, b: life[place])], "seed \(seed)")

        other = shaken
        other[place].offset = lone.offset + Self.second
        #expect(
            diff(life, other) == [LifeCycleDifference(kind: .shifted, a: life[place], b: other[place])],
            "seed \(seed)"
        )
        other = shaken
        other[place].detail = "exit code 99"
        #expect(
            diff(life, other) == [LifeCycleDifference(kind: .changed, a: life[place], b: other[place])],
            "seed \(seed)"
        )
    }

    @Test("two events that changed places are out of order")
    func order() {
        let oom = LifeCycleEvent(action: "oom", offset: 10 * Self.second)
        let die = LifeCycleEvent(action: "die", detail: "exit code 137", offset: 10 * Self.second + 1)
        let start = LifeCycleEvent(action: "start", offset: 0)
        let found = diff([start, oom, die], [start, die, oom])
        #expect(found.map(\.kind) == [.outOfOrder])
        #expect(found[0].a?.action == found[0].b?.action)
    }

    @Test("an alignment goes through both lives once, in order, whatever they are", arguments: 0..<30 as Range<UInt64>)
    func path(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let actions = ["start", "die", "kill", "oom"]
        func life(_ count: Int) -> [LifeCycleEvent] {
            (0..<count).map { index in
                LifeCycleEvent(action: actions[random.below(4)], offset: Int64(index) * Self.second)
            }
        }
        let limit = seed == 0 ? 2500 : 60
        let (a, b) = (life(random.below(limit)), life(random.below(limit)))
        var (i, j) = (0, 0)
        for step in LifeCycleAlignment.align(a, b, tolerance: Self.second) {
            switch step {
            case .pair(let x, let y):
                #expect((x, y) == (i, j) && a[x].action == b[y].action)
                (i, j) = (i + 1, j + 1)
            case .onlyA(let x):
                #expect(x == i)
                i += 1
            case .onlyB(let y):
                #expect(y == j)
                j += 1
            }
        }
        #expect((i, j) == (a.count, b.count))
    }

    @Test("a recording that was begun at another moment is said to be")
    func commonDelay() {
        let life = loop(20, seed: 1)
        var lives = (LifeCycles(), LifeCycles())
        for event in life {
            lives.0.append(event, to: "web")
            var late = event
            late.offset += 700_000_000
            lives.1.append(late, to: "web")
        }
        let diff = LifeCycleDiff(lives.0, lives.1, tolerance: Self.second / 2)
        #expect(!diff.isSame)
        #expect(diff.commonDelay(tolerance: Self.second / 2) == 700_000_000)
        #expect(LifeCycleDiff(lives.0, lives.1, tolerance: Self.second).isSame)
    }

    @Test("extreme times are compared without a trap")
    func extremes() {
        let a = [LifeCycleEvent(action: "start", offset: .min), LifeCycleEvent(action: "die", offset: .max)]
        let b = [LifeCycleEvent(action: "start", offset: .max), LifeCycleEvent(action: "die", offset: .min)]
        #expect(diff(a, b).map(\.kind) == [.shifted, .shifted])
        #expect(diff(a, []).map(\.kind) == [.missing, .missing])
    }

    @Test("the id that Compose puts before a name is left out")
    func names() {
        #expect(LifeCycles.stableName("0ce134c1ed34_shop-db-1") == "shop-db-1")
        #expect(LifeCycles.stableName("0ce134c1ed34_") == "0ce134c1ed34_")
        #expect(LifeCycles.stableName("0ce134c1ed3_db") == "0ce134c1ed3_db")
        #expect(LifeCycles.stableName("db") == "db")
    }

    @Test("Law 9: lives are held up to a bound, and what is beyond is counted")
    func bound() {
        var lives = LifeCycles()
        for index in 0..<(LifeCycles.limit + 5) {
            lives.append(LifeCycleEvent(action: "start", offset: Int64(index)), to: "web")
        }
        #expect(lives.count == LifeCycles.limit)
        #expect(lives.dropped == 5)
    }
}
