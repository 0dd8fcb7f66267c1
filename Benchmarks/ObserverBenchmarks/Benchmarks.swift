// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `ObserverBenchmarks [--smoke] [NAME…]`: measures the rows of the performance budget, each against a peer or a limit
/// in the same run, and prints a table.
///
/// `--smoke` runs each for a moment, to see that it works. Names choose rows: `levels`, `state`, `fan-out`, `live`.
@main
enum Benchmarks {
    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "--drain" { return try await DrainingClients.run(Array(arguments.dropFirst())) }
        let isSmoke = arguments.contains("--smoke")
        arguments.removeAll { $0 == "--smoke" }
        let scale = Scale(isSmoke: isSmoke)
        let all: [(String, (Scale) async throws -> [Row])] = [
            ("levels", { LevelBenchmark.run($0) }),
            ("state", { StateBenchmark.run($0) }),
            ("fan-out", { try await FanOutBenchmark.run($0) }),
            ("live", { try await LiveBenchmark.run($0) }),
        ]
        var rows: [Row] = []
        for (name, benchmark) in all where arguments.isEmpty || arguments.contains(name) {
            rows += try await benchmark(scale)
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

/// Clocks of a process.
enum ProcessTime {
    /// The processor time that this process has used, user and system, in seconds.
    static var used: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// The processor time that another process has used, in seconds, by `/proc`; nil when it is gone.
    static func used(by pid: Int32) -> Double? {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 1024)
        guard fgets(&buffer, 1024, file) != nil else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The command's name is in parentheses and may hold blanks.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
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
