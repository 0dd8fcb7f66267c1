// SPDX-License-Identifier: Apache-2.0

/// What stands around a hint, which tells most of those that are no secrets' without a pattern.
enum HintSurroundings {
    /// How far a name or an option is looked at before and behind its hint: longer than any that people give.
    static let reach = 64

    /// Whether a secret may belong to a hint.
    static func mayHold(_ kinds: SecretHints.Kinds, _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int)
        -> Bool
    {
        switch kinds {
        case .shape: start == 0 || !isLetterOrDigit(text[start - 1])
        case .url where text[start] == UInt8(ascii: ":"): hasUser(text, from: end)
        case .pair: hasValue(text, start, end)
        default: true
        }
    }

    /// The part of a text in which a match may begin that belongs to a hint: its word, and what leads it in YAML.
    static func window(_ text: UnsafeBufferPointer<UInt8>, _ hint: Range<Int>) -> ClosedRange<Int> {
        let word = wordStart(text, hint.lowerBound)
        var line = word
        while line > 0, word - line < reach, isBlankOrDash(text[line - 1]) { line -= 1 }
        let isLineStart = line == 0 || text[line - 1] == UInt8(ascii: "\n")
        return (isLineStart ? line : word)...hint.upperBound
    }

    /// Whether what follows `://` names a user before the host.
    private static func hasUser(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        for index in start..<text.count {
            switch text[index] {
            case UInt8(ascii: "@"): return true
            case UInt8(ascii: "/"), 0...0x20, UInt8(ascii: "\""): return false
            default: continue
            }
        }
        return false
    }

    /// Whether what follows the rest of a name may lead to a value.
    private static func hasValue(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        if text[start] | 0x20 == UInt8(ascii: "t"), end < text.count, text[end] | 0x20 == UInt8(ascii: "s") {
            // Tokens are counted, a token is kept.
            return false
        }
        // Some hints end in what leads to the value.
        if text[end - 1] == UInt8(ascii: "=") || text[end - 1] == UInt8(ascii: "\"") { return true }
        var index = end
        while index < text.count, index - end < reach, isNamePart(text[index]) { index += 1 }
        guard index < text.count else { return false }
        guard isBlank(text[index]) else { return Self.leads.contains(text[index]) }
        while index < text.count, isBlank(text[index]) { index += 1 }
        guard index < text.count else { return false }
        if Self.leadsBehindBlank.contains(text[index]) { return true }
        let word = wordStart(text, start)
        // An option; or a word of SQL's or Redis's: identified, requirepass, masterauth.
        return text[word] == UInt8(ascii: "-")
            || [UInt8(ascii: "i"), UInt8(ascii: "r"), UInt8(ascii: "m")].contains(text[start] | 0x20)
    }

    private static let leads = Set("=:>\"'\\]%,\u{1B}".utf8)
    private static let leadsBehindBlank = Set("=:'".utf8)

    /// Where the word around an offset begins.
    private static func wordStart(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var index = offset
        while index > 0, offset - index < reach, isNamePart(text[index - 1]) { index -= 1 }
        return index
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    private static func isBlankOrDash(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: "-")
    }
}
