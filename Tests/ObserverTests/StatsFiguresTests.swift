// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import ObserverModel
import TestSupport
import Testing

@testable import Observer

/// A sample of an engine, with what a case is about.
struct SampleOfStats: Sendable {
    var read = "2026-11-23T03:14:01Z"
    var preread = "2026-11-23T03:14:00Z"
    var total: UInt64 = 0
    var system: UInt64? = 0
    var online: UInt64? = 2
    var perCPU: Int?
    var preTotal: UInt64 = 0
    var preSystem: UInt64? = 0
    var memory = "{}"

    var json: ArraySlice<UInt8> {
        func member(_ name: String, _ value: UInt64?) -> String { value.map { ",\"\(name)\":\($0)" } ?? "" }
        let list =
            perCPU.map { ",\"percpu_usage\":[" + Array(repeating: "1", count: $0).joined(separator: ",") + "]" } ?? ""
        let text = """
            {"read":"\(read)","preread":"\(preread)","pids_stats":{"current":1},\
            "cpu_stats":{"cpu_usage":{"total_usage":\(total)\(list)}\(member("system_cpu_usage", system))\
            \(member("online_cpus", online))},"precpu_stats":{"cpu_usage":{"total_usage":\(preTotal)}\
            \(member("system_cpu_usage", preSystem))},"memory_stats":\(memory)}
            """
        return Array(text.utf8)[...]
    }

    func figures(previous: ProcessorSample? = nil, isWallTime: Bool = false) throws -> StatsFigures? {
        StatsFigures(try ContainerStats(json: json), previous: previous, isWallTime: isWallTime)
    }
}

@Suite("The arithmetic of figures")
struct StatsFiguresTests {
    /// Cases of the processor's share: the sample, and the figure in hundredths of a percent.
    static let processorCases: [(name: String, sample: SampleOfStats, hundredths: Int64?)] = [
        ("half of one of two", SampleOfStats(total: 1_500, system: 12_000, preTotal: 1_000, preSystem: 10_000), 5_000),
        ("nothing used", SampleOfStats(total: 5, system: 200, preTotal: 5, preSystem: 100), 0),
        ("the system's counter stands", SampleOfStats(total: 9, system: 100, preTotal: 5, preSystem: 100), 0),
        ("the container's counter fell", SampleOfStats(total: 4, system: 200, preTotal: 5, preSystem: 100), 0),
        ("the system's counter fell", SampleOfStats(total: 9, system: 90, preTotal: 5, preSystem: 100), 0),
        ("no system's counter", SampleOfStats(total: 9, system: nil, preTotal: 5, preSystem: 100), 0),
        ("online_cpus 0 takes the list's length", SampleOfStats(total: 10, system: 100, online: 0, perCPU: 4), 4_000),
        (
            "online_cpus missing takes the list's length",
            SampleOfStats(total: 10, system: 100, online: nil, perCPU: 3), 3_000
        ),
        ("no processors at all", SampleOfStats(total: 10, system: 100, online: nil), 0),
        ("half up", SampleOfStats(total: 1, system: 80_000, online: 4), 1),
        ("below half", SampleOfStats(total: 1, system: 80_001, online: 4), 0),
        (
            "first sample of a stream: no average of the whole life (fact D2)",
            SampleOfStats(preread: "0001-01-01T00:00:00Z", total: 900, system: 1_000, preSystem: nil), nil
        ),
        (
            "counters at their end",
            SampleOfStats(total: .max, system: .max, online: .max, preTotal: 0, preSystem: 0), 42_949_672_960_000
        ),
        ("an absurd share is held", SampleOfStats(total: .max, system: 1, online: .max), .max),
    ]

    @Test("the share of the processor is the docker CLI's", arguments: processorCases)
    func processor(_ expected: (name: String, sample: SampleOfStats, hundredths: Int64?)) throws {
        let figures = try #require(try expected.sample.figures())
        #expect(figures.processorHundredths == expected.hundredths)
    }

    @Test("a sample without a predecessor is compared with the observer's own; a reset starts anew")
    func ownPrevious() throws {
        let sample = SampleOfStats(preread: "0001-01-01T00:00:00Z", total: 3_000, system: 20_000, preSystem: nil)
        let before = ProcessorSample(read: ProjectionSample.origin, total: 1_000, system: 10_000)
        #expect(try sample.figures(previous: before)?.processorHundredths == 4_000)
        let reset = ProcessorSample(read: ProjectionSample.origin, total: 9_000, system: 10_000)
        #expect(try sample.figures(previous: reset)?.processorHundredths == 0)
    }

    @Test("Podman's system counter is passed over for the time that passed")
    func wallTime() throws {
        let sample = SampleOfStats(total: 750_000_000, system: 3, online: 4, preTotal: 500_000_000, preSystem: 2)
        #expect(try sample.figures(isWallTime: true)?.processorHundredths == 2_500)
        let backwards = SampleOfStats(
            read: "2026-11-23T03:13:59Z",
            total: 750,
            system: nil,
            preTotal: 500,
            preSystem: nil
        )
        #expect(try backwards.figures(isWallTime: true)?.processorHundredths == 0)
    }

