// SPDX-License-Identifier: Apache-2.0

/// What an event says happened to a container.
public enum EventAction: Sendable, Hashable {
    /// Its life (facts E2 to E11).
    case create, start, die, oom, kill, stop, restart, pause, unpause, rename, update, destroy
    /// Its health changed (fact E16).
    case healthStatus
    /// A process beside the main one (facts E14, E15).
    case execCreate, execStart, execDie, execDetach
    /// Somebody looks or types (fact E18).
    case attach, detach, resize, top
    /// Its files were read or written.
    case commit, copy, export, archivePath, extractToDirectory
    /// Its state was saved.
    case checkpoint
    /// Stopped containers were removed together; such an event has no container.
    case prune
    /// Any other, by its name.
    case other(String)

    private static let named: [(name: String, action: EventAction)] = [
        ("create", .create), ("start", .start), ("die", .die), ("oom", .oom), ("kill", .kill), ("stop", .stop),
        ("restart", .restart), ("pause", .pause), ("unpause", .unpause), ("rename", .rename), ("update", .update),
        ("destroy", .destroy), ("health_status", .healthStatus), ("exec_create", .execCreate),
        ("exec_start", .execStart), ("exec_die", .execDie), ("exec_detach", .execDetach), ("attach", .attach),
        ("detach", .detach), ("resize", .resize), ("top", .top), ("commit", .commit), ("copy", .copy),
        ("export", .export), ("archive-path", .archivePath), ("extract-to-dir", .extractToDirectory),
        ("checkpoint", .checkpoint), ("prune", .prune),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.action) })
    private static let names = Dictionary(uniqueKeysWithValues: named.map { ($0.action, $0.name) })

    /// Takes an action's name, without what some have behind a colon.
    public init(_ name: String) {
        self = Self.byName[name] ?? .other(name)
    }

    /// The name in the engine's JSON, and in the filter `event`.
    public var name: String {
        if case .other(let name) = self { return name }
        return Self.names[self] ?? ""
    }
}
