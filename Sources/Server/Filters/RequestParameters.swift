// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// A request's parameters on the way to a filter.
///
/// Unknown ones are passed over, as clients pass over fields that they do not know. An empty or malformed value of a
/// known one is an error, and so is a second value where one is all there can be.
struct RequestParameters {
    /// How many values a parameter may be repeated with: more than anybody types, few enough to judge quickly.
    static let repeatLimit = 64
    /// How long `q` may be, in bytes.
    static let textLimit = 1024

    private let pairs: [(name: String, value: String)]
    private let times: TimeReference

    init(_ pairs: [(name: String, value: String)], times: TimeReference) {
        self.pairs = pairs
        self.times = times
    }

    // MARK: Values

    /// All values of a parameter, none of them empty.
    func values(_ name: String) throws(ParameterError) -> [String] {
        let values = pairs.filter { $0.name == name }.map(\.value)
        guard values.count <= Self.repeatLimit else {
            throw ParameterError(name, "", "is given \(values.count) times; \(Self.repeatLimit) is the most")
        }
        guard !values.contains("") else { throw ParameterError(name, "", "has no value") }
        return values
    }

    /// The only value of a parameter.
    func value(_ name: String) throws(ParameterError) -> String? {
        let values = try values(name)
        guard values.count <= 1 else { throw ParameterError(name, values[1], "is given twice; once is enough") }
        return values.first
    }

    /// A number in a range.
    func number(_ name: String, in range: ClosedRange<UInt64>) throws(ParameterError) -> UInt64? {
        guard let text = try value(name) else { return nil }
        let bytes = Array(text.utf8)
        guard let number = Decimal.parse(bytes.span) else { throw ParameterError(name, text, "is not a whole number") }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw ParameterError(name, text, "is out of range: it is \(bounds)")
        }
        return number
    }

    /// Yes or no.
    func flag(_ name: String) throws(ParameterError) -> Bool {
        switch try value(name) {
        case nil, "false", "0": return false
        case "true", "1": return true
        case .some(let text): throw ParameterError(name, text, "is neither true nor false")
        }
    }

    // MARK: The filter

    func filter() throws(ParameterError) -> MessageFilter {
        var filter = MessageFilter()
        filter.types = try types()
        filter.containers = try containers()
        filter.labels = try labels()
        filter.level = try level()
        filter.stream = try stream()
        filter.text = try text()
        filter.pattern = try pattern()
        filter.since = try time("since")
        filter.until = try time("until")
        if let since = filter.since, let until = filter.until, until < since {
            throw ParameterError("until", try value("until") ?? "", "lies before since")
        }
        return filter
    }

    private func types() throws(ParameterError) -> MessageTypes {
        var types: MessageTypes = []
        for value in try values("types") {
            for name in value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let type = MessageType.allCases.first(where: { $0.name.description == name }) else {
                    let known = MessageType.allCases.map(\.name.description).joined(separator: ", ")
                    throw ParameterError("types", value, "names no type of message: they are \(known)")
                }
                types.insert(MessageTypes(type))
            }
        }
        return types.isEmpty ? .standard : types
    }

    private func containers() throws(ParameterError) -> [ContainerPattern] {
        var globs: [Glob] = []
        for value in try values("container") {
            guard let glob = Glob(value) else {
                throw ParameterError(
                    "container",
                    value,
                    Glob.rule
                )
            }
            if !globs.contains(glob) { globs.append(glob) }
        }
        return globs.sorted { $0.text < $1.text }.map { .name($0) }
    }

    private func labels() throws(ParameterError) -> [LabelRequirement] {
        var labels: [LabelRequirement] = []
        for value in try values("label") {
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let key = parts.first, !key.isEmpty else {
                throw ParameterError("label", value, "has no key: use KEY=VALUE, or KEY for any value")
            }
            let label = LabelRequirement(key: key, value: parts.count > 1 ? parts[1] : nil)
            if !labels.contains(label) { labels.append(label) }
        }
        return labels.sorted { ($0.key, $0.value ?? "") < ($1.key, $1.value ?? "") }
    }

    private func level() throws(ParameterError) -> Level? {
        guard let text = try value("level") else { return nil }
        guard let level = Level(named: text) else {
            let known = Level.allCases.map(\.name.description).joined(separator: ", ")
            throw ParameterError("level", text, "is not a level: they are \(known)")
        }
        // Everything is at DEBUG or above: clients that say so and clients that say nothing share a selection.
        return level == .debug ? nil : level
    }

    private func stream() throws(ParameterError) -> LogStream? {
        switch try value("stream") {
        case nil: return nil
        case "stdout": return .stdout
        case "stderr": return .stderr
        case .some(let text): throw ParameterError("stream", text, "is not a stream: they are stdout and stderr")
        }
    }

    private func text() throws(ParameterError) -> String? {
        guard let text = try value("q") else { return nil }
        guard text.utf8.count <= Self.textLimit else {
            throw ParameterError("q", text, "is longer than \(Self.textLimit) bytes")
        }
        return text
    }

    private func pattern() throws(ParameterError) -> LinePattern? {
        guard let text = try value("re") else { return nil }
        do {
            return try LinePattern(text)
        } catch {
            throw ParameterError("re", text, error.reason)
        }
    }

    private func time(_ name: String) throws(ParameterError) -> Timestamp? {
        guard let text = try value(name) else { return nil }
        // In a query a plus sign is a space for many decoders; no time has a space.
        let restored = String(text.map { $0 == " " ? "+" : $0 })
        guard let time = TimeExpression.resolve(restored, times) else {
            let problem = restored.hasPrefix("@") ? "names no mark that was set, or" : ""
            throw ParameterError(name, text, "\(problem) is not a time: use \(TimeExpression.grammar)".trimmed)
        }
        return time
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
