// SPDX-License-Identifier: Apache-2.0

/// The schemas of `/openapi.json`.
///
/// Fields may be added by later versions, so that no schema forbids others.
enum APISchemas {
    static let components = """
        {
          "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
          "responses": {
            "Error": {
              "description": "What a person needs to know, and the error's name for programs.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
            }
          },
          "schemas": {
            \(answers),
            \(messages)
          }
        }
        """

    private static let answers = """
        "Time": {
          "type": "string",
          "description": "RFC 3339 in UTC with nine decimals.",
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{9}Z$"
        },
        "Sequence": {"type": "integer", "minimum": 0},
        "Error": {
          "type": "object",
          "required": ["error", "code"],
          "properties": {"error": {"type": "string"}, "code": {"type": "string", "pattern": "^[a-z_]+$"}}
        },
        "Service": {
          "type": "object",
          "required": ["service", "status", "timestamp", "monitored_containers", "active_ws_connections",
            "version", "mode", "run", "seq", "engine"],
          "properties": {
            "service": {"const": "sentinell-observer"},
            "status": {"enum": ["healthy", "degraded"]},
            "timestamp": {"$ref": "#/components/schemas/Time"},
            "monitored_containers": {"type": "integer", "minimum": 0},
            "active_ws_connections": {"type": "integer", "minimum": 0},
            "version": {"type": "string"},
            "mode": {"type": "string"},
            "run": {"type": "string"},
            "seq": {"$ref": "#/components/schemas/Sequence"},
            "engine": {
              "type": "object",
              "required": ["state", "since", "message"],
              "properties": {
                "state": {"enum": ["connected", "disconnected"]},
                "since": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
                "message": {"type": "string"}
              }
            }
          }
        },
        "Health": {
          "type": "object",
          "required": ["status"],
          "properties": {
            "status": {"enum": ["healthy", "degraded"]},
            "reasons": {"type": "array", "items": {"type": "string"}}
          }
        },
        "Fault": {
          "type": "object",
          "required": ["id", "verb", "services", "since", "until", "message"],
          "properties": {
            "id": {"type": "string"},
            "verb": {"type": "string"},
            "services": {"type": "array", "items": {"type": "string"}},
            "since": {"$ref": "#/components/schemas/Time"},
            "until": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
            "message": {"type": "string"}
          }
        },
        "Faults": {
          "type": "object",
          "required": ["faults", "count"],
          "properties": {
            "faults": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            "count": {"type": "integer", "minimum": 0}
          }
        },
        "AppliedFault": {
          "type": "object",
          "required": ["status", "fault"],
          "properties": {
            "status": {"enum": ["applied", "cleared"]},
            "fault": {"$ref": "#/components/schemas/Fault"}
          }
        },
        "Containers": {
          "type": "object",
          "required": ["containers", "count"],
          "properties": {
            "containers": {"type": "array", "items": {"$ref": "#/components/schemas/Container"}},
            "count": {"type": "integer", "minimum": 0}
          }
        },
        "Container": {
          "type": "object",
          "required": ["id", "name", "status", "image", "health", "restart_count", "started_at", "exit_code",
            "finished_at", "logs", "labels"],
          "properties": {
            "id": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
            "name": {"type": "string"},
            "status": {"enum": ["created", "running", "paused", "restarting", "removing", "exited", "dead",
              "gone", "unknown"]},
            "image": {"type": "string"},
            "health": {"type": ["string", "null"]},
            "restart_count": {"type": "integer", "minimum": 0},
            "started_at": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
            "exit_code": {"type": ["integer", "null"]},
            "finished_at": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
            "logs": {"type": "string", "description": "reading, or why not."},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}}
          }
        },
        "Stats": {
          "type": "object",
          "required": ["stats", "timestamp"],
          "properties": {
            "stats": {
              "type": "array",
              "items": {
                "allOf": [{"$ref": "#/components/schemas/Figures"}],
                "required": ["container", "timestamp"],
                "properties": {
                  "container": {"type": "string"},
                  "timestamp": {"$ref": "#/components/schemas/Time"}
                }
              }
            },
            "timestamp": {"$ref": "#/components/schemas/Time"}
          }
        },
        "Figures": {
          "type": "object",
          "required": ["cpu_percent", "memory_usage_mb", "memory_limit_mb", "memory_percent",
            "memory_usage_bytes", "memory_limit_bytes", "network_rx_bytes", "network_tx_bytes",
            "block_read_bytes", "block_write_bytes", "pids"],
          "properties": {
            "cpu_percent": {"type": "number", "description": "Percent of one core."},
            "memory_usage_mb": {"type": "number"},
            "memory_limit_mb": {"type": "number"},
            "memory_percent": {"type": "number"},
            "memory_usage_bytes": {"type": "integer"},
            "memory_limit_bytes": {"type": "integer"},
            "network_rx_bytes": {"type": "integer"},
            "network_tx_bytes": {"type": "integer"},
            "block_read_bytes": {"type": "integer"},
            "block_write_bytes": {"type": "integer"},
            "pids": {"type": "integer"}
          }
        },
        "Page": {
          "type": "object",
          "required": ["messages", "next", "oldest", "run"],
          "properties": {
            "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
            "next": {"type": ["integer", "null"]},
            "oldest": {"type": ["integer", "null"]},
            "run": {"type": "string"}
          }
        },
        "ReceivedAnomaly": {
          "type": "object",
          "required": ["status", "anomaly"],
          "properties": {"status": {"const": "received"}, "anomaly": {"$ref": "#/components/schemas/Anomaly"}}
        },
        "ReceivedMark": {
          "type": "object",
          "required": ["status", "mark"],
          "properties": {"status": {"const": "received"}, "mark": {"$ref": "#/components/schemas/Mark"}}
        },
        "NewMark": {
          "type": "object",
          "required": ["name"],
          "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": \(ObserverAPI.markNameLimit)},
            "text": {"type": ["string", "null"], "maxLength": \(ObserverAPI.markTextLimit)}
          }
        },
        "Recordings": {
          "type": "object",
          "required": ["recordings", "count"],
          "properties": {
            "recordings": {"type": "array", "items": {"$ref": "#/components/schemas/Recording"}},
            "count": {"type": "integer", "minimum": 0}
          }
        },
        "Recording": {
          "type": "object",
          "required": ["file", "bytes", "created", "run", "first", "state"],
          "properties": {
            "file": {"type": "string"},
            "bytes": {"type": "integer", "minimum": 0},
            "created": {"$ref": "#/components/schemas/Time"},
            "run": {"type": "string"},
            "first": {"$ref": "#/components/schemas/Sequence"},
            "state": {"enum": ["writing", "ended"]},
            "incident": {
              "type": "object",
              "required": ["trigger", "container", "t", "message"],
              "properties": {
                "trigger": {"type": "string"},
                "container": {"oneOf": [{"type": "string"}, {"type": "null"}]},
                "t": {"$ref": "#/components/schemas/Time"},
                "message": {"type": "string"}
              }
            }
          }
        },
        "RecordingRequest": {
          "type": "object",
          "properties": {
            "before": {"type": "string", "examples": ["10m"]},
            "after": {"type": "string", "examples": ["2m"]},
            "name": {"type": "string", "minLength": 1, "maxLength": 64}
          }
        },
        "BegunRecording": {
          "type": "object",
          "required": ["status", "file", "from", "until"],
          "properties": {
            "status": {"const": "recording"},
            "file": {"type": "string"},
            "from": {"$ref": "#/components/schemas/Time"},
            "until": {"$ref": "#/components/schemas/Time"}
          }
        },
        "PlaybackRequest": {
          "type": "object",
          "minProperties": 1,
          "properties": {
            "state": {"enum": ["playing", "paused"]},
            "speed": {"oneOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1000}, {"const": "max"}]},
            "seek": {"type": "string"},
            "advance": {"type": "string"}
          }
        },
        "Playback": {
          "type": "object",
          "required": ["mode", "state", "speed", "position", "start", "end", "seq", "lag", "epoch", "projection"],
          "properties": {
            "mode": {"type": "string"},
            "state": {"enum": ["waiting", "playing", "paused", "ended"]},
            "speed": {"oneOf": [{"type": "number"}, {"const": "max"}]},
            "position": {"$ref": "#/components/schemas/Time"},
            "start": {"$ref": "#/components/schemas/Time"},
            "end": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
            "seq": {"$ref": "#/components/schemas/Sequence"},
            "lag": {"type": "number", "description": "In seconds."},
            "epoch": {"type": "integer"},
            "projection": {"type": "integer"}
          }
        }
        """
}
