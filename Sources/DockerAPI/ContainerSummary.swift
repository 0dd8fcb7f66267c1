// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A container as the engine's list tells of it: `GET /containers/json`.
public struct ContainerSummary: Sendable, Hashable {
    /// The id, 64 hexadecimal digits.
    public var id: String
    /// The names without their slash (fact B8); links make more than one.
    public var names: [String]
    /// The image's name, as it was asked for.
    public var image: String
    /// The image's id.
    public var imageID: String?
    /// The command in one line.
    public var command: String?
    /// When it was made, to the second.
    public var created: Timestamp?
    /// The state: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    public var state: String
    /// The state for people (fact B7).
    public var status: String
    /// The labels.
    public var labels: [String: String]

    /// Reads a list.
    ///
    /// - Throws: ``WireError`` with the place.
    public static func list(json: ArraySlice<UInt8>) throws(WireError) -> [ContainerSummary] {
        let root = try WireObject.root(json, "list of containers")
        guard root.kind == .array else { throw WireError(what: "list of containers", reason: "is no array") }
        var list: [ContainerSummary] = []
        for element in root.elements { list.append(try ContainerSummary(element)) }
        return list
    }

    /// Reads one container of a list.
    ///
    /// - Throws: ``WireError`` with the place.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "list of containers")
        id = try object.requiredString("Id")
        names = (try object.strings("Names") ?? []).map(nameWithoutSlash)
        image = try object.string("Image") ?? ""
        imageID = try object.string("ImageID")
        command = try object.string("Command")
        created = try object.integer("Created").map { Timestamp(seconds: $0) }
        state = try object.string("State") ?? ""
        status = try object.string("Status") ?? ""
        labels = try object.dictionary("Labels")
    }
}

/// A container's name as people write it: the engine puts a slash before (fact B8).
public func nameWithoutSlash(_ name: String) -> String {
    name.utf8.first == UInt8(ascii: "/") ? String(name.dropFirst()) : name
}
