// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("Second text")
struct SecondTextTests {
    private func text(_ time: Timestamp, _ writer: inout SecondText) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: SecondText.length)
        bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { writer.write(time, to: base) } }
        return bytes
    }

    @Test("It writes what RFC3339 writes, whatever was written before", arguments: 0..<50)
    func equal(seed: UInt64) {
        var random = Seeded(seed)
        var writer = SecondText()
        var time = Int64.random(in: .min ... .max, using: &random)
        for _ in 0..<500 {
            // Mostly near the last one, within its second or the next.
            let isNear = Int.random(in: 0..<4, using: &random) > 0
            time =
                isNear
                ? time.addingReportingOverflow(Int64.random(in: -2_000_000_000...2_000_000_000, using: &random))
                    .partialValue
                : Int64.random(in: .min ... .max, using: &random)
            let moment = Timestamp(nanoseconds: time)
            var expected: [UInt8] = []
            RFC3339.append(moment, to: &expected)
            #expect(text(moment, &writer) == expected)
        }
    }

    @Test("The ends of the range and of a second are written right")
    func ends() {
        var writer = SecondText()
        for nanoseconds in [.min, .min + 1, -1, 0, 1, 999_999_999, 1_000_000_000, -1_000_000_000, .max - 1, .max]
            as [Int64]
        {
            let moment = Timestamp(nanoseconds: nanoseconds)
            var expected: [UInt8] = []
            RFC3339.append(moment, to: &expected)
            #expect(text(moment, &writer) == expected)
        }
    }
}
