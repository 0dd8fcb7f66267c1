// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

/// The containers and the marks that a recording tells of: what a reader wants to know before it plays.
public struct NameTable: Sendable, Hashable {
    /// How many containers and how many marks are noted: ten times what a day of restarts makes, and 8 MiB at most.
    static let limit = 65_536
    /// How many names of one container are noted.
    static let namesLimit = 16

    /// The containers, in the order in which they came.
    public private(set) var containers: [RecordedContainer] = []
    /// The marks, in the order in which they came.
    public private(set) var marks: [RecordedMark] = []
    private var slots: [ContainerID: Int] = [:]

    /// Makes an empty table.
    public init() {}

    /// Notes a container's name.
    public mutating func note(_ name: String, of id: ContainerID) {
        if let slot = slots[id] {
            guard containers[slot].names.last != name, containers[slot].names.count < Self.namesLimit,
                !containers[slot].names.contains(name)
            else { return }
            containers[slot].names.append(name)
        } else if containers.count < Self.limit {
            slots[id] = containers.count
            containers.append(RecordedContainer(id: id, names: [name]))
        }
    }

    /// Notes a mark.
    public mutating func note(_ mark: RecordedMark) {
        if marks.count < Self.limit { marks.append(mark) }
    }

    /// Notes the names and marks of an observation.
    public mutating func note(_ observation: Observation) {
        switch observation.fact {
        case .container(let record):
            guard let name = (try? JSONDocument(record.raw))?.root["Name"]?.string else { return }
            note(name.utf8.first == UInt8(ascii: "/") ? String(name.dropFirst()) : name, of: record.container)
        case .mark(let mark):
            note(RecordedMark(name: mark.name, time: observation.time, number: observation.number))
        case .incident:
            note(RecordedMark(name: "incident", time: observation.time, number: observation.number))
        default: break
        }
    }

    /// Adds what a later part of the run has.
    mutating func add(_ other: NameTable) {
        for container in other.containers {
            for name in container.names { note(name, of: container.id) }
        }
        for mark in other.marks { note(mark) }
    }

    /// Appends the table's JSON.
    func append(to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        writer.beginObject()
        writer.key("containers")
        writer.beginArray()
        for container in containers {
            writer.beginObject()
            writer.key("id")
            writer.string(container.id.description)
            writer.key("names")
            writer.beginArray()
            for name in container.names { writer.string(name) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.key("marks")
        writer.beginArray()
        for mark in marks {
            writer.beginObject()
            writer.key("name")
            writer.string(mark.name)
            writer.key("t")
            writer.time(mark.time)
            writer.key("n")
            writer.integer(mark.number)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        swap(&writer.bytes, &bytes)
    }

    /// Reads a table's JSON; `nil` when it is none.
    init?(json: ArraySlice<UInt8>) {
        guard let root = (try? JSONDocument(json))?.root, let containers = root["containers"], let marks = root["marks"]
        else { return nil }
        for value in containers.elements {
            guard let id = value["id"]?.string.flatMap({ ContainerID($0) }), let names = value["names"] else {
                return nil
            }
            for name in names.elements.compactMap(\.string) { note(name, of: id) }
        }
        for value in marks.elements {
            guard let name = value["name"]?.string, let time = value["t"]?.time, let number = value["n"]?.unsigned
            else {
                return nil
            }
            note(RecordedMark(name: name, time: time, number: number))
        }
    }
}
