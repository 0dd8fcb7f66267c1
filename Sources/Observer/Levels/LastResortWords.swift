// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The level that a message's words suggest, for lines whose structure says nothing.
///
/// The gravest word wins, of those that are words of their own and not taken back by what surrounds them
/// (``MentionedWords``).
enum LastResortWords {
    /// How far into a line words are looked for.
    ///
    /// A message says in its first sentences that something failed;
    /// what lies behind two kilobytes is a dump of data, in which every word occurs.
    static let maximumSearch = 2_048

    /// The level of the words in a range; INFO when none tells.
    static func level(_ line: Span<UInt8>, from start: Int, before lineEnd: Int) -> Level? {
        let end = min(lineEnd, start + maximumSearch)
        if isStackFrame(line, start, end) { return nil }
        var found: Level?
        var base = start
        while base < end {
            var letters = line.lettersMask(base, before: end)
            var next = base &+ LetterBlock.width
            if letters >> 63 != 0 {
                // A word that runs over the block's end begins the next block; one longer than a block is none.
                let run = (~letters).leadingZeroBitCount
                letters = run < LetterBlock.width ? letters & (UInt64.max >> UInt64(run)) : 0
                next = run < LetterBlock.width ? next &- run : line.lettersEnd(next, before: end)
            }
            // Where words of three letters or more begin.
            var starts = letters & ~(letters << 1) & letters >> 1 & letters >> 2
            while starts != 0 {
                let offset = starts.trailingZeroBitCount
                starts &= starts &- 1
                let count = (~(letters >> UInt64(offset))).trailingZeroBitCount
                let word = base &+ offset
                guard let level = judge(line, word, word &+ count, start, end), level > found ?? .info else { continue }
                if level == .critical { return level }
                found = level
            }
            base = next
        }
        return found
    }

    /// `    at com.example.Foo.bar(Foo.java:10)`, `    at handle (/app/error.js:3:1)`: the exception was named above.
    private static func isStackFrame(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        line.has("at ", at: start, before: end)
            && (line[end - 1] == UInt8(ascii: ")") || line.byte(start + 3, before: end) == UInt8(ascii: "/"))
    }

    @inline(__always)
    private static func judge(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ lineStart: Int,
        _ lineEnd: Int
    ) -> Level? {
        if TellingWord.begins(line, start) {
            if let level = plainLevel(line, start, end, lineStart, lineEnd) { return level }
        }
        guard end &- start >= 8 else { return nil }
        switch line[end &- 1] {
        case UInt8(ascii: "r"), UInt8(ascii: "n"), UInt8(ascii: "g"):
            return classLevel(line, start, end, lineEnd)
        default:
            return nil
        }
    }

    // MARK: Words

    private static func plainLevel(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ lineStart: Int,
        _ lineEnd: Int
    ) -> Level? {
        guard let word = PackedWord(line, start, end), let telling = TellingWord.find(word) else { return nil }
        guard standsAlone(line, start, end, lineStart, lineEnd) else { return nil }
        if let follower = telling.follower {
            let next = line.blanksEnd(end, before: lineEnd)
            let nextEnd = next + follower.utf8CodeUnitCount
            guard next > end, line.has(follower, at: next, before: lineEnd),
                !ByteKind.isAlphanumeric(line.byte(nextEnd, before: lineEnd))
            else { return nil }
        }
        if telling.needsValue {
            let after = line.byte(end, before: lineEnd)
            guard after == UInt8(ascii: ":") || after == UInt8(ascii: "=") else { return nil }
        }
        // The likeliest first: `0 errors`, `no error`.
        if MentionedWords.isTakenBack(line, start, from: lineStart) { return nil }
        if MentionedWords.isEmptied(line, end, before: lineEnd, isError: telling.isError) { return nil }
        if MentionedWords.isCompound(line, end, before: lineEnd) { return nil }
        return telling.level
    }

    /// Whether the bytes beside a word are borders: neither a name, nor a path, nor a query.
    private static func standsAlone(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ lineStart: Int,
        _ lineEnd: Int
    ) -> Bool {
        if start > lineStart {
            let before = line[start - 1]
            if ByteKind.joins(before) { return false }
        }
        let after = line.byte(end, before: lineEnd)
        guard ByteKind.joins(after) else { return true }
        // A full stop, a dash or a question mark may end the word, but not inside of `error.log`.
        let next = line.byte(end + 1, before: lineEnd)
        switch after {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "?"): return !ByteKind.joins(next)
        case UInt8(ascii: "\\"): return next == UInt8(ascii: "n") || next == UInt8(ascii: "\"")
        default: return false
        }
    }

    // MARK: Classes

    /// The level of an exception's class: `TypeError`, `java.io.IOException`, `DeprecationWarning`.
    private static func classLevel(_ line: Span<UInt8>, _ start: Int, _ end: Int, _ lineEnd: Int) -> Level? {
        guard ByteKind.isUpper(line[start]) else { return nil }
        let level: Level
        if line.has("Error", at: end - 5, before: end) || line.has("Exception", at: end - 9, before: end) {
            level = .error
        } else if line.has("Warning", at: end - 7, before: end) {
            level = .warning
        } else {
            return nil
        }
        let after = line.byte(end, before: lineEnd)
        let before = start > 0 ? line[start - 1] : 0x20
        guard before != UInt8(ascii: "_"), before != UInt8(ascii: "/"), before != UInt8(ascii: "#") else { return nil }
        // The JVM's `-XX:+ExitOnOutOfMemoryError`.
        if before == UInt8(ascii: "+"), start > 1, line[start - 2] == UInt8(ascii: ":") { return nil }
        switch after {
        case UInt8(ascii: ":"): return line.byte(end + 1, before: lineEnd) == UInt8(ascii: ":") ? nil : level
        case 0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "("), UInt8(ascii: "\""),
            UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ">"):
            return MentionedWords.isCompound(line, end, before: lineEnd)
                || MentionedWords.isTakenBack(line, start, from: 0) ? nil : level
        case UInt8(ascii: "."):
            return ByteKind.joins(line.byte(end + 1, before: lineEnd)) ? nil : level
        default:
            return nil
        }
    }
}
