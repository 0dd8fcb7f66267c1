// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Reads the lines of a recording.
///
/// Log lines in the writer's own form, nearly all of a recording, are read in one pass by ``LogLineParser``; any other
/// line as JSON, its keys in any order and unknown ones passed over. The bytes of a line without escapes are a slice of
/// the array that was handed in.
public struct LineParser: Sendable {
    private var logs = LogLineParser()

    /// Makes a parser.
    public init() {}

    /// Reads a line, given without its newline.
    ///
    /// - Throws: ``LineError`` for a line that is no JSON, or lacks what its kind must have.
    public mutating func parse(_ line: ArraySlice<UInt8>) throws(LineError) -> RecordingLine {
        if let observation = logs.parse(line) { return .observation(observation) }
        let root: JSONValue
        do { root = try JSONDocument(line).root } catch { throw LineError("it is no JSON: \(error)") }
        guard let number = root["n"]?.unsigned, let time = root["t"]?.time, let name = root["k"]?.stringBytes else {
            throw LineError("it lacks one of n, t and k")
        }
        guard let kind = LineKind(name: name) else { return .unknown(number: number, time: time) }
        if kind == .snapshot {
            guard let version = root["projection"]?.integer, let state = root["state"] else {
                throw LineError("a snapshot lacks projection or state")
            }
            let snapshot = StateSnapshot(number: number, projection: Int(clamping: version), json: Array(state.raw))
            return .snapshot(snapshot, time: time)
        }
        guard let fact = try Self.fact(of: kind, root) else {
            throw LineError("a line of kind \(kind.name) lacks what it must have")
        }
        return .observation(Observation(number: number, time: time, fact: fact))
    }

    /// Reads a log line in the writer's own form, whose text becomes a slice of what it stands in.
    @inline(__always)
    mutating func parseLog(
        _ line: UnsafeRawBufferPointer,
        start: Int,
        of content: ArraySlice<UInt8>
    ) -> Observation? {
        logs.parse(line, start: start, of: content)
    }

    private static func fact(of kind: LineKind, _ root: JSONValue) throws(LineError) -> Fact? {
        let id = try container(root)
        switch kind {
        case .log: return try logLine(root, id).map { .log($0) }
        case .event:
            guard let raw = root["raw"]?.object else { return nil }
            let isSynthetic = root["synthetic"]?.boolean ?? false
            return .event(EngineEvent(container: id, raw: raw, isSynthetic: isSynthetic))
        case .stats:
            guard let id, let raw = root["raw"]?.object else { return nil }
            return .stats(ContainerRecord(container: id, raw: raw))
        case .container:
            guard let id, let raw = root["raw"]?.object else { return nil }
            return .container(ContainerRecord(container: id, raw: raw))
        case .engine:
            guard let name = root["state"]?.string, let state = connectionState(name) else { return nil }
            let message = root["message"]?.string ?? ""
            return .engine(EngineConnection(state: state, message: message, version: root["version"]?.raw))
        case .anomaly: return root["object"]?.object.map { .anomaly(Anomaly(object: $0)) }
        case .mark:
            return root["name"]?.string.map { .mark(Mark(name: $0, text: root["text"]?.string ?? "")) }
        case .command: return try command(root, id).map { .command($0) }
        case .settle:
            guard let id, let die = root["die"]?.unsigned else { return nil }
            return .settle(die: die, container: id)
        case .gap: return gap(root, id).map { .gap($0) }
        case .incident:
            guard let trigger = root["trigger"]?.string else { return nil }
            let (file, message) = (root["file"]?.string ?? "", root["message"]?.string ?? "")
            return .incident(Incident(container: id, trigger: trigger, file: file, message: message))
        case .snapshot: return nil
        }
    }

    private static func container(_ root: JSONValue) throws(LineError) -> ContainerID? {
        guard let text = root["c"] else { return nil }
        guard let id = text.stringBytes.flatMap({ ContainerID($0) }) else { throw LineError("c is no container's id") }
        return id
    }

    private static func logLine(_ root: JSONValue, _ id: ContainerID?) throws(LineError) -> LogLine? {
        guard let id, let time = root["ts"]?.time, let stream = root["s"]?.string,
            stream == "stdout" || stream == "stderr", let bytes = try bytes(root, text: "m")
        else { return nil }
        return LogLine(
            container: id,
            timestamp: time,
            stream: stream == "stdout" ? .stdout : .stderr,
            bytes: bytes,
            continues: root["more"]?.boolean ?? false,
            isUnterminated: root["p"]?.boolean ?? false
        )
    }

    private static func bytes(_ root: JSONValue, text: StaticString) throws(LineError) -> ArraySlice<UInt8>? {
        if let bytes = root[text]?.stringBytes { return bytes }
        guard let base64 = root["b"]?.stringBytes else { return nil }
        guard let bytes = Base64.decode(base64) else { throw LineError("b is no base64") }
        return bytes[...]
    }

    private static func connectionState(_ name: String) -> EngineConnection.State? {
        switch name {
        case "connected": .connected
        case "disconnected": .disconnected
        default: nil
        }
    }

    private static func command(_ root: JSONValue, _ id: ContainerID?) throws(LineError) -> Command? {
        guard let method = root["method"]?.string, let path = root["path"]?.string,
            let status = root["status"]?.integer
        else { return nil }
        let body = try bytes(root, text: "body") ?? []
        return Command(method: method, path: path, body: body, status: Int(clamping: status), container: id)
    }

    private static func gap(_ root: JSONValue, _ id: ContainerID?) -> Gap? {
        let scopes: [Gap.Scope] = [.engine, .container, .recorder, .client]
        guard let scopeName = root["scope"]?.string, let scope = scopes.first(where: { "\($0.name)" == scopeName }),
            let reasonName = root["reason"]?.string,
            let reason = (0...UInt8.max).lazy.compactMap({ Gap.Reason(rawValue: $0) })
                .first(where: { "\($0.name)" == reasonName })
        else { return nil }
        return Gap(
            scope: scope,
            container: id,
            reason: reason,
            from: root["from"]?.time,
            to: root["to"]?.time,
            lost: root["lost"]?.unsigned,
            message: root["message"]?.string ?? ""
        )
    }
}

extension JSONValue {
    /// The text of an object; `nil` for anything else.
    fileprivate var object: ArraySlice<UInt8>? { kind == .object ? raw : nil }
}
