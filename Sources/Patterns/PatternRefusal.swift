// SPDX-License-Identifier: Apache-2.0

/// Why a pattern was refused, in words that fit behind "the pattern".
public struct PatternRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason.
    public let reason: String

    /// Makes a refusal.
    public init(reason: String) {
        self.reason = reason
    }

    /// The reason as a sentence's part.
    public var description: String { "the pattern \(reason)" }
}
