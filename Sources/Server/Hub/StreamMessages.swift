// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The messages without `seq` that the hub itself says to a client.
enum StreamMessages {
    /// The first message of a stream.
    static func connected(at time: Timestamp, container: String?, run: String, sequence: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(plain: "connected")
        writer.key("timestamp")
        writer.time(time)
        if let container {
            writer.key("container")
            writer.string(container)
        }
        writer.key("message")
        writer.string(container.map { "Connected to \($0) logs" } ?? "Connected to Sentinell Observer")
        writer.key("run")
        writer.string(run)
        writer.key("seq")
        writer.integer(sequence)
        writer.endObject()
        return writer.bytes
    }

    /// What a silent stream gets.
    static func heartbeat(at time: Timestamp, container: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(plain: "heartbeat")
        writer.key("timestamp")
        writer.time(time)
        if let container {
            writer.key("container")
            writer.string(container)
        }
        writer.endObject()
        return writer.bytes
    }

    /// What went wrong.
    static func error(_ message: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(plain: "error")
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return writer.bytes
    }

    static func unknownContainer(_ name: String) -> [UInt8] {
        error("Container \(name) not found or not monitored")
    }

    static func ambiguousContainer(_ name: String) -> [UInt8] {
        error("Container \(name) not found or not monitored: more than one id begins so")
    }

    static func costlyLines(_ pattern: String) -> [UInt8] {
        error("The pattern re=\(pattern) was too costly for some lines; they count as not matching")
    }

    static func costlyPattern(_ pattern: String) -> [UInt8] {
        error("The pattern re=\(pattern) is too costly: it reached the match limit too often")
    }
}
