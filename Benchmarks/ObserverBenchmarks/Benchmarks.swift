// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `ObserverBenchmarks [--smoke] [NAME…]`: measures the rows of the performance budget, each against a peer or a limit
/// in the same run, and prints a table.
///
/// `--smoke` runs each for a moment, to see that it works. Names choose rows: `levels`, `state`,
/// `fan-out`, `recording`, `seek`, and, with the engine that `scripts/end-to-end` starts, `live` and `memory`.
@main
enum Benchmarks {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run(_ given: [String]) async throws {
        var arguments = given
        if arguments.first == "--drain", arguments.count > 2, let port = UInt16(arguments[1]),
            let count = Int(arguments[2])
        {
            return try Drain.run(port: port, count: count, path: arguments.count > 3 ? arguments[3] : nil)
        }
        let isSmoke = arguments.contains("--smoke")
        arguments.removeAll { $0 == "--smoke" }
        let scale = Scale(isSmoke: isSmoke)
        let all: [(String, (Scale) async throws -> [Row])] = [
            ("levels", { LevelBenchmark.run($0) }),
            ("state", { StateBenchmark.run($0) }),
            ("fan-out", { try await FanOutBenchmark.run($0) }),
            ("recording", { try await RecordingBenchmark.run($0) }),
            ("seek", { try await SeekBenchmark.run($0) }),
            ("live", { try await LiveBenchmark.run($0) }),
            ("memory", { try await MemoryBenchmark.run($0) }),
        ]
        guard arguments.allSatisfy({ name in all.contains { $0.0 == name } }) else {
            throw Unmeasured("rows are \(all.map(\.0)), not \(arguments)")
        }
        Row.printHead()
        var count = 0
        for (name, benchmark) in all where arguments.isEmpty || arguments.contains(name) {
            for row in try await benchmark(scale) {
                row.print()
                count += 1
            }
        }
        print("summary: \(count) rows measured")
    }
}

/// How much a benchmark does.
struct Scale: Sendable {
    var isSmoke: Bool

    /// The number for a full run, or a small share of it.
    func count(_ full: Int, smoke: Int) -> Int { isSmoke ? smoke : full }

    /// How often a measurement is taken; the median counts.
    var repeats: Int { isSmoke ? 1 : 5 }
}

/// A line of the table.
struct Row: Sendable {
    /// What was measured.
    var name: String
    /// The figure, with its unit.
    var figure: String
    /// The peer's or the limit's figure from the same run.
    var against: String
    /// The ratio of the two, and what the budget asks for.
    var ratio: String

    static func printHead() {
        Swift.print("| what | measured | against | ratio |\n|---|---|---|---|")
    }

    func print() {
        Swift.print("| \(name) | \(figure) | \(against) | \(ratio) |")
        // A row takes minutes: it is shown when it is there.
        fflush(nil)
    }
}

extension [Double] {
    /// The middle one in order.
    var median: Double { sorted()[count / 2] }
}

extension Double {
    /// The number with a number of decimals, without Foundation.
    func rounded(to decimals: Int) -> String {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let scaled = Int64((self * factor).rounded())
        guard decimals > 0 else { return String(scaled) }
        let rest = String(scaled.magnitude % UInt64(factor))
        let sign = scaled < 0 ? "-" : ""
        return sign + String(scaled.magnitude / UInt64(factor)) + "."
            + String(repeating: "0", count: decimals - rest.count) + rest
    }
}
