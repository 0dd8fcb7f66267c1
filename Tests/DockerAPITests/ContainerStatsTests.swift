// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Reading stats")
struct ContainerStatsTests {
    static func samples(_ name: String) throws -> [ContainerStats] {
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        try splitter.split(try Fixture("stats").body(name), into: &objects)
        return try objects.map { try ContainerStats(json: $0) }
    }

    @Test("a running container's sample has all its figures")
    func running() throws {
        let sample = try #require(try Self.samples("stream=0 running").first)
        #expect(sample.id == "7ab29a7beb9ff032246b3c25dcdff6104b65b6bd997afe0d303c453fb821f426")
        #expect(sample.name == "rt-memlimit")
        #expect(sample.read == RFC3339.parse("2026-11-23T10:50:31.065187794Z"))
        #expect(sample.preread == RFC3339.parse("2026-11-23T10:50:30.060771883Z"))
        #expect(sample.cpu.total == 23_605_439)
        #expect(sample.cpu.system == 2_234_190_000_000)
        #expect(sample.precpu.system == 2_232_170_000_000)
        #expect(sample.cpu.onlineCPUs == 2)
        #expect(sample.cpu.perCPUCount == 2)
        #expect(sample.memory.usage == 327_680)
        #expect(sample.memory.limit == 67_108_864)
        #expect(sample.memory.totalInactiveFile == 0)
        #expect(sample.memory.inactiveFile == 0)
        #expect(sample.memory.cache == 0)
        #expect(sample.memory.anon == nil)
        #expect(sample.memory.failureCount == nil)
        #expect(sample.network?.receivedBytes == 936)
        #expect(sample.network?.sentBytes == 0)
        #expect(sample.blockIO?.readBytes == 0)
        #expect(sample.pids == 1)
        #expect(!sample.isEmpty)
    }

    @Test("the first sample of a stream has no earlier one (fact D2)")
    func first() throws {
        let samples = try Self.samples("stream=1 x3")
        #expect(samples.map { $0.preread == nil } == [true, false, false])
        #expect(samples.map { $0.precpu.system == nil } == [true, false, false])
        #expect(samples.first?.precpu.total == 0)
    }

    @Test("a stopped container's sample has no figures (fact D4)", arguments: ["stream=0 exited0", "stream=0 created"])
    func stopped(name: String) throws {
        let sample = try #require(try Self.samples(name).first)
        #expect(sample.isEmpty)
        #expect(sample.id?.count == 64)
        #expect(sample.cpu.system == nil)
        #expect(sample.cpu.onlineCPUs == nil)
        #expect(sample.memory == ContainerStats.Memory())
        #expect(sample.network == nil)
        #expect(sample.blockIO == nil)
        #expect(sample.pids == nil)
    }

    @Test("a paused container's sample is full (fact D9)")
    func paused() throws {
        let sample = try #require(try Self.samples("stream=0 paused").first)
        #expect(sample.memory.usage != nil)
        #expect(!sample.isEmpty)
    }

    @Test("networks and block devices are summed, operations in either case")
    func sums() throws {
        let json = #"""
            {"read":"2026-11-23T10:50:31.06Z","networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10},"x":{}},
            "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"op":"Read","value":5},{"op":"read","value":6},
            {"op":"Write","value":7},{"op":"write","value":8},{"op":"Total","value":99},{"op":"","value":99}]},
            "memory_stats":{"failcnt":3,"stats":{"anon":4,"inactive_file":18446744073709551615}},"unknown":[1]}
            """#
        let sample = try ContainerStats(json: Array(json.utf8)[...])
        #expect(sample.network?.receivedBytes == 11)
        #expect(sample.network?.sentBytes == 2)
        #expect(sample.blockIO?.readBytes == 11)
        #expect(sample.blockIO?.writtenBytes == 15)
        #expect(sample.memory.failureCount == 3)
        #expect(sample.memory.anon == 4)
        #expect(sample.memory.inactiveFile == .max)
        #expect(sample.memory.usage == nil)
    }

    @Test(
        "what cannot be read is told with its place",
        arguments: [
            (#"{"cpu_stats":{"online_cpus":"2"}}"#, "cpu_stats.online_cpus"),
            (#"{"precpu_stats":{"cpu_usage":{"total_usage":-1}}}"#, "precpu_stats.cpu_usage.total_usage"),
            (#"{"memory_stats":{"stats":{"cache":1.5}}}"#, "memory_stats.stats.cache"),
            (#"{"networks":{"eth0":3}}"#, "networks.*"), (#"{"read":"yesterday"}"#, "read"), ("[]", ""), ("{", ""),
        ]
    )
    func errors(json: String, place: String) throws {
        let error = #expect(throws: WireError.self) { try ContainerStats(json: Array(json.utf8)[...]) }
        #expect(error?.what == "stats")
        #expect(error?.place == place)
        #expect(error?.description.hasSuffix(".") == true)
    }
}
