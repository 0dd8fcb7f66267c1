// SPDX-License-Identifier: Apache-2.0

/// The surroundings in which a word like `error` is spoken of without having happened.
enum MentionedWords {
    /// Whether what precedes the word at `start` takes it back: `no errors`, `0 failed`, `without error`, `if error`.
    static func isTakenBack(_ line: Span<UInt8>, _ start: Int, from lineStart: Int) -> Bool {
        guard let first = wordBefore(line, start, from: lineStart) else { return false }
        if isZero(line, first) { return true }
        guard let near = PackedWord(line, first.lowerBound, first.upperBound) else { return false }
        if negates(near) || conditions(near) || settles(near) { return true }
        // The JVM collects garbage because of an `(Allocation Failure)`: its usual reason.
        if near.is("allocation"), line.byte(first.lowerBound - 1, before: start) == UInt8(ascii: "(") { return true }
        guard let second = wordBefore(line, first.lowerBound, from: lineStart) else { return false }
        if isZero(line, second) { return true }
        guard let far = PackedWord(line, second.lowerBound, second.upperBound) else { return false }
        if negatesNoun(far) { return true }
        if near.is("from") || near.is("the") || near.is("an") || near.is("a") || near.is("any") || near.is("of") {
            return settles(far) || far.is("not") || conditions(far) || (near.is("of") && far.is("case"))
        }
        return false
    }

    /// The word that stands before an index with nothing but blanks between.
    private static func wordBefore(_ line: Span<UInt8>, _ start: Int, from lineStart: Int) -> Range<Int>? {
        var wordEnd = start
        while wordEnd > lineStart, ByteKind.isBlank(line[wordEnd - 1]) { wordEnd -= 1 }
        guard wordEnd < start else { return nil }
        var wordStart = wordEnd
        // An apostrophe belongs to `didn't`.
        while wordStart > lineStart,
            ByteKind.isAlphanumeric(line[wordStart - 1]) || line[wordStart - 1] == UInt8(ascii: "'")
        {
            wordStart -= 1
        }
        return wordStart < wordEnd ? wordStart..<wordEnd : nil
    }

    private static func isZero(_ line: Span<UInt8>, _ word: Range<Int>) -> Bool {
        guard word.count == 1, line[word.lowerBound] == UInt8(ascii: "0") else { return false }
        // `10.0 errors` is not zero of them; in `ok=0 failed=1` the zero belongs to another.
        let before = word.lowerBound > 0 ? line[word.lowerBound - 1] : 0x20
        return !ByteKind.joins(before) && before != UInt8(ascii: "=")
    }

    private static func negates(_ word: PackedWord) -> Bool {
        negatesNoun(word) || word.is("not") || word.is("never") || word.is("non") || word.is("didn't")
            || word.is("isn't") || word.is("doesn't") || word.is("cannot") || word.is("won't")
    }

    private static func negatesNoun(_ word: PackedWord) -> Bool {
        word.is("no") || word.is("without") || word.is("zero") || word.is("neither")
    }

    private static func conditions(_ word: PackedWord) -> Bool {
        word.is("if") || word.is("on") || word.is("when") || word.is("any") || word.is("possible")
            || word.is("potential") || word.is("expected") || word.is("unless") || word.is("upon") || word.is("until")
            || word.is("simulate") || word.is("simulated") || word.is("custom") || word.is("global")
            || word.is("default") || word.is("max") || word.is("per") || word.is("each")
    }

    /// Words that say that it is over, or taken care of.
    private static func settles(_ word: PackedWord) -> Bool {
        word.is("ignore") || word.is("ignoring") || word.is("ignored") || word.is("handle") || word.is("handles")
            || word.is("handling") || word.is("handled") || word.is("fixed") || word.is("resolved")
            || word.is("cleared") || word.is("corrected") || word.is("recovered") || word.is("suppress")
            || word.is("suppressed") || word.is("suppressing") || word.is("previous") || word.is("previously")
            || word.is("detect") || word.is("register") || word.is("registered") || word.is("recovering")
            || word.is("report") || word.is("clearing") || word.is("reset") || word.is("prevent")
    }

