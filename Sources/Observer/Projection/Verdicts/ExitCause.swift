// SPDX-License-Identifier: Apache-2.0

/// Why a container's run ended: the API's closed list, in the order in which they are tried.
public enum ExitCause: UInt8, Sendable, Hashable, CaseIterable {
    /// The kernel killed the container's first process, because it was out of memory.
    case oom
    /// The kernel killed another process of the container, or killed one earlier.
    case oomChild
    /// A `restart` was asked for.
    case restarted
    /// A stop was asked for, and did not take place in the time that it had.
    case stopTimeout
    /// A stop was asked for.
    case stopped
    /// The engine shut down, and took every container with it.
    case engineShutdown
    /// A signal was sent through the engine.
    case killed
    /// The process ended with exit code 0.
    case completed
    /// The process ended with another exit code.
    case crashed
    /// The evidence supports none of the others.
    case unknown

    /// The name in messages.
    public var name: StaticString {
        switch self {
        case .oom: "oom"
        case .oomChild: "oom_child"
        case .restarted: "restarted"
        case .stopTimeout: "stop_timeout"
        case .stopped: "stopped"
        case .engineShutdown: "engine_shutdown"
        case .killed: "killed"
        case .completed: "completed"
        case .crashed: "crashed"
        case .unknown: "unknown"
        }
    }

    /// The cause of a name in messages, or `nil`.
    public init?(named name: String) {
        guard let cause = ExitCause.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = cause
    }
}
