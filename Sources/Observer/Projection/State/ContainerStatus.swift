// SPDX-License-Identifier: Apache-2.0

internal import DockerAPI

/// The state of a container, in one word.
public enum ContainerStatus: UInt8, Sendable, Hashable, CaseIterable {
    /// Made, and not started yet.
    case created
    /// Its process runs.
    case running
    /// Its process is frozen.
    case paused
    /// It waits for its restart policy to start it again.
    case restarting
    /// The engine is removing it.
    case removing
    /// Its process has ended.
    case exited
    /// Its removal failed.
    case dead
    /// It was removed; the engine knows it no more.
    case gone
    /// Nothing was told of its state.
    case unknown

    /// The name in messages and in `/containers`: the engine's own word, but for the last two.
    public var name: StaticString {
        switch self {
        case .created: "created"
        case .running: "running"
        case .paused: "paused"
        case .restarting: "restarting"
        case .removing: "removing"
        case .exited: "exited"
        case .dead: "dead"
        case .gone: "gone"
        case .unknown: "unknown"
        }
    }

    /// Whether `/containers` lists it without `all`: as the engine's own list does (fact B1).
    public var isListed: Bool { self == .running || self == .paused || self == .restarting }

    /// Whether a process of it is there.
    var hasProcess: Bool { self == .running || self == .paused }

    /// Whether a run of it has ended, and none began since.
    var hasEnded: Bool { self == .exited || self == .dead || self == .restarting || self == .removing || self == .gone }

    /// The status of a name in a snapshot, or `nil`.
    init?(named name: String) {
        guard let status = ContainerStatus.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = status
    }

    /// The state that an inspect tells of; Podman has words of its own for some.
    init(_ state: ContainerInspect.State) {
        switch state.status {
        case "created", "configured", "initialized": self = .created
        case "running": self = .running
        case "paused": self = .paused
        case "restarting": self = .restarting
        case "removing": self = .removing
        case "exited", "stopped", "stopping": self = .exited
        case "dead": self = .dead
        default:
            self = state.isRestarting ? .restarting : state.isPaused ? .paused : state.isRunning ? .running : .unknown
        }
    }
}
