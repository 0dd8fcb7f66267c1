// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A sample of a container's resource use: an object of `GET /containers/{id}/stats`.
///
/// What the engine left out is `nil`, which is not 0: a container that does not run has a sample without figures
/// (facts D4 to D6), a first sample has no earlier one (fact D2).
public struct ContainerStats: Sendable, Hashable {
    /// The use of processors at a moment.
    public struct CPU: Sendable, Hashable {
        /// The processor time of the container so far, in nanoseconds; may fall at a restart (fact D7).
        public var total: UInt64?
        /// The processor time of the whole machine so far, in nanoseconds, of all processors together.
        public var system: UInt64?
        /// The number of processors that are switched on.
        public var onlineCPUs: UInt64?
        /// The number of processors that there are figures of; `nil` with cgroup v2.
        public var perCPUCount: Int?

        /// Makes a reading without figures.
        public init() {}
    }

    /// The use of memory, in bytes.
    public struct Memory: Sendable, Hashable {
        /// What is used, with caches.
        public var usage: UInt64?
        /// What may be used at most: the container's limit, else the machine's memory.
        public var limit: UInt64?
        /// The inactive file cache of the container and its children (cgroup v1).
        public var totalInactiveFile: UInt64?
        /// The inactive file cache.
        public var inactiveFile: UInt64?
        /// The page cache (cgroup v1).
        public var cache: UInt64?
        /// What is not backed by files (cgroup v2).
        public var anon: UInt64?
        /// How often the limit was hit (cgroup v1), or memory ran out (cgroup v2).
        public var failureCount: UInt64?

        /// Makes a reading without figures.
        public init() {}
    }

    /// What went over all of the container's networks, in bytes.
    public struct Network: Sendable, Hashable {
        /// What came in.
        public var receivedBytes: UInt64
        /// What went out.
        public var sentBytes: UInt64

        /// Makes a reading.
        public init(receivedBytes: UInt64, sentBytes: UInt64) {
            self.receivedBytes = receivedBytes
            self.sentBytes = sentBytes
        }
    }

    /// What went to and from block devices, in bytes.
    public struct BlockIO: Sendable, Hashable {
        /// What was read.
        public var readBytes: UInt64
        /// What was written.
        public var writtenBytes: UInt64

        /// Makes a reading.
        public init(readBytes: UInt64, writtenBytes: UInt64) {
            self.readBytes = readBytes
            self.writtenBytes = writtenBytes
        }
    }

    /// The container's id.
    public var id: String?
    /// The container's name without its slash.
    public var name: String?
    /// When the sample was taken; `nil` when the container does not run.
    public var read: Timestamp?
    /// When the sample before was taken; `nil` when there was none.
    public var preread: Timestamp?
    /// The use of processors at ``read``.
    public var cpu: CPU
    /// The use of processors at ``preread``.
    public var precpu: CPU
    /// The use of memory.
    public var memory: Memory
    /// The traffic, or `nil` when the engine tells of no network.
    public var network: Network?
    /// The block devices' traffic, or `nil` when the engine tells nothing of it.
    public var blockIO: BlockIO?
    /// The number of processes and threads.
    public var pids: UInt64?

    /// Whether it is the sample of a container that does not run.
    public var isEmpty: Bool { read == nil }

    /// Reads the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place.
    public init(json: ArraySlice<UInt8>) throws(WireError) {
        try self.init(WireObject.root(json, "stats"))
    }

    /// Reads a value of the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "stats")
        id = try object.string("id")
        name = try object.string("name").map(nameWithoutSlash)
        read = try object.time("read")
        preread = try object.time("preread")
        cpu = try CPU(object.object("cpu_stats", path: "cpu_stats."), path: "cpu_stats.cpu_usage.")
        precpu = try CPU(object.object("precpu_stats", path: "precpu_stats."), path: "precpu_stats.cpu_usage.")
        memory = try Memory(object.object("memory_stats", path: "memory_stats."))
        network = try Network(object.object("networks", path: "networks."))
        blockIO = try BlockIO(object.object("blkio_stats", path: "blkio_stats."))
        pids = try object.object("pids_stats", path: "pids_stats.")?.unsigned("current")
    }
}

extension ContainerStats.CPU {
    init(_ object: WireObject?, path: StaticString) throws(WireError) {
        let usage = try object?.object("cpu_usage", path: path)
        total = try usage?.unsigned("total_usage")
        perCPUCount = try usage?.array("percpu_usage")?.count
        system = try object?.unsigned("system_cpu_usage")
        onlineCPUs = try object?.unsigned("online_cpus")
    }
}

extension ContainerStats.Memory {
    init(_ object: WireObject?) throws(WireError) {
        usage = try object?.unsigned("usage")
        limit = try object?.unsigned("limit")
        failureCount = try object?.unsigned("failcnt")
        let stats = try object?.object("stats", path: "memory_stats.stats.")
        totalInactiveFile = try stats?.unsigned("total_inactive_file")
        inactiveFile = try stats?.unsigned("inactive_file")
        cache = try stats?.unsigned("cache")
        anon = try stats?.unsigned("anon")
    }
}

extension ContainerStats.Network {
    init?(_ object: WireObject?) throws(WireError) {
        guard let object else { return nil }
        receivedBytes = 0
        sentBytes = 0
        for (_, value) in object.value.members {
            let network = try WireObject(value, "stats", path: "networks.*.")
            receivedBytes &+= try network.unsigned("rx_bytes") ?? 0
            sentBytes &+= try network.unsigned("tx_bytes") ?? 0
        }
    }
}

extension ContainerStats.BlockIO {
    /// Sums the entries as the docker CLI does, their operation in either case.
    init?(_ object: WireObject?) throws(WireError) {
        guard let entries = try object?.array("io_service_bytes_recursive") else { return nil }
        readBytes = 0
        writtenBytes = 0
        for value in entries {
            let entry = try WireObject(value, "stats", path: "blkio_stats.io_service_bytes_recursive.")
            let bytes = try entry.unsigned("value") ?? 0
            switch try entry.string("op")?.utf8.first {
            case UInt8(ascii: "r"), UInt8(ascii: "R"): readBytes &+= bytes
            case UInt8(ascii: "w"), UInt8(ascii: "W"): writtenBytes &+= bytes
            default: break
            }
        }
    }
}
