// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import DockerAPI

/// What a container uses, as `docker stats` prints it.
public struct StatsFigures: Sendable, Hashable {
    /// The share of one processor in hundredths of a percent; `nil` until two samples can be compared.
    public var processorHundredths: Int64?
    /// Memory without the inactive file cache, in bytes.
    public var memoryUsage: UInt64
    /// The limit of memory in bytes; the host's memory where none is set, 0 where it is not known.
    public var memoryLimit: UInt64
    /// Bytes received over all networks.
    public var networkReceived: UInt64
    /// Bytes sent over all networks.
    public var networkSent: UInt64
    /// Bytes read from block devices.
    public var blockRead: UInt64
    /// Bytes written to block devices.
    public var blockWritten: UInt64
    /// The number of processes and threads.
    public var pids: UInt64

    /// The memory in hundredths of a MiB.
    public var memoryUsageHundredths: Int64 { Ratio.mebibytes(memoryUsage) }

    /// The limit of memory in hundredths of a MiB.
    public var memoryLimitHundredths: Int64 { Ratio.mebibytes(memoryLimit) }

    /// The share of the limit in hundredths of a percent; 0 without a limit.
    public var memoryPercentHundredths: Int64 { Ratio.percent(memoryUsage, of: memoryLimit) }

    /// Writes the members of an entry of `/stats`, from `cpu_percent` to `pids`.
    ///
    /// A share of the processor that is not known yet is written as `0.0`: clients compute with it, and the docker CLI
    /// prints 0 as well where it has nothing to compare.
    public func write(to writer: inout JSONWriter) {
        writer.key("cpu_percent")
        writer.hundredths(processorHundredths ?? 0)
        writer.key("memory_usage_mb")
        writer.hundredths(memoryUsageHundredths)
        writer.key("memory_limit_mb")
        writer.hundredths(memoryLimitHundredths)
        writer.key("memory_percent")
        writer.hundredths(memoryPercentHundredths)
        writer.key("memory_usage_bytes")
        writer.integer(memoryUsage)
        writer.key("memory_limit_bytes")
        writer.integer(memoryLimit)
        writer.key("network_rx_bytes")
        writer.integer(networkReceived)
        writer.key("network_tx_bytes")
        writer.integer(networkSent)
        writer.key("block_read_bytes")
        writer.integer(blockRead)
        writer.key("block_write_bytes")
        writer.integer(blockWritten)
        writer.key("pids")
        writer.integer(pids)
    }
}

extension StatsFigures {
    /// The figures of a sample; `nil` for that of a container that does not run (facts D4 to D6).
    ///
    /// - Parameters:
    ///   - stats: The engine's sample.
    ///   - previous: The container's sample before, for those that the engine sends without one of its own.
    ///   - isWallTime: Whether the engine's system counter is of no use: Podman.
    init?(_ stats: ContainerStats, previous: ProcessorSample?, isWallTime: Bool) {
        guard let current = ProcessorSample(current: stats) else { return nil }
        let processors =
            stats.cpu.onlineCPUs.flatMap { $0 > 0 ? $0 : nil } ?? UInt64(max(0, stats.cpu.perCPUCount ?? 0))
        let earlier = ProcessorSample(previous: stats, isWallTime: isWallTime) ?? previous
        processorHundredths = earlier.map {
            ProcessorSample.percent(from: $0, to: current, processors: processors, isWallTime: isWallTime)
        }
        memoryUsage = Self.usage(stats.memory)
        memoryLimit = stats.memory.limit ?? 0
        networkReceived = stats.network?.receivedBytes ?? 0
        networkSent = stats.network?.sentBytes ?? 0
        blockRead = stats.blockIO?.readBytes ?? 0
        blockWritten = stats.blockIO?.writtenBytes ?? 0
        pids = stats.pids ?? 0
    }

    /// Memory without the inactive file cache, as the docker CLI counts it: the figure of cgroup v1 goes first, and a
    /// cache that is not smaller than the usage is not believed.
    private static func usage(_ memory: ContainerStats.Memory) -> UInt64 {
        let usage = memory.usage ?? 0
        if let inactive = memory.totalInactiveFile, inactive < usage { return usage - inactive }
        if let inactive = memory.inactiveFile, inactive < usage { return usage - inactive }
        return usage
    }
}
