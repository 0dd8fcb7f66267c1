// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// Which containers are observed: `--container`, `--label` and `--exclude`.
public struct ContainerSelection: Sendable, Hashable {
    /// A label that a container must have, with this value if one is given.
    public struct LabelCondition: Sendable, Hashable {
        /// The label's name.
        public var key: String
        /// The label's value, or `nil` when any will do.
        public var value: String?

        /// Reads `KEY=VALUE`, or `KEY` alone.
        public init(_ text: String) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            key = String(parts[0])
            value = parts.count > 1 ? String(parts[1]) : nil
        }
    }

    /// Names of which one must match; with none, all do.
    public var included: [Glob]
    /// Labels of which all must be there.
    public var labels: [LabelCondition]
    /// Names of which none may match.
    public var excluded: [Glob]
    /// Full ids, or prefixes of them, of the observer's own container: its logs would feed on themselves.
    public var own: [String]

    /// Makes a selection; without arguments all containers are chosen.
    public init(
        included: [Glob] = [],
        labels: [LabelCondition] = [],
        excluded: [Glob] = [],
        own: [String] = []
    ) {
        self.included = included
        self.labels = labels
        self.excluded = excluded
        self.own = own
    }

    /// Whether a container is chosen.
    ///
    /// - Parameters:
    ///   - id: The container's id.
    ///   - name: Its name without the slash.
    ///   - label: Gives the value of a label that it has.
    /// - Returns: Whether it is to be observed.
    public func contains(id: ContainerID, name: String, label: (String) -> String?) -> Bool {
        if own.contains(where: { id.hasPrefix($0) }) { return false }
        if excluded.contains(where: { $0.matches(name) }) { return false }
        if !included.isEmpty, !included.contains(where: { $0.matches(name) }) { return false }
        return labels.allSatisfy { condition in
            guard let value = label(condition.key) else { return false }
            return condition.value.map { $0 == value } ?? true
        }
    }
}