    /// Cases of memory: the engine's member, then bytes used, limit, and the share in hundredths of a percent.
    static let memoryCases: [(json: String, usage: UInt64, limit: UInt64, percent: Int64)] = [
        (#"{"usage":1000,"limit":4000,"stats":{"total_inactive_file":200,"inactive_file":900}}"#, 800, 4_000, 2_000),
        (#"{"usage":1000,"limit":4000,"stats":{"inactive_file":300}}"#, 700, 4_000, 1_750),
        (#"{"usage":1000,"limit":4000,"stats":{"total_inactive_file":1000}}"#, 1_000, 4_000, 2_500),
        (#"{"usage":1000,"limit":4000,"stats":{"total_inactive_file":1000,"inactive_file":10}}"#, 990, 4_000, 2_475),
        (#"{"usage":1000,"limit":4000,"stats":{"inactive_file":1001}}"#, 1_000, 4_000, 2_500),
        (#"{"usage":1000,"limit":4000}"#, 1_000, 4_000, 2_500),
        (#"{"usage":1000,"limit":0,"stats":{}}"#, 1_000, 0, 0),
        (#"{"usage":1000}"#, 1_000, 0, 0),
        (#"{"usage":18446744073709551615,"limit":18446744073709551615}"#, .max, .max, 10_000),
        (#"{"usage":18446744073709551615,"limit":1}"#, .max, 1, .max),
        ("{}", 0, 0, 0),
    ]

    @Test("memory is counted without the inactive file cache, as the docker CLI does", arguments: memoryCases)
    func memory(_ expected: (json: String, usage: UInt64, limit: UInt64, percent: Int64)) throws {
        let figures = try #require(try SampleOfStats(memory: expected.json).figures())
        #expect(figures.memoryUsage == expected.usage)
        #expect(figures.memoryLimit == expected.limit)
        #expect(figures.memoryPercentHundredths == expected.percent)
    }

    @Test(
        "figures in MiB are rounded half up to hundredths",
        arguments: [
            (0, 0), (1, 0), (5_242, 0), (5_243, 1), (1_048_576, 100), (13_107_200, 1_250), (268_435_456, 25_600),
            (UInt64.max, 1_759_218_604_441_600),
        ] as [(UInt64, Int64)]
    )
    func mebibytes(bytes: UInt64, hundredths: Int64) {
        #expect(Ratio.mebibytes(bytes) == hundredths)
    }

    @Test("the integers agree with floating point to a hundredth", arguments: 0..<20 as Range<UInt64>)
    func floatingPoint(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let used = UInt64.random(in: 0..<5_000_000_000, using: &generator)
            let system = UInt64.random(in: 1_000_000_000..<70_000_000_000, using: &generator)
            let processors = UInt64.random(in: 1...64, using: &generator)
            let base = UInt64.random(in: 0..<(1 << 60), using: &generator)
            let earlier = ProcessorSample(read: ProjectionSample.origin, total: base, system: base)
            let later = ProcessorSample(read: ProjectionSample.time(1_000), total: base + used, system: base + system)
            let ours = ProcessorSample.percent(from: earlier, to: later, processors: processors, isWallTime: false)
            let theirs = Double(used) / Double(system) * Double(processors) * 100
            #expect(abs(Double(ours) / 100 - theirs) <= 0.005_001, "seed \(seed): \(used) of \(system) × \(processors)")
        }
    }

    @Test("captured samples give what docker stats printed; those of stopped containers give none")
    func captured() throws {
        let file = try engineFixture("stats")
        func stats(_ name: String) throws -> [ContainerStats] {
            let chunks = try #require(file.member(named: name)?["chunks"]?.elements)
            return try chunks.map { chunk in
                try ContainerStats(json: try #require(chunk["data"]?.stringBytes))
            }
        }
        let running = try #require(try stats("stream=0 running").first)
        let figures = try #require(StatsFigures(running, previous: nil, isWallTime: false))
        // 23605439 − 23605439 of 2020000000 × 2; 327680 of 67108864 bytes.
        #expect(figures.processorHundredths == 0)
        #expect(figures.memoryUsage == 327_680)
        #expect(figures.memoryUsageHundredths == 31)
        #expect(figures.memoryLimitHundredths == 6_400)
        #expect(figures.memoryPercentHundredths == 49)
        #expect(figures.networkReceived == 936)
        #expect(figures.pids == 1)
        let oneShot = try #require(try stats("stream=0 one-shot=1").first)
        #expect(StatsFigures(oneShot, previous: nil, isWallTime: false)?.processorHundredths == nil)
        let before = ProcessorSample(current: running)
        #expect(StatsFigures(oneShot, previous: before, isWallTime: false)?.processorHundredths != nil)
        for name in ["stream=0 exited0", "stream=0 created", "stream=0 one-shot exited0", "stream=1 exited0 3.5s"] {
            for sample in try stats(name) { #expect(StatsFigures(sample, previous: nil, isWallTime: false) == nil) }
        }
        #expect(
            try stats("stream=1 x3").map {
                StatsFigures($0, previous: nil, isWallTime: false)?.processorHundredths == nil
            }
                == [true, false, false]
        )
    }
}
