// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// Something that is worth an incident recording.
public struct IncidentTrigger: Sendable, Hashable {
    /// What kind of thing happened, as it stands in messages and in files' names.
    public enum Cause: Sendable, Hashable, CustomStringConvertible {
        /// A container died; with the verdict's word for why.
        case death(String)
        /// A container's health check failed.
        case unhealthy
        /// The engine went away.
        case engineLost
        /// A client posted an anomaly.
        case anomaly
        /// A client asked for a recording.
        case request

        /// The word for it.
        public var description: String {
            switch self {
            case .death(let cause): cause
            case .unhealthy: "unhealthy"
            case .engineLost: "engine_lost"
            case .anomaly: "anomaly"
            case .request: "request"
            }
        }
    }

    /// What happened.
    public var cause: Cause
    /// The container that it happened to, where it was one.
    public var container: ContainerID?
    /// What the file is called after: the container's name, or `engine`, or what a client chose.
    public var name: String
    /// When it was observed.
    public var time: Timestamp
    /// A sentence about it, for a person.
    public var message: String

    /// Makes a trigger.
    public init(cause: Cause, container: ContainerID? = nil, name: String, time: Timestamp, message: String) {
        self.cause = cause
        self.container = container
        self.name = name
        self.time = time
        self.message = message
    }

    /// The deaths that open an incident: nobody wanted them.
    static let deaths: Set<String> = ["crashed", "oom", "oom_child", "stop_timeout", "unknown"]
}
