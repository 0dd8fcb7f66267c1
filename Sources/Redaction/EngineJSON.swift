// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// What a JSON text is, which tells where in it secrets may stand.
public enum EngineJSON: Sendable, Hashable {
    /// The engine's answer to an inspect of a container.
    case inspect
    /// An event of the engine.
    case event
    /// A snapshot of the projector's state: the values of labels are looked at.
    case snapshot
    /// Anything else: all of its strings are looked at.
    case other
}

extension Redactor {
    /// Members of an event's attributes that are the engine's own.
    private static let plainAttributes: Set<String> = [
        "name", "image", "container", "type", "signal", "exitCode", "execID", "execDuration", "oldName", "driver",
    ]

    /// A JSON text with its secrets masked; ids, names, images, times and numbers stay, and all other bytes too.
    ///
    /// Looked at are, of an inspect, the arguments, the environment, the values of labels and of the log driver's
    /// options, the error, and the health check with its output; of an event, its action and its attributes; and all
    /// strings of anything else. What is no JSON cannot be cleaned, and becomes the JSON string `"‹redacted›"`.
    public func redact(json: ArraySlice<UInt8>, kind: EngineJSON) -> [UInt8] {
        redactIfNeeded(json: json, kind: kind) ?? Array(json)
    }

    /// A JSON text with its secrets masked, or `nil` when there are none.
    func redactIfNeeded(json: ArraySlice<UInt8>, kind: EngineJSON) -> [UInt8]? {
        guard !isIdle else { return nil }
        guard let root = try? JSONDocument(json).root else {
            return Array("\"".utf8) + Mask.bytes + Array("\"".utf8)
        }
        return withSearch { search in
            var edits = StringEdits(finder: finder, search: search) { text, search, _ in
                self.settledLines(text, search)
            }
            switch kind {
            case .inspect: Self.visitInspect(root, &edits)
            case .event: Self.visitEvent(root, &edits)
            case .snapshot:
                for container in root["containers"]?.elements ?? [] {
                    for labels in Self.all("labels", of: container) { edits.visitMembers(labels) }
                }
            case .other: edits.visit(root)
            }
            return edits.applied(to: json)
        }
    }

    private static func visitInspect(_ root: JSONValue, _ edits: inout StringEdits) {
        edits.visitArguments(all("Path", of: root) + all("Args", of: root))
        for config in all("Config", of: root) {
            edits.visitArguments(all("Entrypoint", of: config) + all("Cmd", of: config))
            for environment in all("Env", of: config) {
                for variable in environment.elements { edits.visitVariable(variable) }
            }
            for labels in all("Labels", of: config) { edits.visitMembers(labels) }
            for check in all("Healthcheck", of: config) { edits.visitArguments(all("Test", of: check)) }
        }
        for log in all("HostConfig", of: root).flatMap({ all("LogConfig", of: $0) }) {
            for options in all("Config", of: log) { edits.visitMembers(options) }
        }
        for state in all("State", of: root) {
            for error in all("Error", of: state) { edits.visitString(error) }
            for entry in all("Health", of: state).flatMap({ all("Log", of: $0) }).flatMap(\.elements) {
                for output in all("Output", of: entry) { edits.visitString(output) }
            }
        }
    }

    private static func visitEvent(_ root: JSONValue, _ edits: inout StringEdits) {
        for name in ["status", "Action"] { for action in all(name, of: root) { edits.visitString(action) } }
        for attributes in all("Actor", of: root).flatMap({ all("Attributes", of: $0) }) {
            edits.visitMembers(attributes, except: plainAttributes)
        }
    }

    /// All members of a name: who reads the JSON may take the last of equal names.
    private static func all(_ name: String, of object: JSONValue) -> [JSONValue] {
        object.members.filter { $0.name == name }.map(\.value)
    }
}
