// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import ObserverModel

/// An event of the engine, read, and in its own JSON.
struct IncomingEvent: Sendable {
    let message: EventMessage
    let raw: ArraySlice<UInt8>
    let isSynthetic: Bool

    /// Reads an event and minifies its JSON.
    init(json: ArraySlice<UInt8>) throws {
        message = try EventMessage(json: json)
        var minified: [UInt8] = []
        minified.reserveCapacity(json.count)
        JSONMinify.append(json, to: &minified)
        raw = minified[...]
        isSynthetic = false
    }

    /// Makes the event that the engine would have sent.
    init(synthetic json: [UInt8]) throws {
        message = try EventMessage(json: json[...])
        raw = json[...]
        isSynthetic = true
    }

    /// The container that it is about: the actor of a container's event, the one connected in a network's.
    var container: ContainerID? {
        if message.isContainer { return ContainerID(message.actorID) }
        return message.attribute("container").flatMap { ContainerID($0) }
    }

    /// The fact of it.
    var fact: Fact {
        .event(EngineEvent(container: container, raw: raw, isSynthetic: isSynthetic))
    }
}
