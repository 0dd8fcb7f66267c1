// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import EngineClient
import Logging
import ObserverModel
import Synchronization
import TestSupport
import Testing

@testable import Observer

/// Everything that a source emitted, in order.
private final class Emitted: Sendable {
    private let facts = Mutex<[Fact]>([])

    func take(_ batch: ObservationBatch) {
        facts.withLock { $0 += batch.map(\.fact) }
    }

    var all: [Fact] { facts.withLock { $0 } }

    func lines(of id: ContainerID) -> [LogLine] {
        all.compactMap { if case .log(let line) = $0, line.container == id { line } else { nil } }
    }

    /// The actions of a container's events, `*` behind those that were made up.
    func actions(of id: ContainerID) -> [String] {
        all.compactMap { fact in
            guard case .event(let event) = fact, event.container == id else { return nil }
            let action = (try? EventMessage(json: event.raw))?.actionText ?? "?"
            return action + (event.isSynthetic ? "*" : "")
        }
    }

    var gaps: [Gap] {
        all.compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
    }
}

@Suite("The live source", .timeLimit(.minutes(5)))
struct LiveSourceTests {
    /// Time spans short enough for tests, on the machine's clock.
    private var timing: LiveTiming {
        var timing = LiveTiming()
        timing.firstRetry = .milliseconds(2)
        timing.longestStreamRetry = .milliseconds(20)
        timing.longestEngineRetry = .milliseconds(20)
        timing.grace = .milliseconds(500)
        timing.relist = .milliseconds(500)
        timing.silence = .milliseconds(400)
        // A loaded machine must not make a die overtake its lines.
        timing.drain = .seconds(20)
        return timing
    }

    private func observe(
        _ engine: ModelEngine,
        options: LiveOptions = LiveOptions(),
        timing: LiveTiming? = nil,
        _ body: (StubEngine, Emitted) async throws -> Void
    ) async throws {
        try await withStubEngine { request, responder in
            await engine.answer(request, responder)
        } body: { stub in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let client = try DockerClient(endpoint: .unix(stub.socketPath), logger: logger)
            defer { client.shutdown() }
            let source = LiveSource(
                client: client,
                options: options,
                timing: timing ?? self.timing,
                run: "test",
                wall: LiveClock(),
                logger: logger
            )
            let emitted = Emitted()
            try await withThrowingTaskGroup { group in
                group.addTask { try await source.run { emitted.take($0) } }
                try await body(stub, emitted)
                group.cancelAll()
            }
        }
    }

    private func listening(_ stub: StubEngine) async {
        // The second list is asked for when the first was taken in.
        await stub.until { $0.requests.count { $0.path.hasSuffix("/containers/json") } >= 2 }
    }

    @Test("Law 5: lines come once and in order, inside their run, however streams are cut", arguments: 0..<8)
    func cuts(seed: UInt64) async throws {
        let engine = ModelEngine(seed: seed)
        var random = SplitMix64(seed: seed ^ 0xC0FFEE)
        try await observe(engine) { stub, emitted in
            await listening(stub)
            await engine.setFaults(.init(cutBelow: 150_000, errorPercent: 10))
            var ids: [ContainerID] = []
            for index in 0..<3 {
                let id = await engine.create("model-\(index)")
                await engine.start(id)
                ids.append(id)
            }
            for _ in 0..<40 {
                let id = ids[Int.random(in: 0..<3, using: &random)]
                await engine.write(Int.random(in: 1...30, using: &random), to: id)
                guard Int.random(in: 0..<6, using: &random) == 0 else { continue }
                await engine.write(1, to: id, unterminated: true)
                await engine.die(id, exitCode: 1)
                // An engine waits 100 ms before a policy's restart; here until the end was observed. The observer may
                // not even know of the start by now, so the engine's own count is what has to be reached.
                let count = await engine.containers[id]?.startCount ?? 0
                _ = try await eventually("the die of run \(count)") {
                    emitted.actions(of: id).count { $0.hasPrefix("die") } == count ? true : nil
                }
                await engine.start(id)
                _ = try await eventually("the start") {
                    emitted.actions(of: id).count { $0.hasPrefix("start") } == count + 1 ? true : nil
                }
            }
            for id in ids { await engine.die(id, exitCode: 0) }
            for id in ids {
                _ = try await eventually("the last die") { emitted.actions(of: id).last == "die" ? true : nil }
            }
            for id in ids { try await check(id, engine, emitted, seed: seed) }
            #expect(emitted.gaps.isEmpty, "seed \(seed)")
        }
    }

