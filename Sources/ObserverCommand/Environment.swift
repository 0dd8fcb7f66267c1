// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The environment's share of the options: each has a variable, and an option that is given wins over it.
struct Environment: Sendable {
    private let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    /// The environment of this process.
    static var process: Environment { Environment(ProcessInfo.processInfo.environment) }

    /// A variable's value; an empty one counts as none.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The whole environment.
    var all: [String: String] { values }

    /// An option's value: what was given, else the variable, else nothing.
    func text(_ given: String?, _ name: String) -> String? {
        given ?? self[name]
    }

    /// A list option's values: what was given, else the variable's parts between commas.
    func list(_ given: [String], _ name: String) -> [String] {
        guard given.isEmpty, let value = self[name] else { return given }
        return value.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// A whole number within limits.
    ///
    /// - Throws: A usage error that names the variable and its value.
    func integer(_ given: Int?, _ name: String, in range: ClosedRange<Int>, option: String) throws -> Int? {
        if let given {
            guard range.contains(given) else {
                throw CommandFailure.usage(
                    "\(option) is \(given); it takes a number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return given
        }
        guard let text = self[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw CommandFailure.usage(
                "\(name) is \"\(text)\"; it takes a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// A switch: on when given, else as the variable says.
    ///
    /// - Throws: A usage error for a value that is neither yes nor no.
    func flag(_ given: Bool, _ name: String) throws -> Bool {
        guard !given, let text = self[name] else { return given }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            throw CommandFailure.usage("\(name) is \"\(text)\"; it takes 1, true, yes or on, or 0, false, no or off")
        }
    }
}

extension Substring {
    /// The text without blanks at its ends.
    var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
