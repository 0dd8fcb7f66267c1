// SPDX-License-Identifier: Apache-2.0

/// The short names of days and months, which times hold and sentences do not.
enum Calendar {
    /// Whether a word of three letters is one of them.
    static func isDayOrMonth(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard ByteKind.isUpper(line[start]), let word = PackedWord(line, start, end) else { return false }
        return isDay(word) || isMonth(word)
    }

    private static func isDay(_ word: PackedWord) -> Bool {
        word.is("mon") || word.is("tue") || word.is("wed") || word.is("thu") || word.is("fri") || word.is("sat")
            || word.is("sun")
    }

    private static func isMonth(_ word: PackedWord) -> Bool {
        word.is("jan") || word.is("feb") || word.is("mar") || word.is("apr") || word.is("may") || word.is("jun")
            || word.is("jul") || word.is("aug") || word.is("sep") || word.is("oct") || word.is("nov") || word.is("dec")
    }
}
