// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel

/// Level detection, a line: the budget asks for 0.3 µs plain and 0.6 µs for JSON of 250 bytes.
enum LevelBenchmark {
    private static let plain = [
        "2026-11-23 10:45:47,654 INFO [main] org.shop.Orders: order 4711 accepted in 18 ms",
        "10.0.0.7 - - [23/Nov/2026:10:45:47 +0000] \"GET /products/7 HTTP/1.1\" 200 5123 \"-\" \"curl/8.5.0\"",
        "listening on port 8080, 0 errors so far, cache warm",
        "[2026-11-23T10:45:47Z] [error] upstream timed out while reading response header",
        "1:M 23 Nov 2026 10:45:47.123 * Background saving terminated with success",
    ]
    private static let json = [
        #"{"ts":"2026-11-23T10:45:47.654Z","logger":"http.access","caller":"server/handler.go:118","msg":"request done","method":"GET","path":"/api/v1/products/4711/reviews","status":200,"bytes":5123,"latency_ms":18.25,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","level":"info"}"#
    ]

    static func run(_ scale: Scale) -> [Row] {
        [
            row("level detection, plain lines", plain, 300, scale),
            row("level detection, JSON of 260 bytes", json, 600, scale),
        ]
    }

    private static func row(_ name: String, _ lines: [String], _ limit: Double, _ scale: Scale) -> Row {
        let lines = lines.map { Array($0.utf8) }
        let rounds = scale.count(400_000, smoke: 2000)
        let detection = measure(lines, rounds, scale) { Int(LevelDetector.inspect($0).level.rawValue) }
        let reading = measure(lines, rounds, scale) { $0.reduce(0) { $0 &+ Int($1) } }
        return Row(
            name: name,
            figure: "\(detection.rounded(to: 0)) ns",
            against: "\(limit.rounded(to: 0)) ns allowed; summing the bytes takes \(reading.rounded(to: 0)) ns",
            ratio: "\((detection / limit).rounded(to: 2)) of the limit"
        )
    }

    /// The time a line, in nanoseconds.
    private static func measure(
        _ lines: [[UInt8]],
        _ rounds: Int,
        _ scale: Scale,
        _ work: (UnsafeBufferPointer<UInt8>) -> Int
    ) -> Double {
        var sink = 0
        let times = (0..<scale.repeats).map { _ in
            let elapsed = ContinuousClock().measure {
                for _ in 0..<(rounds / lines.count) {
                    for line in lines { sink &+= line.withUnsafeBufferPointer { work($0) } }
                }
            }
            return elapsed / .nanoseconds(rounds)
        }
        precondition(sink != .min, "the work must not be optimised away")
        return times.median
    }
}
