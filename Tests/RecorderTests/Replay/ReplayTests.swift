// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Playing a recording", .timeLimit(.minutes(2)))
struct ReplayTests {
    /// Writes a recording of so many lines, so far apart, with a snapshot now and then.
    private func record(_ folder: borrowing WritingFolder, lines: Int, every step: Duration, rotated: Bool = false) {
        var bench = WritingBench(folder.path + "/", rotation: rotated ? .bytes(1) : nil)
        for index in 1...lines {
            var batch = bench.source.lines(1)
            bench.source.time = bench.source.time.advanced(by: step - .milliseconds(1))
            batch[0].time = bench.source.time
            bench.put(batch)
            if index.isMultiple(of: 50) {
                bench.queue.requestSnapshot()
                bench.step()
            }
        }
        bench.finish()
    }

    @Test("Everything is emitted in order with the numbers and times of the recording, at the pace of then")
    func pace() async throws {
        let folder = WritingFolder()
        record(folder, lines: 10, every: .seconds(1))
        try await Playing.run([folder.path]) { playing in
            try await playing.emitted(1)
            for count in 2...10 {
                await playing.clock.sleepers(1)
                #expect(playing.stage.now.emitted.count == count - 1)
                playing.clock.advance(by: .seconds(1))
                try await playing.emitted(count)
            }
            let status = try await playing.state(.ended)
            #expect(status.sequence == 10)
            #expect(status.position == status.end)
            #expect(playing.stage.now.ends == 1)
            #expect(playing.stage.now.emitted.map(\.number) == Array(1...10))
            let times = playing.stage.now.emitted.map(\.time)
            #expect(times[9].duration(since: times[0]) == .seconds(9))
        }
    }

    @Test("Twice the speed takes half the time, and max takes none", arguments: [2.0, 0.5, .infinity])
    func speed(factor: Double) async throws {
        let folder = WritingFolder()
        record(folder, lines: 4, every: .seconds(1))
        var options = ReplayOptions()
        options.speed = factor.isFinite ? .times(factor) : .max
        try await Playing.run([folder.path], options) { playing in
            guard factor.isFinite else {
                _ = try await playing.state(.ended)
                return #expect(playing.stage.now.emitted.count == 4)
            }
            try await playing.emitted(1)
            for count in 2...4 {
                await playing.clock.sleepers(1)
                #expect(playing.stage.now.emitted.count == count - 1)
                playing.clock.advance(by: .seconds(1 / factor))
                try await playing.emitted(count)
            }
        }
    }

    @Test("The whole takes its span by the speed, however the lines lie", arguments: 1...20 as ClosedRange<UInt64>)
    func span(seed: UInt64) async throws {
        let folder = WritingFolder()
        var random = SplitMix64(seed: seed)
        var bench = WritingBench(folder.path + "/a.zst")
        for _ in 0..<40 {
            var batch = bench.source.lines(1)
            let gaps: [Int64] = [0, 1, 999_999, 40_000_000, 7_000_000_000]
            let gap = gaps.randomElement(using: &random) ?? 0
            bench.source.time = bench.source.time.advanced(byNanoseconds: gap)
            batch[0].time = bench.source.time
            bench.put(batch)
        }
        bench.finish()
        let factors: [Double] = [0.01, 0.5, 1, 3, 77.7, 1000]
        let factor = factors.randomElement(using: &random) ?? 1
        var options = ReplayOptions()
        options.speed = .times(factor)
        try await Playing.run([folder.path], options) { playing in
            // Time goes on only when playback waits for it, so that it is never behind.
            while playing.stage.now.ends == 0 {
                if let deadline = playing.clock.nextDeadline {
                    playing.clock.advance(by: playing.clock.now.duration(to: deadline))
                } else {
                    await Task.yield()
                }
            }
            let status = await playing.source.status()
            let span = try #require(status.end).duration(since: status.start) / .seconds(1)
            let taken = playing.clock.now.offset / .seconds(1)
            // What is due within a millisecond is handed over together.
            #expect(abs(taken - span / factor) <= 0.001 + 1e-9, "seed \(seed), speed \(factor)")
            #expect(playing.stage.now.emitted.count == 40)
        }
    }

