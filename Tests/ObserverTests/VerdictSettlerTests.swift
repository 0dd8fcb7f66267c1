// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Observer

@Suite("Where settlements go")
struct VerdictSettlerTests {
    private let web = ProjectionSample.id(1)
    private let api = ProjectionSample.id(2)

    /// The kinds of the observations in order: events by their action, settlements by their `die`.
    private func story(_ stage: ProjectionStage) -> [String] {
        stage.observations.map { observation in
            switch observation.fact {
            case .event(let event):
                let root = try? JSONDocument(event.raw).root
                return root?["Action"]?.string ?? ""
            case .settle(let die, _): return "settle \(die)"
            case .mark(let mark): return mark.name
            default: return "other"
            }
        }
    }

    @Test("a settlement goes right behind restart and destroy", arguments: ["restart", "destroy"])
    func behind(action: String) {
        var stage = ProjectionStage()
        stage.event("die", web, at: 0)
        stage.event("die", api, at: 10)
        stage.event("start", web, at: 400)
        stage.event(action, web, at: 401)
        stage.event("start", api, at: 500)
        #expect(story(stage) == ["die", "die", "start", action, "settle 1", "start"])
        #expect(stage.observations[4].time == stage.observations[3].time)
    }

    @Test("a settlement goes right before the next die of that container")
    func beforeNextDie() {
        var stage = ProjectionStage()
        stage.event("die", web, at: 0)
        stage.event("start", web, at: 100)
        stage.event("die", api, at: 150)
        stage.event("die", web, at: 200)
        #expect(story(stage) == ["die", "start", "die", "settle 1", "die"])
    }

    @Test("a settlement goes before the first observation that is 5 s later, with that time")
    func afterDelay() {
        var stage = ProjectionStage()
        stage.event("die", web, at: 0)
        stage.observe(.mark(Mark(name: "early", text: "")), at: ProjectionSample.time(5_002))
        stage.observe(.mark(Mark(name: "late", text: "")), at: ProjectionSample.time(5_003))
        #expect(story(stage) == ["die", "early", "settle 1", "late"])
        #expect(stage.observations[2].time == ProjectionSample.time(5_003))
    }

    @Test("a tick settles what is due and nothing else, in the order of the deaths")
    func ticks() {
        var stage = ProjectionStage()
        stage.event("die", web, at: 0)
        stage.event("die", api, at: 1_000)
        #expect(stage.settler.nextDeadline == ProjectionSample.time(5_003))
        stage.tick(ProjectionSample.time(5_002))
        #expect(story(stage) == ["die", "die"])
        stage.tick(ProjectionSample.time(5_003))
        #expect(stage.settler.nextDeadline == ProjectionSample.time(6_003))
        stage.tick(ProjectionSample.time(60_000))
        #expect(story(stage) == ["die", "die", "settle 1", "settle 2"])
        #expect(
            stage.observations.map(\.time).suffix(2) == [ProjectionSample.time(5_003), ProjectionSample.time(6_003)]
        )
        #expect(stage.settler.nextDeadline == nil)
    }

    @Test("events of networks and of other containers settle nothing")
    func others() {
        var settler = Settler()
        let die = SampleJSON.event("die", web, at: ProjectionSample.origin)
        let observation = Observation(
            number: 7,
            time: ProjectionSample.origin,
            fact: .event(EngineEvent(container: web, raw: die))
        )
        #expect(settler.after(observation).isEmpty)
        let network = Array(
            #"{"Type":"network","Action":"destroy","Actor":{"ID":"x","Attributes":{}},"timeNano":1}"#.utf8
        )
        let fact = Fact.event(EngineEvent(container: web, raw: network[...]))
        #expect(settler.before(fact, at: ProjectionSample.time(1)).isEmpty)
        #expect(settler.after(Observation(number: 8, time: ProjectionSample.time(1), fact: fact)).isEmpty)
        #expect(settler.pendingCount == 1)
    }

    @Test("Law 2: the settlements are the same however often the settler is ticked", arguments: 0..<12 as Range<UInt64>)
    func determinism(seed: UInt64) {
        let plain = RandomFacts.stage(seed: seed, count: 300)
        var facts = RandomFacts(seed: seed)
        var generator = SplitMix64(seed: ~seed)
        var ticked = ProjectionStage()
        var last = ProjectionSample.time(-10_000)
        for _ in 0..<300 {
            let (fact, time) = facts.next()
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let moment = Int64.random(in: last.nanoseconds...time.nanoseconds, using: &generator)
                ticked.tick(Timestamp(nanoseconds: moment))
            }
            ticked.observe(fact, at: time)
            last = time
        }
        #expect(story(ticked) == story(plain), "seed \(seed)")
        #expect(ticked.messages == plain.messages, "seed \(seed)")
        let times = plain.observations.map(\.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(seed)")
        let dies = story(plain).filter { $0 == "die" }.count
        let settled = Set(story(plain).filter { $0.hasPrefix("settle") })
        #expect(settled.count + plain.settler.pendingCount == dies, "every die is settled once, seed \(seed)")
        #expect(settled.count == story(plain).filter { $0.hasPrefix("settle") }.count, "seed \(seed)")
    }

    @Test("Law 9: with too many deaths at once the one that waits the longest is settled early")
    func bounded() {
        var settler = Settler(maximumPending: 200)
        var settled: [UInt64] = []
        let count = 300
        for number in 1...count {
            let raw = SampleJSON.event("die", ProjectionSample.id(number), at: ProjectionSample.origin)
            let fact = Fact.event(EngineEvent(container: ProjectionSample.id(number), raw: raw))
            settled += settler.before(fact, at: ProjectionSample.origin).map(\.die)
            _ = settler.after(Observation(number: UInt64(number), time: ProjectionSample.origin, fact: fact))
        }
        #expect(settled == Array(1...100))
        #expect(settler.pendingCount == 200)
    }

    @Test("Law 9: a container that dies and starts without end leaves nothing behind")
    func crashLoop() {
        var settler = Settler(maximumPending: 50)
        let raw = SampleJSON.event("die", web, at: ProjectionSample.origin)
        let fact = Fact.event(EngineEvent(container: web, raw: raw))
        var settled = 0
        for number in 1...1_000 as ClosedRange<UInt64> {
            settled += settler.before(fact, at: ProjectionSample.origin).count
            settled += settler.after(Observation(number: number, time: ProjectionSample.origin, fact: fact)).count
        }
        #expect(settled == 999)
        #expect(settler.pendingCount == 1)
        #expect(settler.heldCount <= 2 * 50)
    }
}
