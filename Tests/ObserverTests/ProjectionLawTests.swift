// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Observer

@Suite("The laws of the projector")
struct ProjectionLawTests {
    @Test("Law 2: a projector that goes on from a snapshot makes the same bytes", arguments: 0..<20 as Range<UInt64>)
    func snapshots(seed: UInt64) throws {
        let stage = RandomFacts.stage(seed: seed, count: 250)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<2 {
            let cut = Int.random(in: 0...stage.observations.count, using: &generator)
            var before = Projector()
            let first = before.project(Array(stage.observations[..<cut]))
            let snapshot = before.snapshot()
            #expect(snapshot.number == (cut == 0 ? 0 : stage.observations[cut - 1].number))
            var after = try Projector(snapshot: snapshot.json[...])
            #expect(after.snapshot() == snapshot, "seed \(seed), cut \(cut)")
            let second = after.project(Array(stage.observations[cut...]))
            #expect(texts(first) + texts(second) == stage.messages, "seed \(seed), cut \(cut)")
            #expect(after.snapshot() == stage.projector.snapshot(), "seed \(seed), cut \(cut)")
            #expect(views(after.state) == views(stage.state), "seed \(seed), cut \(cut)")
        }
    }

    @Test(
        "Law 2: the messages do not depend on how the observations are cut into batches",
        arguments: 0..<8 as Range<UInt64>
    )
    func batches(seed: UInt64) {
        let stage = RandomFacts.stage(seed: seed, count: 300)
        var generator = SplitMix64(seed: seed)
        var projector = Projector()
        var batch = MessageBatch()
        var rest = stage.observations[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...40, using: &generator))
            if count == 1, let first = rest.first {
                projector.project(first, into: &batch)
            } else {
                projector.project(Array(rest.prefix(count)), into: &batch)
            }
            rest = rest.dropFirst(count)
        }
        #expect(texts(batch) == stage.messages, "seed \(seed)")
        #expect(batch.headers.map(\.body.upperBound).last == batch.bytes.count)
        #expect(zip(batch.headers, batch.headers.dropFirst()).allSatisfy { $0.body.upperBound == $1.body.lowerBound })
    }

    @Test("Law 2: each observation makes at most one message, with its number as seq, and each is one JSON object")
    func oneMessageEach() throws {
        let stage = RandomFacts.stage(seed: 99, count: 2_000)
        let numbers = stage.headers.map(\.sequence)
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers == numbers.sorted())
        #expect(Set(stage.headers.map(\.type)) == Set(MessageType.allCases).subtracting([.incident]))
        for (message, header) in zip(stage.messages, stage.headers) {
            let json = try JSON(message)
            #expect(json["seq"].int == Int(header.sequence))
            #expect(json["type"].string == header.type.name.description)
            #expect(json["timestamp"].string == header.timestamp.description)
            #expect(message.hasPrefix("{\"type\":\"\(header.type.name)\",\"seq\":\(header.sequence),\"timestamp\":\""))
        }
    }

    @Test("Law 2: the projection version is 1 until a golden recording says otherwise")
    func version() {
        #expect(Projection.version == 1)
        #expect(Projector().snapshot().projection == 1)
    }

    @Test("Law 9: containers that are gone are forgotten, the one that went first first")
    func goneAreForgotten() {
        var stage = ProjectionStage()
        for number in 1...2_500 {
            stage.event("create", ProjectionSample.id(number), name: "job-\(number)", at: number * 10)
            stage.event("destroy", ProjectionSample.id(number), name: "job-\(number)", at: number * 10 + 5)
        }
        let kept = stage.state.containers(all: true)
        #expect(kept.count == ContainerTable.maximumGone)
        #expect(Set(kept.map(\.id)) == Set((1_501...2_500).map { ProjectionSample.id($0) }))
        #expect(stage.state.containers().isEmpty)
    }

    @Test("Law 9: the state does not grow with the length of a recording")
    func stateIsBounded() {
        var short = RandomFacts(seed: 5)
        var stage = ProjectionStage()
        var sizes: [Int] = []
        for count in 1...6_000 {
            let (fact, time) = short.next()
            stage.observe(fact, at: time)
            if count % 2_000 == 0 { sizes.append(stage.projector.snapshot().json.count) }
        }
        // Five containers, each with two runs of some evidence.
        #expect(sizes.allSatisfy { $0 < 5 * 3_000 }, "\(sizes)")
    }

    @Test("Law 9: no more containers than a bound are known at once, and what happens to others is still told")
    func presentAreBounded() {
        var table = ContainerTable(maximumPresent: 100)
        for number in 1...110 {
            table.add(ContainerEntry(id: ProjectionSample.id(number), name: "c", first: UInt64(number)))
        }
        #expect(table.entries.count == 100)
        var projector = Projector()
        projector.state.table = table
        let id = ProjectionSample.id(105)
        let raw = SampleJSON.event("die", id, name: "late", attributes: ["exitCode": "3"], at: ProjectionSample.origin)
        let fact = Fact.event(EngineEvent(container: id, raw: raw))
        let batch = projector.project([Observation(number: 1, time: ProjectionSample.origin, fact: fact)])
        #expect(texts(batch).first?.contains("\"container\":\"late\"") == true)
    }

    @Test(
        "a snapshot that is none is refused with a reason",
        arguments: [
            ("", "no JSON"), ("[]", "no snapshot"), ("{}", "no snapshot"), ("{\"projection\":2,\"n\":1}", "version 2"),
            ("{\"projection\":1,\"containers\":[]}", "incomplete"),
            ("{\"projection\":1,\"n\":1,\"containers\":[{}]}", "without an id"),
        ]
    )
    func refused(text: String, reason: String) {
        let error = #expect(throws: SnapshotError.self) { try Projector(snapshot: Array(text.utf8)[...]) }
        #expect(error?.description.contains(reason) == true)
    }

    private func texts(_ batch: MessageBatch) -> [String] {
        batch.headers.map { String(decoding: batch.json(of: $0), as: UTF8.self) }
    }

    private func views(_ state: ObserverState) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        state.writeContainers(all: true, to: &writer)
        state.writeStats(to: &writer)
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
