// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

extension MessageDraft {
    /// Writes the message of a change of the connection to the engine.
    mutating func engine(_ connection: EngineConnection) {
        begin(.engine, timestamp: time)
        writer.key("state")
        writer.string(plain: connection.state.name)
        writer.key("message")
        writer.string(connection.message)
    }

    /// Writes the message of a mark.
    mutating func mark(_ mark: Mark) {
        begin(.mark, timestamp: time)
        writer.key("name")
        writer.string(mark.name)
        writer.key("text")
        writer.string(mark.text)
    }

    /// Writes the message of a client's call to the simulated engine.
    mutating func command(_ command: Command, container: ContainerTag?) {
        begin(.command, timestamp: time, container: container)
        writer.key("method")
        writer.string(command.method)
        writer.key("path")
        writer.string(command.path)
        writer.key("container")
        writer.optional(container?.names.first) { $0.string($1) }
        writer.key("status")
        writer.integer(command.status)
    }

    /// Writes the message of a gap.
    mutating func gap(_ gap: Gap, container: ContainerTag?) {
        begin(.gap, timestamp: time, container: container)
        writer.key("scope")
        writer.string(plain: gap.scope.name)
        writer.key("container")
        writer.optional(container?.names.first) { $0.string($1) }
        writer.key("reason")
        writer.string(plain: gap.reason.name)
        writer.key("from")
        writer.optional(gap.from) { $0.time($1) }
        writer.key("to")
        writer.optional(gap.to) { $0.time($1) }
        writer.key("lost")
        writer.optional(gap.lost) { $0.integer($1) }
        writer.key("message")
        writer.string(gap.message)
    }

    /// Writes the message of an incident recording that was opened.
    mutating func incident(_ incident: Incident, container: ContainerTag?) {
        begin(.incident, timestamp: time, container: container)
        writer.key("container")
        writer.optional(container?.names.first) { $0.string($1) }
        writer.key("message")
        writer.string(incident.message)
        writer.key("trigger")
        writer.string(incident.trigger)
        writer.key("file")
        writer.string(incident.file)
    }

    /// Writes the message of an anomaly: the object as it was posted, with our `type`, `seq` and `timestamp` before it.
    ///
    /// A `timestamp` of the object that is a time is the message's own; any other, like a `type` and a `seq` of the
    /// object, gives way.
    mutating func anomaly(_ anomaly: Anomaly) {
        guard let members = AnomalyObject.members(of: anomaly.object) else { return }
        let posted = members.first { $0.role == .timestamp }?.time
        begin(.anomaly, timestamp: posted ?? time)
        for member in members where member.role == .other { writer.raw(member.text) }
    }
}

/// An object that a client posted, as far as the message differs from it.
enum AnomalyObject {
    /// What becomes of a member.
    enum Role {
        case timestamp, replaced, other
    }

    /// A member of the object: its own text from the name's quote to the end of the value.
    struct Member {
        var role: Role
        var text: ArraySlice<UInt8>
        /// The time that it tells, if it is a time in RFC 3339.
        var time: Timestamp?
    }

    /// The members in their order; `nil` when the text is no object.
    static func members(of object: ArraySlice<UInt8>) -> [Member]? {
        guard let document = try? JSONDocument(object), document.root.kind == .object else { return nil }
        let span = object.span
        var index = 0
        JSONScan.skipWhitespace(span, &index)
        index += 1
        JSONScan.skipWhitespace(span, &index)
        var result: [Member] = []
        for (name, value) in document.root.members {
            let start = index
            guard (try? JSONScan.skipKey(span, &index)) != nil, (try? JSONScan.skipValue(span, &index)) != nil else {
                return nil
            }
            let text = object[(object.startIndex + start)..<(object.startIndex + index)]
            result.append(Member(role: role(of: name), text: text, time: name == "timestamp" ? value.time : nil))
            guard (try? JSONScan.skipSeparator(span, &index, close: UInt8(ascii: "}"))) != nil else { return nil }
        }
        return result
    }

    private static func role(of name: String) -> Role {
        switch name {
        case "timestamp": .timestamp
        case "type", "seq": .replaced
        default: .other
        }
    }
}
