// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Observer

/// Chooses by type, container and text size, which is all that these tests need.
private struct Choice: MessageSelector {
    var lanes: HistoryLanes = .messages
    var types = Set(MessageType.allCases)
    var containers: Set<ContainerID>?
    var since = Timestamp(nanoseconds: .min)
    var judged = 0

    var hasGivenUp: Bool { false }

    func mayHold(from oldest: Timestamp, through newest: Timestamp) -> Bool { newest >= since }

    func judgeTags(of table: MessageTable) -> TagVerdicts {
        guard let containers else { return .all }
        return .some(table.tags.map { containers.contains($0.id) })
    }

    mutating func selects(_ row: MessageRow, of table: MessageTable, tags: TagVerdicts) -> Bool {
        judged += 1
        return types.contains(row.type) && tags.takes(row.tag) && row.timestamp >= since
    }
}

/// Makes batches at random and remembers all of them.
private struct BatchKeeper {
    struct Kept {
        var header: MessageHeader
        var json: [UInt8]
    }

    static let tags = (0..<5).map { index in
        let digit = Character(String(index, radix: 16))
        guard let id = ContainerID(String(repeating: digit, count: 64)) else { preconditionFailure("not an id") }
        return ContainerTag(id: id, names: ["c\(index)"], labels: [:])
    }

    var random: SeededGenerator
    var kept: [Kept] = []
    var sequence: UInt64 = 0

    mutating func batch(_ count: Int, textLimit: Int = 200) -> MessageBatch {
        var batch = MessageBatch()
        for _ in 0..<count {
            sequence += UInt64.random(in: 1...4, using: &random)
            let roll = Int.random(in: 0..<10, using: &random)
            let type: MessageType = roll == 0 ? .event : roll < 3 ? .stats : .log
            let tag = roll == 9 ? nil : Self.tags.randomElement(using: &random)
            let start = batch.bytes.count
            let text = String(repeating: "y", count: Int.random(in: 0...textLimit, using: &random))
            batch.bytes += Array("{\"seq\":\(sequence),\"m\":\"".utf8)
            let textStart = batch.bytes.count
            batch.bytes += Array(text.utf8)
            let textEnd = batch.bytes.count
            batch.bytes += Array("\"}".utf8)
            let time = Timestamp(seconds: Int64(sequence) + Int64.random(in: -20...0, using: &random))
            batch.headers.append(
                MessageHeader(
                    sequence: sequence,
                    time: time,
                    timestamp: time,
                    type: type,
                    container: tag,
                    body: start..<batch.bytes.count,
                    text: type == .log ? textStart..<textEnd : 0..<0
                )
            )
        }
        for header in batch.headers { kept.append(Kept(header: header, json: Array(batch.json(of: header)))) }
        return batch
    }
}

/// A small generator with a seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("History")
struct HistoryTests {
    /// A history of random batches, and what they were.
    private static func trial(_ seed: UInt64, budget: Int) -> (History, BatchKeeper) {
        var recorder = BatchKeeper(random: SeededGenerator(state: seed))
        var history = History(budget: budget)
        for _ in 0..<Int.random(in: 0...60, using: &recorder.random) {
            let count = Int.random(in: 1...20, using: &recorder.random)
            history.append(MessageTable(recorder.batch(count)))
        }
        return (history, recorder)
    }

