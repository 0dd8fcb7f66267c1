// SPDX-License-Identifier: Apache-2.0

/// `ObserverBenchmarks [--smoke] [NAME…]`: measures the rows of the performance budget, each against a peer or a limit
/// in the same run, and prints a table.
///
/// `--smoke` runs each for a moment, to see that it works. Names choose rows: `levels`, `state`.
@main
enum Benchmarks {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let isSmoke = arguments.contains("--smoke")
        arguments.removeAll { $0 == "--smoke" }
        let scale = Scale(isSmoke: isSmoke)
        let all: [(String, (Scale) -> [Row])] = [
            ("levels", { LevelBenchmark.run($0) }),
            ("state", { StateBenchmark.run($0) }),
        ]
        var rows: [Row] = []
        for (name, benchmark) in all where arguments.isEmpty || arguments.contains(name) {
            rows += benchmark(scale)
        }
        Row.printTable(rows)
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

    static func printTable(_ rows: [Row]) {
        print("| what | measured | against | ratio |\n|---|---|---|---|")
        for row in rows { print("| \(row.name) | \(row.figure) | \(row.against) | \(row.ratio) |") }
        print("summary: \(rows.count) rows measured")
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