    private func check(_ id: ContainerID, _ engine: ModelEngine, _ emitted: Emitted, seed: UInt64) async throws {
        let wanted = try #require(await engine.containers[id]).lines
        let got = emitted.lines(of: id)
        for stream in [LogStream.stdout, .stderr] {
            let difference = firstDifference(got.filter { $0.stream == stream }, wanted.filter { $0.stream == stream })
            #expect(difference == nil, "seed \(seed), \(stream)")
        }
        var isInRun = false
        var strays = 0
        for fact in emitted.all {
            switch fact {
            case .log(let line) where line.container == id:
                if !isInRun { strays += 1 }
            case .event(let event) where event.container == id:
                let action = try EventMessage(json: event.raw).action
                if action == .start { isInRun = true }
                if action == .die { isInRun = false }
            default: continue
            }
        }
        #expect(strays == 0, "seed \(seed): lines outside of their runs")
        let first = emitted.all.first { fact in
            switch fact {
            case .log(let line): line.container == id
            case .event(let event): event.container == id
            case .container(let record): record.container == id
            default: false
            }
        }
        guard case .container = first else {
            Issue.record("seed \(seed): \(String(describing: first)) came before the first inspect")
            return
        }
    }

    @Test("A container that ran before is read from its last lines, one that starts later from its first")
    func backlog() async throws {
        let engine = ModelEngine(seed: 1)
        let old = await engine.create("old")
        await engine.start(old)
        await engine.write(50, to: old)
        var options = LiveOptions()
        options.backlog = 10
        try await observe(engine, options: options) { stub, emitted in
            _ = try await eventually("the backlog") { emitted.lines(of: old).count == 10 ? true : nil }
            let new = await engine.create("new")
            await engine.write(5, to: new)
            await engine.start(new)
            await engine.write(5, to: new)
            _ = try await eventually("the new one's lines") { emitted.lines(of: new).count == 10 ? true : nil }
            #expect(emitted.actions(of: new) == ["create", "start"])
            #expect(emitted.actions(of: old) == [])
        }
    }

    @Test("A container whose log driver cannot be read is told once, with the engine's reason")
    func unreadable() async throws {
        let engine = ModelEngine(seed: 2)
        let id = await engine.create("silent", isReadable: false)
        await engine.start(id)
        try await observe(engine) { stub, emitted in
            _ = try await eventually("the gap") { emitted.gaps.isEmpty ? nil : true }
            await engine.die(id, exitCode: 0)
            _ = try await eventually("the die") { emitted.actions(of: id).contains("die") ? true : nil }
            #expect(emitted.gaps.map(\.reason) == [.driverUnreadable])
            #expect(emitted.gaps.first?.message.contains("does not support reading") == true)
        }
    }

    @Test("Law 4: what the event stream dropped is found by a list and told as synthetic events")
    func lostEvents() async throws {
        let engine = ModelEngine(seed: 3)
        let id = await engine.create("victim")
        await engine.start(id)
        try await observe(engine) { stub, emitted in
            await listening(stub)
            await engine.write(3, to: id)
            _ = try await eventually("the lines") { emitted.lines(of: id).count == 3 ? true : nil }
            await engine.setFaults(.init(losesEvents: true))
            await engine.write(2, to: id, unterminated: true)
            await engine.die(id, exitCode: 3)
            _ = try await eventually("the end made up") { emitted.actions(of: id) == ["die*"] ? true : nil }
            #expect(emitted.lines(of: id).count == 5)
            await engine.start(id)
            let late = await engine.create("late")
            await engine.start(late)
            await engine.write(4, to: late)
            _ = try await eventually("the start made up") {
                emitted.actions(of: id) == ["die*", "start*"] ? true : nil
            }
            _ = try await eventually("the one that nobody told of") {
                emitted.actions(of: late) == ["create*", "start*"] && emitted.lines(of: late).count == 4 ? true : nil
            }
            await engine.remove(late)
            _ = try await eventually("the removal made up") {
                emitted.actions(of: late).last == "destroy*" ? true : nil
            }
        }
    }

    @Test("Law 7: an engine that is observed gets GET and HEAD, nothing else")
    func reads() async throws {
        let engine = ModelEngine(seed: 4)
        let id = await engine.create("one")
        await engine.start(id)
        try await observe(engine) { stub, emitted in
            await engine.write(3, to: id)
            _ = try await eventually("the lines") { emitted.lines(of: id).count == 3 ? true : nil }
            await engine.die(id, exitCode: 0)
            await engine.remove(id)
            _ = try await eventually("the end") { emitted.actions(of: id).last == "destroy" ? true : nil }
            let methods = Set(stub.requests.map(\.method))
            #expect(methods.isSubset(of: ["GET", "HEAD"]))
            #expect(stub.requests.allSatisfy { !$0["Host"].isEmpty })
        }
    }
}