    @Test("Law 9: history stays within its budget, whatever is appended, and drops the oldest first")
    func budget() {
        for seed in UInt64(1)...40 {
            var recorder = BatchKeeper(random: SeededGenerator(state: seed))
            var history = History(budget: 32 << 10)
            for _ in 0..<60 {
                let limit = seed % 5 == 0 ? 20_000 : 300
                history.append(MessageTable(recorder.batch(5, textLimit: limit)))
                // One message of each lane always fits, and a chunk is sealed behind the message that fills it.
                #expect(history.byteCount <= (32 << 10) + 2 * (limit + 4096 + 1024), "seed \(seed)")
            }
            let held = recorder.kept.filter { $0.header.type != .stats }.suffix(3).map(\.json)
            var choice = Choice()
            let page = history.page(selectedBy: &choice, after: 0, limit: 10_000)
            #expect(
                Array(page.messages.suffix(held.count).map { Array($0) }).suffix(1) == held.suffix(1),
                "seed \(seed)"
            )
        }
    }

    @Test("Pages, one after the other, hold every message held, in order and once, stats merged by number")
    func pages() {
        for seed in UInt64(1)...60 {
            var (history, recorder) = Self.trial(seed, budget: 48 << 10)
            for lanes in [HistoryLanes.messages, .stats, [.messages, .stats]] {
                let evicted = history.evictedThrough(lanes)
                let expected = recorder.kept.filter { kept in
                    kept.header.sequence > evicted
                        && lanes.contains(kept.header.type == .stats ? .stats : .messages)
                }
                var choice = Choice(lanes: lanes)
                var got: [[UInt8]] = []
                var position: UInt64? = evicted
                let limit = Int.random(in: 1...50, using: &recorder.random)
                while let after = position {
                    let page = history.page(selectedBy: &choice, after: after, limit: limit)
                    #expect(page.messages.count <= limit)
                    got += page.messages.map { Array($0) }
                    position = page.next
                }
                #expect(got == expected.map(\.json), "seed \(seed)")
                let last = history.lastPage(selectedBy: &choice, after: evicted, limit: limit)
                #expect(last.messages.map { Array($0) } == expected.suffix(limit).map(\.json), "seed \(seed)")
                #expect(last.next == nil)
            }
        }
    }

    @Test("The tail is the last lines of each container, and two thousand in all")
    func tail() {
        for seed in UInt64(1)...60 {
            var (history, recorder) = Self.trial(seed, budget: 48 << 10)
            let count = Int.random(in: 0...30, using: &recorder.random)
            var choice = Choice()
            if seed % 3 == 0 { choice.containers = [BatchKeeper.tags[1].id, BatchKeeper.tags[4].id] }
            if seed % 4 == 0 { choice.since = Timestamp(seconds: Int64(recorder.sequence / 2)) }
            var left: [ContainerID: Int] = [:]
            var expected: [UInt64] = []
            for kept in recorder.kept.reversed() where kept.header.sequence > history.evictedThrough(.messages) {
                guard kept.header.type == .log, let id = kept.header.container?.id,
                    choice.containers?.contains(id) ?? true, kept.header.timestamp >= choice.since,
                    left[id, default: count] > 0
                else { continue }
                left[id, default: count] -= 1
                expected.append(kept.header.sequence)
            }
            var scan = TailScan(perContainer: count, through: history.newest)
            while !scan.isComplete { scan.step(through: history, selectedBy: &choice, rowLimit: 7) }
            #expect(scan.sequences == expected.reversed(), "seed \(seed)")
        }
    }

    @Test("The tail is two thousand lines at most, the newest")
    func tailLimit() {
        var recorder = BatchKeeper(random: SeededGenerator(state: 1))
        var history = History()
        for _ in 0..<50 { history.append(MessageTable(recorder.batch(100))) }
        var choice = Choice()
        let page = history.tailPage(selectedBy: &choice, perContainer: 2000, limit: 10_000)
        #expect(page.messages.count == TailScan.totalLimit)
    }

    @Test("A search for the tail looks at few messages when the containers that lack lines are in few chunks")
    func tailSkips() {
        var history = History()
        let quiet = BatchKeeper.tags[0]
        var sequence: UInt64 = 0
        for index in 0..<400 {
            var batch = MessageBatch()
            for _ in 0..<100 {
                sequence += 1
                let tag = index == 3 ? quiet : BatchKeeper.tags[1]
                let start = batch.bytes.count
                batch.bytes += [UInt8](repeating: 0x20, count: 200)
                batch.headers.append(
                    MessageHeader(
                        sequence: sequence,
                        time: Timestamp(seconds: 0),
                        timestamp: Timestamp(seconds: 0),
                        type: .log,
                        container: tag,
                        body: start..<batch.bytes.count
                    )
                )
            }
            history.append(MessageTable(batch))
        }
        var choice = Choice()
        let page = history.tailPage(selectedBy: &choice, perContainer: 50, limit: 1000)
        #expect(page.messages.count == 100)
        #expect(choice.judged == 100)
    }

    @Test("A copy does not change while the history goes on")
    func snapshots() {
        for seed in UInt64(1)...20 {
            var recorder = BatchKeeper(random: SeededGenerator(state: seed))
            var history = History(budget: 32 << 10)
            for _ in 0..<20 { history.append(MessageTable(recorder.batch(10))) }
            let copy = history
            var choice = Choice(lanes: [.messages, .stats])
            let before = copy.page(selectedBy: &choice, after: 0, limit: 10_000).messages.map { Array($0) }
            for _ in 0..<40 { history.append(MessageTable(recorder.batch(10))) }
            let after = copy.page(selectedBy: &choice, after: 0, limit: 10_000).messages.map { Array($0) }
            #expect(before == after && !before.isEmpty)
            #expect(history.newest > copy.newest)
        }
    }

    @Test("Stats do not push logs out")
    func lanes() {
        var recorder = BatchKeeper(random: SeededGenerator(state: 3))
        var history = History(budget: 64 << 10)
        history.append(MessageTable(recorder.batch(50)))
        let oldest = history.oldest(.messages)
        for _ in 0..<200 {
            var batch = recorder.batch(10)
            for index in batch.headers.indices { batch.headers[index].type = .stats }
            history.append(MessageTable(batch))
        }
        #expect(history.oldest(.messages) == oldest)
        #expect(history.evictedThrough(.messages) == 0)
        #expect(history.evictedThrough(.stats) > 0)
        #expect(history.evictedThrough([.messages, .stats]) == history.evictedThrough(.stats))
    }

    @Test("Positions at the ends of the numbers do no harm")
    func extremes() {
        let (history, _) = Self.trial(5, budget: 48 << 10)
        var choice = Choice()
        for position in [UInt64(0), 1, history.newest, history.newest + 1, .max - 1, .max] {
            #expect(history.page(selectedBy: &choice, after: position, limit: 10).next ?? 1 > 0)
            _ = history.lastPage(selectedBy: &choice, after: position, limit: 10)
            _ = history.slice(after: position, .messages)
            _ = history.slice(before: position, .messages)
            _ = history.message(position)
            _ = history.byteCount(after: position)
        }
        #expect(History().page(selectedBy: &choice, after: nil, limit: 10).messages.isEmpty)
        #expect(History().oldest([.messages, .stats]) == nil)
    }

    @Test("A page is JSON with messages, next, oldest and run, or JSON Lines")
    func forms() throws {
        var recorder = BatchKeeper(random: SeededGenerator(state: 2))
        var history = History()
        history.append(MessageTable(recorder.batch(3, textLimit: 0)))
        var choice = Choice(lanes: [.messages, .stats])
        let page = history.page(selectedBy: &choice, after: nil, limit: 2)
        let first = recorder.kept[0].header.sequence
        let second = recorder.kept[1].header.sequence
        #expect(
            String(decoding: page.json(run: "r\"1"), as: UTF8.self) == """
                {"messages":[{"seq":\(first),"m":""},{"seq":\(second),"m":""}],\
                "next":\(second),"oldest":\(first),"run":"r\\"1"}
                """
        )
        #expect(
            String(decoding: page.jsonLines(), as: UTF8.self)
                == "{\"seq\":\(first),\"m\":\"\"}\n{\"seq\":\(second),\"m\":\"\"}\n"
        )
        let empty = History().page(selectedBy: &choice, after: nil, limit: 2)
        #expect(
            String(decoding: empty.json(run: "r"), as: UTF8.self)
                == #"{"messages":[],"next":null,"oldest":null,"run":"r"}"#
        )
    }
}
