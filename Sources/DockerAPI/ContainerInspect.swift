// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A container as the engine's inspect tells of it: `GET /containers/{id}/json`.
public struct ContainerInspect: Sendable, Hashable {
    /// How the container was configured.
    public struct Config: Sendable, Hashable {
        /// The image's name, as it was asked for.
        public var image: String
        /// Whether it has a TTY, so that its log stream is not framed (fact H1).
        public var isTTY: Bool
        /// The labels.
        public var labels: [String: String]
        /// How many environment variables are set; their values are nobody's business here.
        public var environmentCount: Int
        /// The signal that `stop` sends, where it is not SIGTERM.
        public var stopSignal: String?
        /// Whether a health check is configured; `NONE` switches off the image's.
        public var hasHealthcheck: Bool
    }

    /// How the container is.
    public struct State: Sendable, Hashable {
        /// The state: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
        public var status: String
        /// Whether it runs; also while it is paused or waits to be restarted (fact B9).
        public var isRunning: Bool
        /// Whether it is paused.
        public var isPaused: Bool
        /// Whether it waits to be restarted.
        public var isRestarting: Bool
        /// Whether a process of the last run was killed for want of memory (facts G1 to G3).
        public var isOOMKilled: Bool
        /// Whether its removal failed.
        public var isDead: Bool
        /// The process's id, 0 when none runs.
        public var pid: Int
        /// The last run's exit code.
        public var exitCode: Int
        /// Why the last start failed, or empty.
        public var error: String
        /// When the last run began, `nil` before the first.
        public var startedAt: Timestamp?
        /// When the last run ended; may be before ``startedAt`` (fact B10).
        public var finishedAt: Timestamp?
        /// The health: `starting`, `healthy`, `unhealthy`, or `nil` without a health check (fact B13).
        public var health: String?
    }

    /// What the engine does for the container.
    public struct HostConfig: Sendable, Hashable {
        /// The log driver.
        public var logDriver: String?
        /// The restart policy's name: `no`, `always`, `unless-stopped`, `on-failure`.
        public var restartPolicy: String?
        /// How often `on-failure` tries; 0 is without end.
        public var maximumRetryCount: Int?
        /// The limit of memory in bytes; 0 is none.
        public var memory: Int64?
    }

    /// The id, 64 hexadecimal digits.
    public var id: String
    /// The name without its slash (fact B8).
    public var name: String
    /// When it was made.
    public var created: Timestamp?
    /// The image's id.
    public var imageID: String
    /// How often the restart policy restarted it (facts G7, G10).
    public var restartCount: Int
    /// How the container was configured.
    public var config: Config
    /// How the container is.
    public var state: State
    /// What the engine does for the container.
    public var hostConfig: HostConfig

    /// Reads the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place. Only `Id` and `State` must be there.
    public init(json: ArraySlice<UInt8>) throws(WireError) {
        try self.init(WireObject.root(json, "inspect"))
    }

    /// Reads a value of the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place. Only `Id` and `State` must be there.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "inspect")
        id = try object.requiredString("Id")
        name = nameWithoutSlash(try object.string("Name") ?? "")
        created = try object.time("Created")
        imageID = try object.string("Image") ?? ""
        restartCount = try object.int("RestartCount") ?? 0
        config = try Config(object.object("Config", path: "Config."))
        guard let state = try object.object("State", path: "State.") else {
            throw WireError(what: "inspect", place: "State", reason: "is missing")
        }
        self.state = try State(state)
        hostConfig = try HostConfig(object.object("HostConfig", path: "HostConfig."))
    }
}

extension ContainerInspect.Config {
    init(_ object: WireObject?) throws(WireError) {
        image = try object?.string("Image") ?? ""
        isTTY = try object?.boolean("Tty") ?? false
        labels = try object?.dictionary("Labels") ?? [:]
        environmentCount = try object?.array("Env")?.count ?? 0
        stopSignal = try object?.string("StopSignal")
        let test = try object?.object("Healthcheck", path: "Config.Healthcheck.")?.strings("Test") ?? []
        hasHealthcheck = !test.isEmpty && test.first != "NONE"
    }
}

extension ContainerInspect.State {
    init(_ object: WireObject) throws(WireError) {
        status = try object.string("Status") ?? ""
        isRunning = try object.boolean("Running") ?? false
        isPaused = try object.boolean("Paused") ?? false
        isRestarting = try object.boolean("Restarting") ?? false
        isOOMKilled = try object.boolean("OOMKilled") ?? false
        isDead = try object.boolean("Dead") ?? false
        pid = try object.int("Pid") ?? 0
        exitCode = try object.int("ExitCode") ?? 0
        error = try object.string("Error") ?? ""
        startedAt = try object.time("StartedAt")
        finishedAt = try object.time("FinishedAt")
        let health = try object.object("Health", path: "State.Health.")?.string("Status")
        // Newer engines say "none" where older ones leave the object out.
        self.health = health == "none" || health?.isEmpty == true ? nil : health
    }
}

extension ContainerInspect.HostConfig {
    init(_ object: WireObject?) throws(WireError) {
        logDriver = try object?.object("LogConfig", path: "HostConfig.LogConfig.")?.string("Type")
        let policy = try object?.object("RestartPolicy", path: "HostConfig.RestartPolicy.")
        restartPolicy = try policy?.string("Name")
        maximumRetryCount = try policy?.int("MaximumRetryCount")
        memory = try object?.integer("Memory")
    }
}