    /// Whether what follows the word that ends at `end` says that there is none: `errors: 0`, `error=null`, `failed 0`.
    ///
    /// Where `isError`, the word names an error, whose value describes it; with other words, `panic=10`, it is a
    /// setting.
    static func isEmptied(_ line: Span<UInt8>, _ end: Int, before lineEnd: Int, isError: Bool) -> Bool {
        var index = end
        // The quote of a JSON member's name, or the bracket of `error(s)`.
        if line.has("(s)", at: index, before: lineEnd) { index += 3 }
        let quote = line.byte(index, before: lineEnd)
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") { index += 1 }
        if line.has("\\\"", at: index, before: lineEnd) { index += 2 }
        let valueStart = line.blanksEnd(index, before: lineEnd)
        let sign = line.byte(valueStart, before: lineEnd)
        guard sign == UInt8(ascii: ":") || sign == UInt8(ascii: "=") else {
            return isLoneZero(line, valueStart, lineEnd)
        }
        if sign == UInt8(ascii: "="), !isError { return true }
        let value = line.blanksEnd(valueStart + 1, before: lineEnd)
        guard value < lineEnd else { return sign == UInt8(ascii: "=") }
        return LevelValue.isNothing(line, value, before: lineEnd)
    }

    /// Whether a zero stands alone at an index: `failed 0, passed 12`.
    private static func isLoneZero(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        line.byte(start, before: end) == UInt8(ascii: "0") && !ByteKind.joins(line.byte(start + 1, before: end))
    }

    /// Whether the word that ends at `end` is the first part of a name: `error handler`, `failure rate`, `error code
    /// 0`.
    static func isCompound(_ line: Span<UInt8>, _ end: Int, before lineEnd: Int) -> Bool {
        let start = line.blanksEnd(end, before: lineEnd)
        let wordEnd = line.lettersEnd(start, before: lineEnd)
        guard start > end, let word = PackedWord(line, start, wordEnd) else { return false }
        if word.is("code") || word.is("codes") || word.is("status") {
            let value = line.blanksEnd(wordEnd, before: lineEnd)
            let sign = line.byte(value, before: lineEnd)
            let isSign = sign == UInt8(ascii: ":") || sign == UInt8(ascii: "=")
            return LevelValue.isNothing(
                line,
                isSign ? line.blanksEnd(value + 1, before: lineEnd) : value,
                before: lineEnd
            )
        }
        return namesThing(word)
    }

    /// Whether a word, behind an error's, names what deals with errors or measures them; by its first letter.
    private static func namesThing(_ word: PackedWord) -> Bool {
        switch word.first {
        case UInt8(ascii: "a"):
            word.is("action")
        case UInt8(ascii: "b"):
            word.is("boundary") || word.is("budget")
        case UInt8(ascii: "c"):
            word.is("correction") || word.is("corrected") || word.is("checking") || word.is("collector")
                || word.is("count") || word.is("counts") || word.is("counter") || word.is("counters")
                || word.is("channel")
        case UInt8(ascii: "d"):
            word.is("detector") || word.is("detection") || word.is("domain") || word.is("disabled")
        case UInt8(ascii: "e"):
            word.is("enabled")
        case UInt8(ascii: "f"):
            word.is("free")
        case UInt8(ascii: "h"):
            word.is("handler") || word.is("handlers") || word.is("handling") || word.is("handled")
        case UInt8(ascii: "i"):
            word.is("injection") || word.is("if")
        case UInt8(ascii: "l"):
            word.is("log") || word.is("logs") || word.is("logging") || word.is("logger") || word.is("level")
                || word.is("levels") || word.is("limit")
        case UInt8(ascii: "m"):
            word.is("middleware") || word.is("mapper") || word.is("metrics") || word.is("mode")
                || word.is("margin")
        case UInt8(ascii: "n"):
            word.is("notification") || word.is("notifier")
        case UInt8(ascii: "o"):
            word.is("output")
        case UInt8(ascii: "p"):
            word.is("page") || word.is("pages") || word.is("path") || word.is("policy")
        case UInt8(ascii: "q"):
            word.is("queue")
        case UInt8(ascii: "r"):
            word.is("report") || word.is("reports") || word.is("reporter") || word.is("reporting")
                || word.is("recovery") || word.is("resolver") || word.is("rate") || word.is("rates")
                || word.is("ratio")
        case UInt8(ascii: "s"):
            word.is("section") || word.is("statistics") || word.is("stats") || word.is("stream")
        case UInt8(ascii: "t"):
            word.is("tracking") || word.is("tracker") || word.is("template") || word.is("templates")
                || word.is("tolerance") || word.is("translator") || word.is("threshold")
                || word.is("thresholds") || word.is("topic")
        default:
            false
        }
    }
}
