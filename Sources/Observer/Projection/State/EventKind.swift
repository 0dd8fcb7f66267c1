// SPDX-License-Identifier: Apache-2.0

internal import DockerAPI

/// The events of containers that make a message: the API's `event_type`.
enum EventKind: UInt8, Sendable, Hashable, CaseIterable {
    case create, start, die, oom, kill, stop, restart, pause, unpause, rename, update, destroy, healthStatus

    /// The name in messages.
    var name: StaticString {
        switch self {
        case .create: "create"
        case .start: "start"
        case .die: "die"
        case .oom: "oom"
        case .kill: "kill"
        case .stop: "stop"
        case .restart: "restart"
        case .pause: "pause"
        case .unpause: "unpause"
        case .rename: "rename"
        case .update: "update"
        case .destroy: "destroy"
        case .healthStatus: "health_status"
        }
    }

    /// The kind of an engine's event; `nil` for those that make no message.
    init?(_ message: EventMessage) {
        guard message.isContainer else { return nil }
        switch message.action {
        case .create: self = .create
        case .start: self = .start
        case .die: self = .die
        case .oom: self = .oom
        case .kill: self = .kill
        case .stop: self = .stop
        case .restart: self = .restart
        case .pause: self = .pause
        case .unpause: self = .unpause
        case .rename: self = .rename
        case .update: self = .update
        case .destroy: self = .destroy
        case .healthStatus: self = .healthStatus
        default: return nil
        }
    }
}
