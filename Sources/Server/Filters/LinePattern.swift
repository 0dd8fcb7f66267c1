// SPDX-License-Identifier: Apache-2.0

internal import Patterns

/// A regular expression for log lines (PCRE2 syntax, UTF-8), compiled once and shared by all who match with it.
public final class LinePattern: Sendable {
    /// How long a pattern may be, in bytes.
    public static let lengthLimit = CompiledPattern.Limits.person.length
    /// How large a compiled pattern may be, native code included.
    public static let compiledLimit = CompiledPattern.Limits.person.compiled

    /// Why a pattern was refused, in words that fit behind "the pattern".
    public struct Refusal: Error, Sendable, Hashable {
        /// The reason.
        public let reason: String
    }

    /// The pattern as it was given.
    public let text: String
    let compiled: CompiledPattern

    /// Compiles a pattern.
    ///
    /// - Throws: ``Refusal`` when it is malformed or too costly.
    public init(_ text: String) throws(Refusal) {
        self.text = text
        do {
            compiled = try CompiledPattern(text)
        } catch {
            throw Refusal(reason: error.reason)
        }
    }
}

extension LinePattern: Hashable {
    /// Whether two patterns have the same text.
    public static func == (a: LinePattern, b: LinePattern) -> Bool {
        a.text == b.text
    }

    /// Feeds the text to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
