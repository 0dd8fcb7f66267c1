// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

/// What a path segment or a filter's plain name refers to.
public enum ContainerMatch: Sendable, Hashable {
    /// The container of this name, whichever it is at the time.
    case name(String)
    /// The one container whose id begins so.
    case id(ContainerID)
    /// More than one container's id begins so.
    case ambiguous
    /// None.
    case unknown

    /// How many digits of an id are needed at least.
    public static let shortestPrefix = 4

    /// Applies the rule of identity: equal to a container's name, else a unique id prefix of 4 hexadecimal digits or more.
    public static func resolve(
        _ text: String,
        among containers: some Sequence<(id: ContainerID, name: String)>
    ) -> ContainerMatch {
        var found: Set<ContainerID> = []
        let isPrefix = mayBePrefix(text)
        for container in containers {
            if container.name == text { return .name(text) }
            if isPrefix, container.id.hasPrefix(text) { found.insert(container.id) }
        }
        guard let id = found.first else { return .unknown }
        return found.count > 1 ? .ambiguous : .id(id)
    }

    /// Whether a text has the form of an id prefix.
    static func mayBePrefix(_ text: String) -> Bool {
        (shortestPrefix...64).contains(text.utf8.count) && text.utf8.allSatisfy { Hex.value(of: $0) != nil }
    }
}
