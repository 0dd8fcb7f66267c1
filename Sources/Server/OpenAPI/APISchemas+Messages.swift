// SPDX-License-Identifier: Apache-2.0

extension APISchemas {
    /// The messages of streams and of history.
    static let messages = """
        "Message": {
          "oneOf": [
            \(kinds.map { "{\"$ref\": \"#/components/schemas/\($0)\"}" }.joined(separator: ",\n"))
          ],
          "discriminator": {"propertyName": "type"}
        },
        \(sequenced("Log", "log", ["container": name, "id": id, "stream": #"{"enum": ["stdout", "stderr"]}"#,
            "level": #"{"enum": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]}"#, "message": text],
            ["partial": #"{"const": true}"#, "fields": #"{"type": "object"}"#])),
        \(sequenced("Event", "event", ["event_type": eventTypes, "container": name, "id": id, "status": text,
            "message": text, "raw": #"{"type": "object"}"#],
            ["exit_code": #"{"type": "integer"}"#, "signal": #"{"type": "integer"}"#, "cause": causes, "evidence": texts,
            "health": text, "old_name": text, "synthetic": #"{"const": true}"#])),
        \(sequenced("Verdict", "verdict", ["container": name, "id": id, "message": text, "die": sequence,
            "cause": causes, "evidence": texts])),
        \(sequenced("StatsSample", "stats", ["container": name, "id": id],
            base: figures)),
        "Anomaly": {
          "type": "object",
          "description": "As it was posted, with its seq where the source takes inputs.",
          "required": ["type", "timestamp"],
          "properties": {"type": {"const": "anomaly"}, "seq": \(sequence), "timestamp": \(time)}
        },
        "Mark": {
          "type": "object",
          "required": ["type", "timestamp", "name", "text"],
          "properties": {"type": {"const": "mark"}, "seq": \(sequence), "timestamp": \(time),
            "name": \(text), "text": \(text)}
        },
        \(sequenced("Incident", "incident", ["container": nullableText, "message": text, "trigger": text,
            "file": text])),
        \(sequenced("Command", "command", ["method": text, "path": text, "container": nullableText,
            "status": #"{"type": "integer"}"#])),
        \(sequenced("EngineChange", "engine", ["state": #"{"enum": ["connected", "disconnected"]}"#,
            "message": text])),
        "Gap": {
          "type": "object",
          "description": "What is missing. Of scope client it has no seq, but first_seq and last_seq.",
          "required": ["type", "timestamp", "scope", "reason", "lost", "message"],
          "properties": {
            "type": {"const": "gap"}, "seq": \(sequence), "timestamp": \(time),
            "scope": {"enum": ["engine", "container", "recorder", "client"]},
            "container": \(nullableText),
            "reason": {"enum": ["stream_cut", "rotated", "driver_unreadable", "events_lost", "engine_restarted",
              "slow_client", "history_evicted", "other_run", "recorder_overflow", "disk_full", "damaged"]},
            "from": \(nullableTime), "to": \(nullableTime),
            "first_seq": {"type": ["integer", "null"]}, "last_seq": {"type": ["integer", "null"]},
            "lost": {"type": ["integer", "null"]}, "message": \(text)
          }
        },
        \(plain("Connected", "connected", ["timestamp": time, "message": text, "run": text, "seq": sequence],
            ["container": name])),
        \(plain("Heartbeat", "heartbeat", ["timestamp": time], ["container": name])),
        \(plain("StreamError", "error", ["message": text])),
        \(plain("Seek", "seek", ["timestamp": time, "epoch": #"{"type": "integer"}"#, "seq": sequence])),
        \(plain("End", "end", ["timestamp": time]))
        """

    private static let kinds = [
        "Log", "Event", "Verdict", "StatsSample", "Anomaly", "Mark", "Incident", "Command", "EngineChange", "Gap",
        "Connected", "Heartbeat", "StreamError", "Seek", "End",
    ]

    private static let figures = ##"{"$ref": "#/components/schemas/Figures"}"##
    private static let time = ##"{"$ref": "#/components/schemas/Time"}"##
    private static let nullableTime = ##"{"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]}"##
    private static let sequence = ##"{"$ref": "#/components/schemas/Sequence"}"##
    private static let text = #"{"type": "string"}"#
    private static let nullableText = #"{"type": ["string", "null"]}"#
    private static let texts = #"{"type": "array", "items": {"type": "string"}}"#
    private static let name = #"{"type": "string", "description": "The container's name."}"#
    private static let id = #"{"type": "string", "pattern": "^[0-9a-f]{12}$"}"#
    private static let causes = """
        {"enum": ["oom", "oom_child", "restarted", "stop_timeout", "stopped", "engine_shutdown", "killed", \
        "completed", "crashed", "unknown"]}
        """
    private static let eventTypes = """
        {"enum": ["start", "die", "oom", "restart", "kill", "stop", "create", "destroy", "pause", "unpause", \
        "rename", "update", "health_status"]}
        """

    /// A message that has a `seq`.
    private static func sequenced(
        _ name: String,
        _ type: String,
        _ required: KeyValuePairs<String, String>,
        _ optional: KeyValuePairs<String, String> = [:],
        base: String = ""
    ) -> String {
        let common = [("seq", sequence), ("timestamp", time)]
        return schema(name, type, common + required.map { ($0.key, $0.value) }, optional, base: base)
    }

    /// A message without.
    private static func plain(
        _ name: String,
        _ type: String,
        _ required: KeyValuePairs<String, String>,
        _ optional: KeyValuePairs<String, String> = [:]
    ) -> String {
        schema(name, type, required.map { ($0.key, $0.value) }, optional, base: "")
    }

    private static func schema(
        _ name: String,
        _ type: String,
        _ required: [(String, String)],
        _ optional: KeyValuePairs<String, String>,
        base: String
    ) -> String {
        let names = (["type"] + required.map(\.0)).map { "\"\($0)\"" }.joined(separator: ", ")
        let members = required + optional.map { ($0.key, $0.value) }
        let properties = members.map { ", \"\($0.0)\": \($0.1)" }.joined()
        let parent = base.isEmpty ? "" : "\"allOf\": [\(base)], "
        return """
            "\(name)": {"type": "object", \(parent)"required": [\(names)], \
            "properties": {"type": {"const": "\(type)"}\(properties)}}
            """
    }
}
