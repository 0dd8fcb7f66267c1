// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// Many clients, one of which does not read.
    @Suite(.timeLimit(.minutes(10))) struct SlowReaders {
        /// 4 containers with 250 lines of 100 bytes every 50 ms each: 20,000 lines a second, as many as two cores hand
        /// to 99 clients with some to spare, and in the end more bytes than the hub keeps for those behind.
        private static let containers = 4
        private static let batches = Stage.isDeep ? 1200 : 200
        private static var lineCount: Int { containers * batches * 250 }
        private static var script: String {
            """
            pad=$(head -c 100 /dev/zero | tr '\\0' x)
            sleep 2
            b=0; while [ $b -lt \(batches) ]; do b=$((b+1))
            awk -v b=$b -v p=$pad 'BEGIN { for (i = 1; i <= 250; i++) print b, i, p }'; usleep 38000; done
            """
        }

        @Test("Law 8: one frozen client costs 99 lively ones nothing (and Law 9: memory stays bounded)")
        func frozen() async throws {
            try await withScene { scene in
                let observer = try await scene.observe()
                let idle = try observer.anonymousMebibytes()
                let frozen = try await WebSocketProbe.connect(observer.streamURL + "?types=log&tail=0", mode: .count)
                var lively: [WebSocketProbe] = []
                for _ in 1...99 {
                    lively.append(
                        try await WebSocketProbe.connect(observer.streamURL + "?types=log,gap&tail=0", mode: .count)
                    )
                }
                try await frozen.freeze()
                for number in 1...Self.containers { try await scene.shell("f\(number)", [], Self.script) }
                var peak = 0
                let start = ContinuousClock().now
                // A lively client that is told of a loss will never have all: waiting for it would hide that.
                func isDone(_ tally: WebSocketTally) -> Bool { tally.logs >= Self.lineCount || tally.gaps > 0 }
                let isOver = try? await eventually("all lines", within: .seconds(120), every: .milliseconds(100)) {
                    peak = max(peak, try observer.anonymousMebibytes())
                    return lively.allSatisfy { isDone($0.tally) || $0.ending != nil } ? true : nil
                }
                let counts = Dictionary(grouping: lively.map(\.tally.logs)) { $0 }.mapValues(\.count)
                #expect(isOver == true, "clients by the number of lines that they have: \(counts)")
                let elapsed = ContinuousClock().now - start
                print(
                    "99 clients took \(Self.lineCount) lines each in \(elapsed); memory \(idle) MiB idle, \(peak) MiB peak"
                )
                let tallies = lively.map(\.tally)
                #expect(lively.allSatisfy { $0.ending == nil })
                #expect(Set(tallies.map(\.logs)) == [Self.lineCount])
                #expect(Set(tallies.map(\.sequenceSum)).count == 1)
                #expect(tallies.allSatisfy { $0.gaps == 0 && $0.outOfOrder == 0 })
                // The history's 64 MiB, 32 MiB for the hub's ring, 32 MiB of growth as the budget allows.
                #expect(peak - idle < 64 + 32 + 32)
                try await expectLossTold(frozen)
                for probe in lively { probe.abort() }
            }
        }

        /// A frozen client that reads again is told what it missed, or has been closed for taking too long.
        private func expectLossTold(_ frozen: WebSocketProbe) async throws {
            try await frozen.thaw()
            _ = try await eventually("a gap, or the close", within: .seconds(60)) {
                frozen.tally.gaps > 0 || frozen.ending != nil ? true : nil
            }
            if case .closed(let code, _) = frozen.ending { #expect(code == 1013) }
            frozen.abort()
        }
    }
}
