// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EngineClient

@Suite("Pacing reads")
struct ReadPacerTests {
    static let millisecond: UInt64 = 1_000_000

    @Test("Lines that come with pauses are read at once")
    func idle() {
        var pacer = ReadPacer()
        var now: UInt64 = 5 * Self.millisecond
        for _ in 0..<100 {
            #expect(pacer.decide(bytes: 150, writes: 1, isFull: false, now: now) == .now)
            now += ReadPacer.idleAfter
        }
    }

    @Test("Lines that flow are read on a grid, at most the longest pace later")
    func flow() {
        for seed in UInt64(0)..<500 {
            var random = SplitMix64(seed: seed)
            var pacer = ReadPacer()
            var now = UInt64.random(in: 0..<1_000_000_000_000, using: &random)
            _ = pacer.decide(bytes: 150, writes: 1, isFull: false, now: now)
            for _ in 0..<50 {
                now += UInt64.random(in: 0..<ReadPacer.idleAfter - ReadPacer.longestPace, using: &random)
                let writes = Int.random(in: 1..<96, using: &random)
                guard case .at(let time) = pacer.decide(bytes: writes * 150, writes: writes, isFull: false, now: now)
                else {
                    Issue.record("not paced, seed \(seed)")
                    return
                }
                #expect(time > now && time - now <= ReadPacer.longestPace, "seed \(seed)")
                #expect(time % pacer.pace == 0, "seed \(seed)")
                now = time
            }
        }
    }

    @Test("A read that filled its buffer is followed at once")
    func full() {
        var pacer = ReadPacer()
        for now in UInt64(1)..<10 {
            #expect(pacer.decide(bytes: 65_536, writes: 1, isFull: true, now: now) == .now)
        }
    }

    @Test("The pace follows the rate: short when much waits, long when little does, and it settles")
    func adapting() {
        var pacer = ReadPacer()
        var now: UInt64 = 0
        /// The paces while an engine writes at a rate and the socket holds so many writes.
        func run(linesPerSecond: Double, holds: Int) -> [UInt64] {
            (0..<100).map { _ in
                // Without a pace a reader wakes for a few lines.
                let writes = pacer.pace == 0 ? 5 : min(holds, Int(linesPerSecond * Double(pacer.pace) / 1e9))
                now += pacer.pace
                _ = pacer.decide(bytes: writes * 100, writes: writes, isFull: false, now: now)
                return pacer.pace
            }
        }
        let fast = run(linesPerSecond: 150_000, holds: 277).suffix(50)
        #expect(Set(fast) == [ReadPacer.shortestPace])
        let slow = run(linesPerSecond: 3_000, holds: 277).suffix(50)
        #expect(Set(slow) == [ReadPacer.longestPace])
        let medium = run(linesPerSecond: 40_000, holds: 277).suffix(50)
        #expect(Set(medium).count == 1)
    }

    @Test("Where even the shortest pace brings much there is no pace, until reads bring little again")
    func flood() {
        var pacer = ReadPacer()
        var now: UInt64 = 0
        var decisions: [ReadPacer.Decision] = []
        for _ in 0..<20 {
            now += ReadPacer.shortestPace
            decisions.append(pacer.decide(bytes: 40_000, writes: 277, isFull: false, now: now))
        }
        #expect(decisions.suffix(15).allSatisfy { $0 == .now })
        now += 1000
        guard case .at = pacer.decide(bytes: 1000, writes: 8, isFull: false, now: now) else {
            Issue.record("the pace did not come back")
            return
        }
        #expect(pacer.pace == ReadPacer.shortestPace)
    }

    @Test("A connection's buffer grows at the first read that fills it and shrinks after many small ones")
    func buffers() {
        var allocator = ReadBufferAllocator()
        #expect(allocator.nextBufferSize() == ReadBufferAllocator.quiet)
        let small = allocator.record(actualReadBytes: 100)
        #expect(!small)
        let filling = allocator.record(actualReadBytes: ReadBufferAllocator.quiet)
        #expect(filling)
        #expect(allocator.nextBufferSize() == ReadBufferAllocator.busy)
        for _ in 0..<(ReadBufferAllocator.patience - 1) { _ = allocator.record(actualReadBytes: 100) }
        _ = allocator.record(actualReadBytes: 10_000)
        for _ in 0..<(ReadBufferAllocator.patience - 1) { _ = allocator.record(actualReadBytes: 100) }
        #expect(allocator.nextBufferSize() == ReadBufferAllocator.busy)
        _ = allocator.record(actualReadBytes: 100)
        #expect(allocator.nextBufferSize() == ReadBufferAllocator.quiet)
    }
}
