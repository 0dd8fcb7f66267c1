// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import NIOEmbedded
import Observer
import ObserverModel
import Synchronization
import Testing

@testable import Server

/// A hub, clients that behave at random, and what must hold of what each of them was told.
private struct Trial {
    struct Client {
        let outlet: FakeOutlet
        let handle: HubClient
        let filter: MessageFilter
        /// What it must get or be told of lies above this number.
        var obligedAfter: UInt64
        let isTail: Bool
    }

    struct Published {
        var sequence: UInt64
        var type: MessageType
        var tag: ContainerTag?
        var level: Level
    }

    static let tags = [
        ContainerTag.named("web-1", digit: "a"), ContainerTag.named("web-2", digit: "b"),
        ContainerTag.named("db", digit: "c", labels: ["tier": "data"]),
    ]

    var random: SplitMix64
    let fixture: HubFixture
    var clients: [Client] = []
    var published: [Published] = []
    var newest: UInt64 = 0

    init(seed: UInt64, canWait: Bool = false) {
        random = SplitMix64(seed: seed)
        let (history, frames, segment) = (
            Int.random(in: 8...64, using: &random) << 10, Int.random(in: 2...32, using: &random) << 10,
            Int.random(in: 256...4096, using: &random)
        )
        fixture = HubFixture { configuration in
            configuration.historyBytes = history
            configuration.frameBytes = frames
            configuration.segmentBytes = segment
            configuration.canWait = canWait
        }
    }

    mutating func filter() -> MessageFilter {
        var filter = MessageFilter()
        switch Int.random(in: 0..<6, using: &random) {
        case 0: filter.level = .warning
        case 1: filter.containers = [Glob("web-*")].compactMap { $0.map { .name($0) } }
        case 2: filter.types = [MessageTypes(.log), MessageTypes(.stats)]
        case 3: filter.labels = [LabelRequirement(key: "tier")]
        default: break
        }
        return filter
    }

    func wants(_ filter: MessageFilter, _ message: Published) -> Bool {
        guard filter.types.contains(MessageTypes(message.type)) else { return false }
        if let tag = message.tag, !filter.takes(tag) { return false }
        return message.type != .log || message.level >= filter.level ?? .debug
    }

    mutating func connect() {
        let filter = filter()
        var obliged = newest
        var start = StreamStart.tail(Int.random(in: 0...20, using: &random))
        var isTail = true
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            obliged = UInt64.random(in: 0...newest, using: &random)
            start = .after(obliged, run: nil)
            isTail = false
        case 1:
            obliged = 0
            start = .oldest
            isTail = false
        default: break
        }
        let (outlet, handle) = fixture.connect(
            StreamRequest(filter: filter, start: start),
            window: Int.random(in: 0...3000, using: &random),
            highMark: Int.random(in: 0...6000, using: &random)
        )
        clients.append(
            Client(outlet: outlet, handle: handle, filter: filter, obligedAfter: obliged, isTail: isTail)
        )
    }

    mutating func publish() {
        var builder = BatchBuilder()
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            newest += UInt64.random(in: 1...3, using: &random)
            var message = Published(sequence: newest, type: .log, tag: nil, level: .info)
            let tag = Self.tags.randomElement(using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                message.type = .mark
                builder.message(newest, .mark)
            case 1:
                (message.type, message.tag) = (.stats, tag)
                builder.message(newest, .stats, tag: tag, padding: 50)
            default:
                (message.tag, message.level) = (tag, Level.allCases.randomElement(using: &random) ?? .info)
                let text = [UInt8](repeating: 0x41, count: Int.random(in: 0...300, using: &random))
                builder.log(newest, text, tag: tag, level: message.level)
            }
            published.append(message)
        }
        fixture.hub.publish(builder.batch)
    }

    mutating func act() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0 where clients.count < 6: connect()
        case 0...3: publish()
        case 4...5: fixture.loop.run()
        case 6: fixture.loop.advanceTime(by: .microseconds(Int64.random(in: 100...2000, using: &random)))
        default: clients.randomElement(using: &random)?.outlet.open(Int.random(in: 0...6000, using: &random))
        }
    }

    func drain() {
        for client in clients { client.outlet.open(nil) }
        // Less than the second after which heartbeats come.
        fixture.loop.advanceTime(by: .milliseconds(20))
    }
}

/// Checks what a client was told against what was published; returns what is wrong.
private func faults(_ client: Trial.Client, _ trial: Trial) -> [String] {
    var faults: [String] = []
    /// What was delivered and what was said to be missing, which must rise and not overlap.
    var spans: [(range: ClosedRange<UInt64>, gap: (reason: String, lost: UInt64?)?)] = []
    for told in client.outlet.told() {
        switch told {
        case .message(let sequence, _): spans.append((sequence...sequence, nil))
        case .gap(let first?, let last?, let lost, let reason):
            guard first <= last else { return ["gap from \(first) to \(last)"] }
            spans.append((first...last, (reason, lost)))
        case .gap(let first, let last, _, let reason):
            faults.append("gap \(reason) \(first ?? 0) \(last ?? 0)")
        case .other: break
        }
    }
    for (before, after) in zip(spans, spans.dropFirst()) where before.range.upperBound >= after.range.lowerBound {
        faults.append("\(after.range) after \(before.range)")
    }
    var wanted = trial.published.filter { trial.wants(client.filter, $0) }.map(\.sequence)[...]
    for span in spans {
        while let next = wanted.first, next < span.range.lowerBound {
            if next > client.obligedAfter { faults.append("\(next) was lost in silence") }
            wanted.removeFirst()
        }
        let missed = wanted.prefix { $0 <= span.range.upperBound }.count
        wanted.removeFirst(missed)
        guard let gap = span.gap else {
            if missed != 1 { faults.append("\(span.range.lowerBound) was not wanted") }
            continue
        }
        if gap.reason == "slow_client", gap.lost != UInt64(missed) {
            faults.append("\(span.range) lost \(missed), told \(gap.lost ?? 0)")
        }
    }
    for next in wanted where next > client.obligedAfter { faults.append("\(next) was lost in silence at the end") }
    return faults
}

