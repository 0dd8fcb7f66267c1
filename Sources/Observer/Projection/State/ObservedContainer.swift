// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// What others need to know of a container: who it is and whether it runs.
public struct ObservedContainer: Sendable {
    /// Id, name and labels.
    public let tag: ContainerTag
    /// The image's name, as it was asked for.
    public let image: String
    /// The state, in one word.
    public let status: ContainerStatus

    /// The id.
    public var id: ContainerID { tag.id }

    /// The name without the slash.
    public var name: String { tag.names.first ?? "" }

    /// Whether `/containers` lists it without `all`.
    public var isListed: Bool { status.isListed }

    /// Whether it was removed.
    public var isGone: Bool { status == .gone }

    init(_ entry: ContainerEntry) {
        tag = entry.tag
        image = entry.image
        status = entry.status
    }
}
