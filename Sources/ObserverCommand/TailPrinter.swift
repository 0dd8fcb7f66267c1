// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Turns messages into lines for a terminal.
struct TailPrinter: Sendable {
    let isColoured: Bool

    /// Colours of containers' names, none of which a level has.
    private static let nameColours = [36, 35, 34, 32, 96, 95, 94, 92]

    /// The line of a message, without a newline; `nil` for one that says nothing to a person.
    func text(of json: ArraySlice<UInt8>) -> String? {
        guard let message = try? JSONDocument(json).root, let type = message["type"]?.string else { return nil }
        let text = Self.shown(message["message"]?.string ?? "")
        let time = String(message["timestamp"]?.string?.dropFirst(11).prefix(12) ?? "")
        switch type {
        case "log":
            let level = message["level"]?.string ?? "INFO"
            return "\(dim(time)) \(name(message)) \(coloured(Self.padded(level, 8), Self.colour(of: level))) \(text)"
        case "event":
            let action = message["event_type"]?.string ?? "event"
            let isBad = ["die", "oom", "kill"].contains(action)
            return "\(dim(time)) \(name(message)) \(coloured(Self.padded(action, 8), isBad ? 31 : 33)) \(bold(text))"
        case "verdict", "incident":
            return "\(dim(time)) \(name(message)) \(coloured(Self.padded(type, 8), 31)) \(bold(text))"
        case "mark":
            let name = "@" + Self.shown(message["name"]?.string ?? "")
            let said = Self.shown(message["text"]?.string ?? "")
            return "\(dim(time)) \(coloured(Self.padded(type, 8), 33)) \(bold(name)) \(said)"
        case "seek": return "\(dim(time)) \(coloured(Self.padded(type, 8), 33)) playback has jumped here"
        case "end": return "\(dim(time)) \(coloured(Self.padded(type, 8), 33)) the recording has ended"
        case "gap", "engine", "anomaly", "error", "command":
            let said = text.isEmpty ? Self.shown(String(decoding: json, as: UTF8.self)) : text
            return "\(dim(time)) \(coloured(Self.padded(type, 8), type == "error" || type == "gap" ? 31 : 33)) \(said)"
        case "stats":
            let cpu = message["cpu_percent"].map { String(decoding: $0.raw, as: UTF8.self) } ?? "-"
            let memory = message["memory_usage_mb"].map { String(decoding: $0.raw, as: UTF8.self) } ?? "-"
            return "\(dim(time)) \(name(message)) \(Self.padded("stats", 8)) cpu \(cpu) %, memory \(memory) MiB"
        default:
            return nil
        }
    }

    private func name(_ message: JSONValue) -> String {
        let name = Self.shown(message["container"]?.string ?? "-")
        let sum = name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return coloured(Self.padded(name, 20), Self.nameColours[sum % Self.nameColours.count])
    }

    /// The text with its control characters shown instead of sent: a log line must not move the cursor, change the
    /// title or clear the screen of who reads it.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09: result.unicodeScalars.append(scalar)
            case 0x00..<0x20: result += "^" + String(Unicode.Scalar(UInt8(scalar.value + 0x40)))
            case 0x7F: result += "^?"
            case _ where isControl(scalar): result += "<U+" + String(scalar.value, radix: 16, uppercase: true) + ">"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal may take the character for a command, or show the text around it in another order.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F: true
        default: false
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func colour(of level: String) -> Int {
        switch level {
        case "DEBUG": 90
        case "WARNING": 33
        case "ERROR": 31
        case "CRITICAL": 41
        default: 37
        }
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func dim(_ text: String) -> String { coloured(text, 2) }
    private func bold(_ text: String) -> String { coloured(text, 1) }
}
