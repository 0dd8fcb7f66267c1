// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The judgement whether a level's name in the header of a line is the line's level.
///
/// It goes by the borders of the word, by its case, and by what the walk passed before it.
enum DelimitedTag {
    /// The level of the level's name in a range, or `nil` when it is a mere word.
    static func level(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ word: LevelWord,
        _ scan: HeaderScan
    ) -> Level? {
        let lineEnd = scan.end
        let before = start > scan.start ? line[start - 1] : 0x20
        let after = line.byte(end, before: lineEnd)
        guard !ByteKind.joins(before) || before == UInt8(ascii: "-") || before == UInt8(ascii: "#") else { return nil }
        let isCapital = ByteKind.isUpper(line[start]) && ByteKind.isUpper(line[end - 1])
        if word.places.contains(.bracketed), isBracketed(line, start, end, before, isCapital, scan) {
            return word.level
        }
        if after == UInt8(ascii: ":") {
            if let level = colonLevel(line, start, end, word, isCapital, scan) { return level }
        }
        if isCapital, word.places.contains(.bare), endsBareWord(line, end, after, lineEnd) {
            if isMentioned(line, start, scan) { return nil }
            if scan.prose > 0, MentionedWords.isCompound(line, end, before: lineEnd) { return nil }
            return specialised(word.level, line, start, end, scan)
        }
        if word.places.contains(.capitalColon), isCapital, line.has(" [", at: end, before: lineEnd), scan.prose == 0 {
            return word.level
        }
        guard word.places.contains(.stamped) else { return nil }
        return isSetApart(line, start, end, before, after, word, scan) ? word.level : nil
    }

    // MARK: Places

    /// `[error]`, `[ WARN ]`, `<info>`, Apache's `[core:error]`; round and curly brackets only for capitals.
    private static func isBracketed(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ before: UInt8,
        _ isCapital: Bool,
        _ scan: HeaderScan
    ) -> Bool {
        // Apache 2.4 numbers its trace levels.
        let close = line.byte(line.blanksEnd(line.digitsEnd(end, before: scan.end), before: scan.end), before: scan.end)
        guard
            close == UInt8(ascii: "]") || close == UInt8(ascii: ">") || close == UInt8(ascii: ")")
                || close == UInt8(ascii: "}")
        else { return false }
        var index = start - 1
        while index >= scan.start, ByteKind.isBlank(line[index]) { index -= 1 }
        guard index >= scan.start else { return false }
        switch line[index] {
        case UInt8(ascii: "["): return close == UInt8(ascii: "]") && (isCapital || scan.prose <= 2)
        case UInt8(ascii: "<"): return close == UInt8(ascii: ">") && scan.prose <= 2
        case UInt8(ascii: "("), UInt8(ascii: "{"): return isCapital
        case UInt8(ascii: ":"):
            // Apache 2.4 puts the module before the level.
            index -= 1
            while index >= scan.start, ByteKind.isLetter(line[index]) || line[index] == UInt8(ascii: "_") { index -= 1 }
            return index >= scan.start && line[index] == UInt8(ascii: "[") && close == UInt8(ascii: "]")
        default: return false
        }
    }

    /// `ERROR: …`, `WARNING:root:…`, `error: no such file`, but not `error: null`.
    private static func colonLevel(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ word: LevelWord,
        _ isCapital: Bool,
        _ scan: HeaderScan
    ) -> Level? {
        let allowed: LevelWord.Places = isCapital ? [.bare, .colon, .capitalColon] : .colon
        guard !word.places.isDisjoint(with: allowed), scan.depth == 0 || isCapital else { return nil }
        let next = line.byte(end + 1, before: scan.end)
        guard ByteKind.isBlank(next) || (isCapital && next != UInt8(ascii: ":")) else { return nil }
        let value = line.blanksEnd(end + 1, before: scan.end)
        if value < scan.end, LevelValue.isNothing(line, value, before: scan.end),
            isWholeValue(line, value, scan.end)
        {
            return nil
        }
        if isMentioned(line, start, scan) { return nil }
        if !isCapital, scan.prose > 0, MentionedWords.isTakenBack(line, start, from: scan.start) { return nil }
        // `fatal error: …`, as Go, C compilers and PHP write it.
        if word.level == .error,
            let previous = PackedWord(line, scan.previousWord.lowerBound, scan.previousWord.upperBound),
            previous.is("fatal") || previous.is("critical")
        {
            return .critical
        }
        return word.level
    }