@Suite("What every client is owed")
struct HubLawTests {
    @Test("Law 4: whatever a client does, each message that it wants is delivered once or lies in exactly one gap")
    func exactness() {
        var (gapped, evicted) = (0, 0)
        for seed in UInt64(1)...1500 {
            var trial = Trial(seed: seed)
            for _ in 0..<Int.random(in: 20...120, using: &trial.random) { trial.act() }
            trial.drain()
            for (index, client) in trial.clients.enumerated() {
                let faults = faults(client, trial)
                if !faults.isEmpty {
                    Issue.record("seed \(seed), client \(index): \(faults.prefix(5))")
                    return
                }
                for case .gap(_, _, _, let reason) in client.outlet.told() {
                    if reason == "slow_client" { gapped += 1 } else { evicted += 1 }
                }
            }
        }
        // The trials must come to what they are about.
        #expect(gapped > 20 && evicted > 20)
    }

    @Test("Law 9: what is held for slow clients and for history stays within the bounds, whatever clients do")
    func bounds() {
        for seed in seeds(40) {
            var trial = Trial(seed: seed)
            let configuration = trial.fixture.hub.configuration
            for _ in 0..<80 {
                trial.act()
                let metrics = trial.fixture.hub.metrics
                // The open segment of each selection, and one that is over the size, are beyond the bound.
                let slack = metrics.selections * 2 * (configuration.segmentBytes + 1024)
                #expect(metrics.retainedBytes <= configuration.frameBytes + slack, "seed \(seed)")
                #expect(metrics.historyBytes <= configuration.historyBytes + 4096, "seed \(seed)")
            }
            for client in trial.clients { client.handle.outletClosed() }
            #expect(trial.fixture.hub.metrics.retainedBytes == 0, "seed \(seed)")
            #expect(trial.fixture.hub.metrics.selections == 0, "seed \(seed)")
        }
    }

    @Test(
        "Law 8: one client is frozen; 99 lively ones lose nothing, memory stays bounded, and the frozen one's gap is exact"
    )
    func frozen() {
        let fixture = HubFixture { $0.frameBytes = 256 << 10 }
        let (frozen, _) = fixture.connect(window: 0)
        let lively = (0..<99).map { _ in fixture.connect() }
        for (outlet, _) in lively { outlet.keepsTexts = false }
        var sequence: UInt64 = 0
        for _ in 0..<30 {
            fixture.publishLogs((sequence + 1)...(sequence + 100), size: 200)
            sequence += 100
            fixture.loop.advanceTime(by: .milliseconds(1))
            #expect(fixture.hub.metrics.retainedBytes <= (256 << 10) + (128 << 10))
        }
        for (outlet, _) in lively { #expect(outlet.sequences == Array(1...sequence)) }
        frozen.open(nil)
        fixture.loop.run()
        let missing = Set(1...sequence).subtracting(frozen.sequences)
        var told: UInt64 = 0
        for case .gap(let first?, let last?, let lost, _) in frozen.told() {
            #expect(missing.isSuperset(of: first...last))
            told += lost ?? 0
        }
        #expect(!missing.isEmpty && told == UInt64(missing.count))
        #expect(frozen.sequences.last == sequence)
        #expect(fixture.hub.metrics.dropped == told)
    }

    @Test("Law 8: with a source that can wait nothing is dropped, however slow a client is")
    func waiting() {
        for seed in seeds(40) {
            var trial = Trial(seed: seed, canWait: true)
            trial.connect()
            for _ in 0..<80 {
                // The pipeline publishes when there is room, as a source that can wait does.
                let hasRoom = trial.fixture.hub.state.withLock { $0.hasRoom(within: 4096) }
                if hasRoom { trial.publish() }
                trial.clients.randomElement(using: &trial.random)?.outlet.open(
                    Int.random(in: 0...6000, using: &trial.random)
                )
                trial.fixture.loop.advanceTime(by: .microseconds(200))
                if !hasRoom, trial.clients.count < 4 { trial.connect() }
            }
            trial.drain()
            for client in trial.clients {
                let faults = faults(client, trial)
                #expect(faults.isEmpty, "seed \(seed): \(faults.prefix(3))")
                for case .gap(_, _, _, let reason) in client.outlet.told() {
                    #expect(reason != "slow_client", "seed \(seed)")
                }
            }
        }
    }
}
