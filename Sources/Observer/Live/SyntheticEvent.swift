// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import ObserverModel

/// Events that the engine sent to nobody, made from what a list or an inspect shows, in the engine's own form (fact E1).
struct SyntheticEvent: Sendable {
    let id: ContainerID
    let name: String
    let image: String
    let labels: [String: String]

    init(id: ContainerID, inspect: ContainerInspect) {
        self.id = id
        name = inspect.name
        image = inspect.config.image
        labels = inspect.config.labels
    }

    /// Makes an event.
    ///
    /// - Parameters:
    ///   - action: The action, as the engine writes it.
    ///   - time: The time of it.
    ///   - extra: Attributes beside labels, image and name.
    /// - Returns: The event, marked as made up.
    func make(_ action: String, at time: Timestamp, extra: [String: String] = [:]) -> IncomingEvent? {
        var attributes = labels.merging(extra) { _, own in own }
        attributes["image"] = image
        attributes["name"] = name
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("Type")
        writer.string(plain: "container")
        writer.key("Action")
        writer.string(action)
        writer.key("Actor")
        writer.beginObject()
        writer.key("ID")
        writer.string(id.description)
        writer.key("Attributes")
        writer.beginObject()
        // The engine writes a Go map, whose keys its JSON encoder sorts.
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            writer.key(escaping: key)
            writer.string(value)
        }
        writer.endObject()
        writer.endObject()
        writer.key("scope")
        writer.string(plain: "local")
        writer.key("time")
        writer.integer(time.nanoseconds / 1_000_000_000)
        writer.key("timeNano")
        writer.integer(time.nanoseconds)
        writer.endObject()
        return try? IncomingEvent(synthetic: writer.bytes)
    }
}

extension ContainerInspect {
    /// The inspect of a container that was gone before it could be inspected: what its event tells.
    ///
    /// - Returns: The JSON, in the engine's form, or `nil` when the event has no name.
    static func json(from event: EventMessage) -> [UInt8]? {
        guard let name = event.attribute("name") else { return nil }
        // What an event's attributes hold beside labels (facts E1, E3, E13, E14).
        let own: Set<String> = ["image", "name", "exitCode", "signal", "execDuration", "oldName", "execID"]
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("Id")
        writer.string(event.actorID)
        writer.key("State")
        writer.beginObject()
        writer.key("Status")
        writer.string(plain: "created")
        writer.endObject()
        writer.key("Name")
        writer.string("/" + name)
        writer.key("Config")
        writer.beginObject()
        writer.key("Image")
        writer.string(event.attribute("image") ?? "")
        writer.key("Labels")
        writer.beginObject()
        for attribute in event.attributes where !own.contains(attribute.name) {
            writer.key(escaping: attribute.name)
            writer.string(attribute.value)
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
