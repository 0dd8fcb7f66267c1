// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport

/// Lines of five services as they log, about 250 bytes each, a tenth of a millisecond apart.
struct LineSource {
    static let batchSize = 500

    private var number: UInt64 = 0
    private var time = Timestamp(seconds: 1_795_433_138)
    private var random = SplitMix64(seed: 3)
    private let containers: [ContainerID]

    init() {
        containers = (1...5).compactMap { index in
            var digits: [UInt8] = []
            for _ in 0..<4 { Hex.append(UInt64(index) &* 0x9E37_79B9_7F4A_7C15, to: &digits) }
            return ContainerID(digits[...])
        }
    }

    mutating func batch() -> ObservationBatch {
        let container = containers.randomElement(using: &random) ?? containers[0]
        return (0..<Self.batchSize).map { _ in
            number += 1
            time = time.advanced(byNanoseconds: 100_000)
            let line = LogLine(container: container, timestamp: time, stream: .stdout, bytes: Array(text().utf8)[...])
            return Observation(number: number, time: time, fact: .log(line))
        }
    }

    private mutating func text() -> String {
        let (id, trace) = (
            UInt32.random(in: 0...UInt32.max, using: &random), UInt64.random(in: 0...UInt64.max, using: &random)
        )
        let (status, ms) = (number.isMultiple(of: 97) ? 503 : 200, id % 900)
        return
            "2026-11-23T10:45:47Z INFO [http-nio-8080-exec-\(id % 16)] org.shop.web.OrderController: GET /api/v1/orders/\(id) \(status) in \(ms) ms, user=\(id % 5000) trace=\(String(trace, radix: 16)) bytes=\(id % 70_000) cache=\(id % 3 == 0 ? "hit" : "miss") region=eu-central-1 version=2.14.\(id % 7)"
    }
}
