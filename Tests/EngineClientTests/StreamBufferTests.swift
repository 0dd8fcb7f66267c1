// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import EngineClient

@Suite("The buffer of a stream")
struct StreamBufferTests {
    static let failure = EngineError(.reset, endpoint: "x", message: "broke")

    @Test("Whatever the order of batches and takes, the bytes come out whole, in order and bounded")
    func order() {
        for seed in UInt64(0)..<1000 {
            var random = SplitMix64(seed: seed)
            var buffer = StreamBuffer(capacity: 100)
            var sent: [UInt8] = []
            var got: [UInt8] = []
            var goesOn = true
            for _ in 0..<200 {
                if goesOn, Bool.random(using: &random) {
                    var batch = (0..<Int.random(in: 1...80, using: &random)).map {
                        UInt8(truncatingIfNeeded: sent.count + $0)
                    }
                    sent += batch
                    goesOn = buffer.receive(&batch)
                    #expect(batch.isEmpty)
                } else if case .bytes(let bytes, let resumesReading) = buffer.take() {
                    #expect(bytes.count < 180, "the capacity and one batch, seed \(seed)")
                    #expect(resumesReading == !goesOn, "seed \(seed)")
                    goesOn = true
                    got += bytes
                }
            }
            if case .bytes(let bytes, _) = buffer.take() { got += bytes }
            #expect(got == sent, "seed \(seed)")
        }
    }

    @Test("The end comes after the bytes, the first end stands, and what is discarded is gone")
    func ends() {
        var buffer = StreamBuffer(capacity: 1)
        var batch: [UInt8] = [1, 2]
        let goesOn = buffer.receive(&batch)
        #expect(!goesOn)
        let isFirst = buffer.finish(.failed(Self.failure))
        let isSecond = buffer.finish(.complete)
        #expect(isFirst && !isSecond)
        guard case .bytes([1, 2], resumesReading: false) = buffer.take() else {
            Issue.record("the bytes are lost, or a connection that has ended is to be read")
            return
        }
        guard case .failed(Self.failure) = buffer.take(), case .failed = buffer.take() else {
            Issue.record("the end is lost")
            return
        }
        var discarded = StreamBuffer(capacity: 100)
        batch = [1]
        _ = discarded.receive(&batch)
        _ = discarded.finish(.complete, discarding: true)
        guard case .end = discarded.take() else {
            Issue.record("something is left")
            return
        }
        batch = [2]
        _ = discarded.receive(&batch)
        #expect(!discarded.hasBytes)
    }
}

@Suite("Limiting concurrency", .timeLimit(.minutes(1)))
struct ConcurrencyLimitTests {
    @Test("Never more than the limit are inside, all get in, and cancelled tasks leave no place taken")
    func limit() async {
        let limit = ConcurrencyLimit(3)
        let inside = Counter()
        let highest = Counter()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    if number % 3 == 0 { withUnsafeCurrentTask { $0?.cancel() } }
                    guard await limit.enter() else { return false }
                    inside.add(1)
                    let now = inside.value
                    if now > highest.value { highest.add(now - highest.value) }
                    #expect(now <= 3)
                    await Task.yield()
                    inside.add(-1)
                    limit.leave()
                    return true
                }
            }
            var entered = 0
            for await isEntered in group where isEntered { entered += 1 }
            #expect(entered >= 333)
        }
        // All three places are free again: nobody waits.
        for _ in 0..<3 { #expect(await limit.enter()) }
        #expect(inside.value == 0)
    }
}
