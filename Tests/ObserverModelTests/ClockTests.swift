// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@testable import ObserverModel

@Suite("The live clock's rule")
struct ClockAdjustmentTests {
    private let second: Int64 = 1_000_000_000

    @Test("it begins with the wall's time and goes on with the machine's")
    func running() {
        var clock = ClockAdjustment(wall: 1000 * second, boot: 5 * second)
        #expect(clock.advance(wall: 1000 * second, boot: 5 * second) == 1000 * second)
        #expect(clock.advance(wall: 1003 * second, boot: 8 * second) == 1003 * second)
        // The wall clock is slewed by less than the tolerance.
        #expect(clock.advance(wall: 1004 * second + second / 2, boot: 9 * second) == 1004 * second)
        #expect(clock.advance(wall: 1006 * second, boot: 10 * second) == 1005 * second)
    }

    @Test("it follows a jump ahead of more than a second, and goes on from there")
    func jumpAhead() {
        var clock = ClockAdjustment(wall: 1000 * second, boot: 5 * second)
        #expect(clock.advance(wall: 1001 * second + 1, boot: 5 * second) == 1001 * second + 1)
        #expect(clock.advance(wall: 1002 * second, boot: 6 * second) == 1002 * second + 1)
        #expect(clock.advance(wall: 9000 * second, boot: 7 * second) == 9000 * second)
        #expect(clock.advance(wall: 9001 * second, boot: 8 * second) == 9001 * second)
    }

    @Test("it does not follow a jump back, and catches up with nobody")
    func jumpBack() {
        var clock = ClockAdjustment(wall: 1000 * second, boot: 5 * second)
        #expect(clock.advance(wall: 10 * second, boot: 6 * second) == 1001 * second)
        #expect(clock.advance(wall: 11 * second, boot: 7 * second) == 1002 * second)
        // The wall clock is set right again.
        #expect(clock.advance(wall: 1003 * second, boot: 8 * second) == 1003 * second)
    }

    @Test("it never runs back, whatever the system's clocks do", arguments: 0..<200)
    func neverBack(seed: UInt64) {
        var random = Seeded(seed)
        var wall = Int64.random(in: 0...(2_000_000_000 * second), using: &random)
        var boot = Int64.random(in: 0...(1_000_000 * second), using: &random)
        var clock = ClockAdjustment(wall: wall, boot: boot)
        var last = wall
        for _ in 0..<200 {
            let step = Int64.random(in: 0...second, using: &random)
            boot += step
            wall += step
            // Wall clocks are set; a machine's clock that steps back by a little is not unheard of.
            if Int.random(in: 0..<10, using: &random) == 0 {
                wall += Int64.random(in: (-100 * second)...(100 * second), using: &random)
            }
            if Int.random(in: 0..<20, using: &random) == 0 { boot -= Int64.random(in: 0...1000, using: &random) }
            let time = clock.advance(wall: wall, boot: boot)
            #expect(time >= last, "seed \(seed)")
            #expect(wall - time <= second, "seed \(seed): more than a second behind the wall")
            last = time
        }
    }

    @Test("the live clock rises")
    func live() {
        let clock = LiveClock()
        var last = clock.now()
        for _ in 0..<1000 {
            let now = clock.now()
            #expect(now >= last)
            last = now
        }
        #expect(last.nanoseconds > 0)
    }
}
