// SPDX-License-Identifier: Apache-2.0

/// Writes metrics in Prometheus' text format, version 0.0.4.
struct Exposition: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge
    }

    private(set) var text = ""
    private var name = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A sample of the family that was begun last.
    mutating func sample(_ value: some BinaryInteger, _ labels: KeyValuePairs<String, String> = [:]) {
        append("\(value)", labels)
    }

    /// A sample in seconds.
    mutating func sample(seconds: Duration) {
        let (whole, attoseconds) = seconds.components
        let milliseconds = "\(attoseconds / 1_000_000_000_000_000)"
        append("\(whole)." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds, [:])
    }

    private mutating func append(_ value: String, _ labels: KeyValuePairs<String, String>) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
