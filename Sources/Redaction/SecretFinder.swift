// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Patterns

/// The built-in patterns, ready to be searched with.
struct SecretFinder: Sendable {
    /// How deeply JSON within a string of JSON is read as such.
    static let nestingLimit = 4

    let hints = SecretHints()
    private let rules: [(kind: SecretHints.Kinds, rule: RedactionRule)]
    private let names: CompiledPattern
    private let passwordNames: CompiledPattern
    private let headerNames: CompiledPattern
    private let harmless: CompiledPattern

    init() throws(PatternRefusal) {
        var rules: [(SecretHints.Kinds, RedactionRule)] = []
        for (kind, text) in SecretRules.texts { rules.append((kind, RedactionRule(try SecretRules.compile(text)))) }
        self.rules = rules
        names = try SecretRules.compile(SecretRules.name)
        passwordNames = try SecretRules.compile(SecretRules.passwordNameAlone)
        headerNames = try SecretRules.compile(SecretRules.headerName)
        harmless = try SecretRules.compile("(?ix) \\A \(SecretRules.harmless) \\z")
    }

    /// How many groups a search must be able to tell.
    var groupCount: Int { rules.map(\.rule.groupCount).max() ?? 1 }

    /// Whether a text may hold a secret.
    func mayFind(in text: ArraySlice<UInt8>) -> Bool {
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        text.withUnsafeBufferPointer { !hints.kinds(in: $0).isEmpty }
    }

    /// The text with its secrets masked, or `nil` when none is found.
    ///
    /// A text that is JSON is read as such, and stays JSON.
    func masked(_ text: ArraySlice<UInt8>, _ search: PatternSearch, depth: Int = 0) -> [UInt8]? {
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        var kinds = text.withUnsafeBufferPointer { hints.kinds(in: $0) }
        guard !kinds.isEmpty else { return nil }
        guard !kinds.contains(.keyBody) else { return Mask.bytes }
        var result: [UInt8]?
        if depth < Self.nestingLimit, let root = Self.json(text) {
            var edits = StringEdits(finder: self, search: search, depth: depth) { text, search, depth in
                masked(text, search, depth: depth)
            }
            edits.visit(root)
            result = edits.applied(to: text)
            // Tokens hold no byte that means something to JSON; member names may be tokens.
            kinds.formIntersection(.shape)
        }
        for (kind, rule) in rules where kinds.contains(kind) {
            let current = result?[...] ?? text
            if let masked = rule.masked(current, search, in: kind == .pair ? windows(in: current) : nil) {
                result = masked
            }
        }
        return result
    }

    /// Where the matches of the rule for names and values may begin: that rule is the slowest, and its hints common.
    private func windows(in text: ArraySlice<UInt8>) -> [ClosedRange<Int>] {
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        text.withUnsafeBufferPointer { text in
            hints.places(of: .pair, in: text).map { HintSurroundings.window(text, $0) }
        }
    }

    /// The object or array that a whole text is.
    private static func json(_ text: ArraySlice<UInt8>) -> JSONValue? {
        let start = text.first { $0 > 0x20 }
        guard start == UInt8(ascii: "{") || start == UInt8(ascii: "["), UTF8Scan.isValid(text.span) else { return nil }
        return try? JSONDocument(text).root
    }

    /// What a name says of its value.
    enum Meaning: Sendable, Hashable {
        case secret
        /// A secret also where it is a number.
        case password
        /// A header that holds secrets beside other things.
        case header
        case other
    }

    /// What a member's name, a variable's or a long option's says of its value.
    func meaning(of name: some Collection<UInt8>, _ search: PatternSearch) -> Meaning {
        let quoted = Array("\"".utf8) + name + Array("\"".utf8)
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        guard quoted.withUnsafeBufferPointer({ hints.isFound(in: $0) }) else { return .other }
        let name = Array(name)
        if Self.matches(passwordNames, name, search) { return .password }
        if Self.matches(names, name, search) { return .secret }
        return Self.matches(headerNames, name, search) ? .header : .other
    }

    /// Whether a value says that there is no secret, or is masked.
    func isHarmless(_ value: some Collection<UInt8>, _ search: PatternSearch) -> Bool {
        value.isEmpty || value.elementsEqual(Mask.bytes) || Self.matches(harmless, Array(value), search)
    }

    private static func matches(_ pattern: CompiledPattern, _ text: [UInt8], _ search: PatternSearch) -> Bool {
        // Too costly counts as yes: rather mask too much.
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        text.withUnsafeBufferPointer { search.find(pattern, in: $0) != .noMatch }
    }
}
