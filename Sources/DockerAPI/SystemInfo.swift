// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// What an engine says of its machine: `GET /info`.
public struct SystemInfo: Sendable, Hashable {
    /// The engine's id, which outlives its restarts.
    public var id: String?
    /// The machine's name.
    public var name: String?
    /// The engine's version.
    public var serverVersion: String?
    /// The log driver of containers that ask for none.
    public var loggingDriver: String?
    /// The version of control groups: `1` or `2`.
    public var cgroupVersion: String?
    /// The operating system's full name.
    public var operatingSystem: String?
    /// The operating system: `linux`, `windows`.
    public var osType: String?
    /// The number of processors.
    public var cpus: Int?
    /// The machine's memory in bytes.
    public var memory: Int64?
    /// The number of containers.
    public var containers: Int?
    /// The number of containers that run.
    public var containersRunning: Int?

    /// Reads the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place.
    public init(json: ArraySlice<UInt8>) throws(WireError) {
        try self.init(WireObject.root(json, "info"))
    }

    /// Reads a value of the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "info")
        id = try object.string("ID")
        name = try object.string("Name")
        serverVersion = try object.string("ServerVersion")
        loggingDriver = try object.string("LoggingDriver")
        cgroupVersion = try object.string("CgroupVersion")
        operatingSystem = try object.string("OperatingSystem")
        osType = try object.string("OSType")
        cpus = try object.int("NCPU")
        memory = try object.integer("MemTotal")
        containers = try object.int("Containers")
        containersRunning = try object.int("ContainersRunning")
    }
}