    /// Whether the value at an index is one word at the end of the line or of its part.
    private static func isWholeValue(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var index = start
        while index < end, line[index] > 0x20, line[index] != UInt8(ascii: ","), line[index] != UInt8(ascii: ";") {
            index += 1
        }
        return index == end || line[index] != 0x20 || line.blanksEnd(index, before: end) == end
            || line[index - 1] == UInt8(ascii: ".")
    }

    /// Whether what follows a bare word in capitals lets it be a level.
    private static func endsBareWord(_ line: Span<UInt8>, _ end: Int, _ after: UInt8, _ lineEnd: Int) -> Bool {
        switch after {
        case 0x00...0x20, UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"),
            UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "!"),
            UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "*"), UInt8(ascii: "\""):
            true
        case UInt8(ascii: "/"):
            // Celery: `[2026-11-23 10:00:00,000: INFO/MainProcess]`.
            ByteKind.isLetter(line.byte(end + 1, before: lineEnd))
        case UInt8(ascii: "-"), UInt8(ascii: "."):
            !ByteKind.isAlphanumeric(line.byte(end + 1, before: lineEnd))
        default:
            // PostgreSQL numbers its debug levels; some put the process right behind the level: `WARN1234[main]`.
            ByteKind.isDigit(after) && isNumbered(line, end, lineEnd)
        }
    }

    private static func isNumbered(_ line: Span<UInt8>, _ end: Int, _ lineEnd: Int) -> Bool {
        let border = line.byte(line.digitsEnd(end, before: lineEnd), before: lineEnd)
        return border == UInt8(ascii: ":") || border == UInt8(ascii: "[")
    }

    /// Whether the word before makes the level a thing that is spoken of: `log level WARN`, `no ERROR`.
    private static func isMentioned(_ line: Span<UInt8>, _ start: Int, _ scan: HeaderScan) -> Bool {
        guard scan.prose > 0 || !scan.previousWord.isEmpty else { return false }
        guard let previous = PackedWord(line, scan.previousWord.lowerBound, scan.previousWord.upperBound) else {
            return false
        }
        // A border between the two ends the sentence.
        var index = scan.previousWord.upperBound
        while index < start {
            guard ByteKind.isBlank(line[index]) || line[index] == UInt8(ascii: ":") else { return false }
            index += 1
        }
        return previous.is("level") || previous.is("to") || previous.is("is") || previous.is("no")
            || previous.is("without")
            || previous.is("not") || previous.is("on") || previous.is("if") || previous.is("loglevel")
            || previous.is("severity") || previous.is("zero") || previous.is("log_level")
    }

    /// A level of a word in capitals, but for those whose rank a format sets otherwise.
    private static func specialised(
        _ level: Level,
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ scan: HeaderScan
    ) -> Level {
        guard level == .error else { return level }
        guard let previous = PackedWord(line, scan.previousWord.lowerBound, scan.previousWord.upperBound) else {
            return level
        }
        if previous.is("fatal") { return .critical }
        guard let word = PackedWord(line, start, end), word.is("failure") else { return level }
        return RASHeader.begins(line, scan.start, before: scan.end) ? .critical : level
    }

    /// A word in any case that the layout sets apart: right behind the time, or between tabs, dashes or bars, or at the
    /// beginning
    /// with a wide gap behind it.
    private static func isSetApart(
        _ line: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ before: UInt8,
        _ after: UInt8,
        _ word: LevelWord,
        _ scan: HeaderScan
    ) -> Bool {
        if scan.depth > 0 {
            // VMware: `[2026-11-23 10:00:00.000 F5A5AB90 info 'Default'] …`.
            return scan.hasStamp && scan.prose == 0 && before == 0x20 && after == 0x20
                && line[scan.start] == UInt8(ascii: "[")
        }
        let next = line.byte(end + 1, before: scan.end)
        if before == 0x09, after == 0x09 { return scan.prose <= 1 }
        if after == UInt8(ascii: "|"), before == UInt8(ascii: "|") { return true }
        guard ByteKind.isBlank(after) || end == scan.end else { return false }
        let twoBefore = start - 2 >= scan.start ? line[start - 2] : 0x20
        if before == 0x20, next == twoBefore, next == UInt8(ascii: "-") || next == UInt8(ascii: "|") { return true }
        let isWide = after == 0x09 || ByteKind.isBlank(next)
        if start == scan.start, !scan.hasStamp { return isWide && end < scan.end }
        guard scan.hasStamp, scan.onlyStamps, scan.prose == 0 else { return false }
        return isWide || word.level <= .info || !MentionedWords.isCompound(line, end, before: scan.end)
    }

    // MARK: Letters

    /// A single letter: `16:13:38.811  1702  2395 D Tag`, `[I 10:00:00 app]`, `[W]`, `W | etcd`, `E [23/Nov/2026:…`,
    /// `W! …`.
    static func letterLevel(_ line: Span<UInt8>, _ start: Int, _ scan: HeaderScan) -> Level? {
        let letter = line[start]
        guard ByteKind.isUpper(letter), let level = LevelWords.find(letter: letter) else { return nil }
        let before = start > scan.start ? line[start - 1] : 0x20
        let after = line.byte(start + 1, before: scan.end)
        if before == UInt8(ascii: "[") {
            let isTornado = after == 0x20 && ByteKind.isDigit(line.byte(start + 2, before: scan.end))
            return (after == UInt8(ascii: "]") || isTornado) && scan.prose <= 1 ? level : nil
        }
        guard ByteKind.isBlank(before), scan.onlyStamps, scan.depth == 0 else { return nil }
        if start == scan.start, !scan.hasStamp {
            // apt's `E: Unable to locate package`.
            let isError = letter == UInt8(ascii: "E") || letter == UInt8(ascii: "W")
            if isError, line.has(": ", at: start + 1, before: scan.end),
                ByteKind.isUpper(line.byte(start + 3, before: scan.end))
            {
                return level
            }
            // CUPS puts the letter before the time.
            return line.has(" [", at: start + 1, before: scan.end)
                && ByteKind.isDigit(line.byte(start + 3, before: scan.end))
                ? level : nil
        }
        guard scan.hasStamp else { return nil }
        if after == UInt8(ascii: "!") { return line.byte(start + 2, before: scan.end) == 0x20 ? level : nil }
        guard ByteKind.isBlank(after) else { return nil }
        if letter == UInt8(ascii: "C") || letter == UInt8(ascii: "N") {
            return line.byte(start + 2, before: scan.end) == UInt8(ascii: "|") ? level : nil
        }
        return level
    }

    /// Xorg's `(EE)`, `(WW)`, `(II)`, of a letter that stands twice.
    static func doubledLetterLevel(_ line: Span<UInt8>, _ start: Int, _ scan: HeaderScan) -> Level? {
        guard start > scan.start, line[start - 1] == UInt8(ascii: "("),
            line.byte(start + 2, before: scan.end) == UInt8(ascii: ")")
        else { return nil }
        switch line[start] {
        case UInt8(ascii: "E"): return .error
        case UInt8(ascii: "W"): return .warning
        case UInt8(ascii: "I"): return .info
        default: return nil
        }
    }

    /// Monolog's channel and level, `app.ERROR: …`, and log4j's thread and level, `[Server thread/WARN]: …`.
    static func channelLevel(_ line: Span<UInt8>, _ start: Int, _ end: Int, before lineEnd: Int) -> Level? {
        var index = end
        while index > start, ByteKind.isUpper(line[index - 1]) { index -= 1 }
        guard index > start, let word = LevelWords.find(line, index, end), word.places.contains(.bare) else {
            return nil
        }
        switch line[index - 1] {
        case UInt8(ascii: "."):
            return line.has(": ", at: end, before: lineEnd) ? word.level : nil
        case UInt8(ascii: "/"):
            return line.byte(end, before: lineEnd) == UInt8(ascii: "]") ? word.level : nil
        default:
            return nil
        }
    }
}