    @Test("Law 2: the state after a seek is that of every observation up to then, none missing and none twice")
    func seeks() async throws {
        let folder = WritingFolder()
        record(folder, lines: 1000, every: .milliseconds(10), rotated: true)
        #expect(folder.names.count > 3, "several parts")
        var options = ReplayOptions()
        options.startsPaused = true
        try await Playing.run([folder.path], options) { playing in
            let status = try await playing.state(.paused)
            let end = try #require(status.end)
            let span = end.duration(since: status.start).wholeNanoseconds
            var random = SplitMix64(seed: 11)
            for round in 1...200 {
                let time = status.start.advanced(byNanoseconds: Int64.random(in: 0...span, using: &random))
                let expected = UInt64(time.duration(since: status.start).wholeNanoseconds / 10_000_000) + 1
                let after = try await playing.source.apply(PlaybackRequest(seek: time))
                #expect(after.sequence == expected)
                #expect(after.epoch == round)
                #expect(after.position == time)
                #expect(playing.stage.isWhole(through: expected))
                #expect(playing.stage.now.jumps.last?.sequence == expected)
            }
            #expect(playing.stage.now.emitted.isEmpty, "it stands still")
        }
    }

    @Test("A seek into a hole shows what was known before it, and playing on shows what is known behind it")
    func hole() async throws {
        let folder = WritingFolder()
        record(folder, lines: 400, every: .seconds(1), rotated: true)
        let parts = try folder.names.map { try RecordingSet(paths: ["\(folder.path)/\($0)"]) }
            .sorted { $0.header.first < $1.header.first }
        let hole = try #require(parts.indices.dropFirst().dropLast().first { parts[$0].lastNumber > 0 })
        let before = parts[hole - 1].lastNumber
        let behind = parts[hole + 1].header.first - 1
        let start = try parts[0].timeRange().lowerBound
        #expect(unlink(parts[hole].parts[0].path) == 0)
        #expect(behind > before + 10)
        var options = ReplayOptions()
        options.startsPaused = true
        try await Playing.run([folder.path], options) { playing in
            _ = try await playing.state(.paused)
            let middle = start.advanced(by: .seconds(Int64(before) + 5))
            var status = try await playing.source.apply(PlaybackRequest(seek: middle))
            #expect(status.sequence == before)
            #expect(status.position == middle)
            #expect(playing.stage.isWhole(through: before))
            status = try await playing.source.apply(PlaybackRequest(advance: .seconds(2)))
            #expect(status.sequence == before, "still in the hole")
            #expect(playing.stage.isWhole(through: before))
            status = try await playing.source.apply(PlaybackRequest(advance: .seconds(Int64(behind - before))))
            #expect(playing.stage.now.base == behind)
            #expect(status.sequence > behind)
            #expect(playing.stage.isWhole(through: status.sequence))
            #expect(playing.stage.now.emitted.map(\.number) == Array((behind + 1)...status.sequence))
        }
    }

    @Test("An advance hands over what is due, waits for every stream, and stays paused")
    func advance() async throws {
        let folder = WritingFolder()
        record(folder, lines: 100, every: .seconds(1))
        var options = ReplayOptions()
        options.startsPaused = true
        try await Playing.run([folder.path], options) { playing in
            _ = try await playing.state(.paused)
            var status = try await playing.source.apply(PlaybackRequest(advance: .seconds(10)))
            #expect(status.sequence == 11)
            #expect(status.state == .paused)
            #expect(playing.stage.now.emitted.map(\.number) == Array(1...11))
            #expect(playing.stage.now.delivered == 1)
            status = try await playing.source.apply(PlaybackRequest(advance: .milliseconds(500)))
            #expect(status.sequence == 11)
            status = try await playing.source.apply(PlaybackRequest(advance: .milliseconds(500)))
            #expect(status.sequence == 12)
            status = try await playing.source.apply(PlaybackRequest(seek: status.start, advance: .seconds(1)))
            #expect(status.sequence == 2)
            #expect(playing.stage.isWhole(through: 2))
        }
    }

