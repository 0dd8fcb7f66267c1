// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// An event of the engine: an object of `GET /events`.
public struct EventMessage: Sendable, Hashable {
    /// A fact about the event: the container's name, image and labels, and what the action adds (fact E1).
    public struct Attribute: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value; numbers are text here.
        public var value: String

        /// Makes an attribute.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What it happened to: `container`, `network`, `image`, `volume`, `daemon` or another.
    public var type: String
    /// What happened, without its detail.
    public var action: EventAction
    /// What stands behind the action's colon: a command, a health (facts E14, E16).
    public var detail: String?
    /// The action as the engine wrote it.
    public var actionText: String
    /// The id of what it happened to.
    public var actorID: String
    /// The attributes in the engine's order.
    public var attributes: [Attribute]
    /// Where: `local` or `swarm`.
    public var scope: String?
    /// When, to the nanosecond where the engine says so.
    public var time: Timestamp

    /// The health outside of the action, as Podman gives it.
    private var separateHealth: String?

    /// Whether it is about a container.
    public var isContainer: Bool { type == "container" }

    /// The first attribute of that name.
    public func attribute(_ name: String) -> String? {
        attributes.first { $0.name == name }?.value
    }

    /// The health that a `health_status` tells: `healthy`, `unhealthy`.
    public var health: String? {
        guard action == .healthStatus else { return nil }
        return detail ?? separateHealth ?? attribute("health_status")
    }

    /// The exit code of a `die` or `exec_die`.
    public var exitCode: Int? {
        (attribute("exitCode") ?? attribute("containerExitCode")).flatMap { Int($0) }
    }

    /// The signal of a `kill`, always a number (fact E3).
    public var signal: Int? {
        attribute("signal").flatMap { Int($0) }
    }

    /// Reads the engine's JSON.
    ///
    /// - Throws: ``WireError`` with the place. An action and a time must be there.
    public init(json: ArraySlice<UInt8>) throws(WireError) {
        try self.init(WireObject.root(json, "event"))
    }

    /// Reads a value of the engine's JSON; also the form of engines before API 1.22, `status`, `id`, `from`, `time`.
    ///
    /// - Throws: ``WireError`` with the place. An action and a time must be there.
    public init(_ value: JSONValue) throws(WireError) {
        let object = try WireObject(value, "event")
        let actor = try object.object("Actor", path: "Actor.")
        let status = try object.string("status")
        guard let text = try object.string("Action") ?? status, !text.isEmpty else {
            throw WireError(what: "event", place: "Action", reason: "is missing")
        }
        // Before there were types there were containers and images, and only containers had a `from`.
        let from = try object.string("from")
        type = try object.string("Type") ?? (from?.isEmpty == false ? "container" : "image")
        actionText = text
        (action, detail) = Self.split(text)
        let id = try object.string("id")
        actorID = try actor?.string("ID") ?? id ?? ""
        attributes = []
        for (name, value) in try actor?.pairs("Attributes") ?? [] {
            attributes.append(Attribute(name: name, value: value))
        }
        if actor == nil, let from, !from.isEmpty { attributes.append(Attribute(name: "image", value: from)) }
        scope = try object.string("scope")
        separateHealth = try object.string("HealthStatus")
        if let nanoseconds = try object.integer("timeNano"), nanoseconds != 0 {
            time = Timestamp(nanoseconds: nanoseconds)
        } else if let seconds = try object.integer("time") {
            time = Timestamp(seconds: seconds)
        } else {
            throw WireError(what: "event", place: "timeNano", reason: "is missing")
        }
    }

    /// Splits `exec_create: sh -c "a: b"` at its first colon and blank; what is behind keeps its blanks (fact E14).
    private static func split(_ text: String) -> (EventAction, String?) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (EventAction(text), nil) }
        var detail = text[text.utf8.index(after: colon)...]
        if detail.utf8.first == UInt8(ascii: " ") { detail = detail.dropFirst() }
        return (EventAction(String(text[..<colon])), String(detail))
    }
}
