// SPDX-License-Identifier: Apache-2.0

/// A parameter of a request that cannot be understood or is refused: status 400, or 409 where it says so.
public struct ParameterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter's name.
    public let parameter: String
    /// Its value as it was given, cut to what an answer should hold.
    public let value: String
    /// A sentence for a person: what is wrong, and what would be right.
    public let description: String

    /// How much of a value is repeated in an answer.
    private static let valueLimit = 200

    /// Makes an error; `problem` goes on behind the parameter and its value: "is not a level: use …".
    public init(_ parameter: String, _ value: String, _ problem: String) {
        self.parameter = parameter
        self.value = value.count > Self.valueLimit ? value.prefix(Self.valueLimit) + "..." : value
        let shown = value.isEmpty ? "The parameter \(parameter)" : "The parameter \(parameter)=\(self.value)"
        description = "\(shown) \(problem)."
    }
}