    @Test("A time outside of the recording is refused, and nothing changes")
    func refusal() async throws {
        let folder = WritingFolder()
        record(folder, lines: 3, every: .seconds(1))
        var options = ReplayOptions()
        options.startsPaused = true
        try await Playing.run([folder.path], options) { playing in
            let before = try await playing.state(.paused)
            await #expect(throws: PlaybackRefusal.self) {
                try await playing.source.apply(PlaybackRequest(seek: before.start.advanced(by: .seconds(-1))))
            }
            #expect(await playing.source.status() == before)
        }
    }

    @Test("Since begins with the state of then, until ends it, and exit closes the streams")
    func range() async throws {
        let folder = WritingFolder()
        record(folder, lines: 200, every: .seconds(1))
        let start = try RecordingSet(paths: [folder.path]).timeRange().lowerBound
        var options = ReplayOptions()
        options.speed = .max
        options.exits = true
        options.since = start.advanced(by: .seconds(100))
        options.until = start.advanced(by: .seconds(120))
        try await Playing.run([folder.path], options) { playing in
            _ = try await playing.state(.ended)
            _ = try await eventually("the close") { playing.stage.now.isClosed ? true : nil }
            #expect(playing.stage.now.emitted.map(\.number) == Array(102...121))
            #expect(playing.stage.isWhole(through: 121))
        }
    }

    @Test("The first message waits for as many clients as are awaited")
    func awaited() async throws {
        let folder = WritingFolder()
        record(folder, lines: 3, every: .milliseconds(1))
        var options = ReplayOptions()
        options.speed = .max
        options.awaitedClients = 2
        try await Playing.run([folder.path], options) { playing in
            await playing.clock.sleepers(1)
            playing.stage.addClient()
            playing.clock.advance(by: .milliseconds(10))
            await playing.clock.sleepers(1)
            #expect(await playing.source.status().state == .waiting)
            #expect(playing.stage.now.emitted.isEmpty)
            playing.stage.addClient()
            playing.clock.advance(by: .milliseconds(10))
            try await playing.emitted(3)
        }
    }

    @Test("A long silence is passed over when that is asked for")
    func silence() async throws {
        let folder = WritingFolder()
        record(folder, lines: 3, every: .seconds(3600))
        var options = ReplayOptions()
        options.longestSilence = .seconds(5)
        try await Playing.run([folder.path], options) { playing in
            try await playing.emitted(1)
            for count in 2...3 {
                await playing.clock.sleepers(1)
                playing.clock.advance(by: .seconds(5))
                try await playing.emitted(count)
            }
        }
    }

    @Test("A change of speed or a pause goes on from where playback stands")
    func changes() async throws {
        let folder = WritingFolder()
        record(folder, lines: 100, every: .seconds(1))
        try await Playing.run([folder.path]) { playing in
            try await playing.emitted(1)
            await playing.clock.sleepers(1)
            playing.clock.advance(by: .milliseconds(500))
            var status = try await playing.source.apply(PlaybackRequest(paused: true))
            #expect(status.state == .paused)
            #expect(status.position.duration(since: status.start) == .milliseconds(500))
            playing.clock.advance(by: .seconds(50))
            status = try await playing.source.apply(PlaybackRequest(speed: .times(10), paused: false))
            #expect(status.position.duration(since: status.start) == .milliseconds(500))
            await playing.clock.sleepers(1)
            playing.clock.advance(by: .milliseconds(50))
            try await playing.emitted(2)
            #expect(playing.stage.now.emitted.count == 2)
            _ = try await playing.source.apply(PlaybackRequest(speed: .max))
            #expect(try await playing.state(.ended).sequence == 100)
        }
    }
}
