// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import Patterns

/// Masks secrets in lines and in what engines and clients tell, by patterns that were given and by built-in ones.
///
/// It may be used from any thread.
public final class Redactor: Sendable {
    /// How many patterns may be given: each costs every line a search.
    public static let patternLimit = 64
    /// How often a text is looked at again because something in it was masked.
    ///
    /// Masking may make a match of what was none; a text that is still not at rest is masked as a whole.
    static let roundLimit = 8

    let finder: SecretFinder?
    private let rules: [RedactionRule]
    private let pool: SearchPool

    /// Makes a redactor.
    ///
    /// - Parameters:
    ///   - patterns: Regular expressions (PCRE2, UTF-8). What they match is masked, or their group `secret` alone
    ///     where they have one that took part. Empty matches mask nothing.
    ///   - secrets: Whether the built-in patterns are used: tokens, keys, passwords, cookies.
    /// - Throws: ``PatternRefusal`` that names the pattern which is malformed or too costly.
    public init(patterns: [String], secrets: Bool) throws(PatternRefusal) {
        guard patterns.count <= Self.patternLimit else {
            throw PatternRefusal(reason: "is one of \(patterns.count), but only \(Self.patternLimit) may be given")
        }
        var rules: [RedactionRule] = []
        for text in patterns {
            do {
                rules.append(RedactionRule(try CompiledPattern(text)))
            } catch {
                throw PatternRefusal(reason: "'\(text)' \(error.reason)")
            }
        }
        self.rules = rules
        finder = secrets ? try SecretFinder() : nil
        pool = SearchPool(groups: (rules.map(\.groupCount) + [finder?.groupCount ?? 1]).max() ?? 1)
    }

    /// Whether it never changes anything, having no patterns.
    public var isIdle: Bool { rules.isEmpty && finder == nil }

    /// A line with its secrets masked, or `nil` when there are none; nothing is allocated then.
    ///
    /// Patterns that were given see the whole line as it is. A line that is JSON stays JSON, unless one of those breaks
    /// it. Redacting a line again changes nothing.
    public func redact(line: ArraySlice<UInt8>) -> [UInt8]? {
        guard !rules.isEmpty || finder?.mayFind(in: line) == true else { return nil }
        return pool.with { settled(line, $0) }
    }

    /// Runs a closure with a search.
    func withSearch<Result>(_ body: (PatternSearch) -> Result) -> Result {
        pool.with(body)
    }

    /// A text after rounds of masking until nothing changes any more, or `nil` when nothing does from the first.
    func settled(_ text: ArraySlice<UInt8>, _ search: PatternSearch) -> [UInt8]? {
        var result: [UInt8]?
        for _ in 0..<Self.roundLimit {
            guard let next = masked(result?[...] ?? text, search) else { return result }
            result = next
        }
        return Mask.bytes
    }

    /// A text of several lines after masking, the given patterns seeing each line alone.
    func settledLines(_ text: ArraySlice<UInt8>, _ search: PatternSearch) -> [UInt8]? {
        let newline = UInt8(ascii: "\n")
        guard !rules.isEmpty, text.contains(newline) else { return settled(text, search) }
        var result = finder?.masked(text, search) ?? Array(text)
        let lines = result.split(separator: newline, omittingEmptySubsequences: false)
        result = Array(lines.map { settled($0, search) ?? Array($0) }.joined(separator: [newline]))
        return result.elementsEqual(text) ? nil : result
    }

    private func masked(_ text: ArraySlice<UInt8>, _ search: PatternSearch) -> [UInt8]? {
        var result = finder?.masked(text, search)
        for rule in rules {
            if let masked = rule.masked(result?[...] ?? text, search) { result = masked }
        }
        return result
    }
}
