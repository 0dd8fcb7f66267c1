// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// A name of a level, and where it may stand to be taken for one.
struct LevelWord {
    /// Places in which a word is a level rather than a part of a sentence.
    struct Places: OptionSet {
        let rawValue: UInt8

        /// In capitals between borders: `10:00:00 ERROR main`.
        static let bare = Places(rawValue: 1)
        /// In brackets, in any case: `[error]`.
        static let bracketed = Places(rawValue: 2)
        /// Before a colon, in any case: `error: no such file`.
        static let colon = Places(rawValue: 4)
        /// Before a colon, in capitals alone: PostgreSQL's `HINT:`.
        static let capitalColon = Places(rawValue: 8)
        /// Right behind a time, in any case: `10:00:00, Info`.
        static let stamped = Places(rawValue: 16)

        static let all: Places = [.bare, .bracketed, .colon, .stamped]
        static let short: Places = [.bare, .bracketed, .stamped]
    }

    let level: Level
    let places: Places

    init(_ level: Level, _ places: Places) {
        self.level = level
        self.places = places
    }
}

/// The names of levels in the formats that we know, on the five levels of the API.
///
/// NOTICE is INFO, as are JUL's CONFIG and loguru's SUCCESS; what is below them is DEBUG; SEVERE and what is above
/// ERROR is CRITICAL.
/// FAILURE is an ERROR, but in the RAS logs of Blue Gene/L, where it ranks above FATAL, CRITICAL.
enum LevelWords {
    /// The longest name: `informational`.
    static let maximumCount = 13

    /// The level that a word names.
    @inline(__always)
    static func find(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> LevelWord? {
        let count = end &- start
        guard count >= 2, count <= maximumCount, lengths(line[start]) >> UInt16(count) & 1 != 0,
            let word = PackedWord(line, start, end)
        else { return nil }
        return find(word)
    }

    /// The lengths of the names that begin with a letter, one bit for each: nearly all words are ruled out by it.
    @inline(__always)
    private static func lengths(_ letter: UInt8) -> UInt16 {
        switch letter | 0x20 {
        case UInt8(ascii: "a"): 1 << 5 | 1 << 6
        case UInt8(ascii: "c"): 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8
        case UInt8(ascii: "d"): 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6
        case UInt8(ascii: "e"): 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9
        case UInt8(ascii: "f"): 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7
        case UInt8(ascii: "h"): 1 << 4
        case UInt8(ascii: "i"): 1 << 3 | 1 << 4 | 1 << 11 | 1 << 13
        case UInt8(ascii: "l"): 1 << 3 | 1 << 8
        case UInt8(ascii: "n"): 1 << 3 | 1 << 4 | 1 << 6
        case UInt8(ascii: "o"): 1 << 2
        case UInt8(ascii: "p"): 1 << 4 | 1 << 5
        case UInt8(ascii: "q"): 1 << 5
        case UInt8(ascii: "s"): 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9
        case UInt8(ascii: "t"): 1 << 3 | 1 << 4 | 1 << 5
        case UInt8(ascii: "v"): 1 << 3 | 1 << 4 | 1 << 7
        case UInt8(ascii: "w"): 1 << 3 | 1 << 4 | 1 << 7
        default: 0
        }
    }

    /// The level that a word names.
    static func find(_ word: PackedWord) -> LevelWord? {
        switch word.first {
        case UInt8(ascii: "d"), UInt8(ascii: "t"), UInt8(ascii: "v"): debugging(word)
        case UInt8(ascii: "i"), UInt8(ascii: "n"): informing(word)
        case UInt8(ascii: "w"): warning(word)
        case UInt8(ascii: "e"): failing(word)
        case UInt8(ascii: "f"): beginningWithF(word)
        case UInt8(ascii: "s"): beginningWithS(word)
        case UInt8(ascii: "c"): beginningWithC(word)
        case UInt8(ascii: "a"), UInt8(ascii: "p"): alarming(word)
        case UInt8(ascii: "l"): beginningWithL(word)
        default: other(word)
        }
    }

    private static func debugging(_ word: PackedWord) -> LevelWord? {
        if word.is("debug") { return LevelWord(.debug, .all) }
        if word.is("trace") { return LevelWord(.debug, .all) }
        if word.is("verbose") { return LevelWord(.debug, .all) }
        if word.is("dbug") || word.is("trce") { return LevelWord(.debug, .all) }
        if word.is("dbg") || word.is("trc") || word.is("vrb") { return LevelWord(.debug, .short) }
        if word.is("debu") || word.is("trac") || word.is("verb") { return LevelWord(.debug, [.bare, .bracketed]) }
        if word.is("dpanic") { return LevelWord(.critical, .short) }
        if word.is("detail") { return LevelWord(.info, .capitalColon) }
        return nil
    }

    private static func informing(_ word: PackedWord) -> LevelWord? {
        if word.is("info") { return LevelWord(.info, .all) }
        if word.is("information") || word.is("notice") { return LevelWord(.info, .all) }
        if word.is("inf") || word.is("ntc") { return LevelWord(.info, .short) }
        if word.is("informational") { return LevelWord(.info, [.bare, .bracketed]) }
        if word.is("note") { return LevelWord(.info, [.bracketed, .colon]) }
        return nil
    }

    private static func warning(_ word: PackedWord) -> LevelWord? {
        if word.is("warn") || word.is("warning") { return LevelWord(.warning, .all) }
        if word.is("wrn") { return LevelWord(.warning, .short) }
        return nil
    }

    private static func failing(_ word: PackedWord) -> LevelWord? {
        if word.is("error") || word.is("err") { return LevelWord(.error, .all) }
        if word.is("erro") || word.is("eror") { return LevelWord(.error, [.bare, .bracketed]) }
        if word.is("emerg") || word.is("emergency") { return LevelWord(.critical, [.bare, .bracketed]) }
        return nil
    }

    private static func beginningWithF(_ word: PackedWord) -> LevelWord? {
        if word.is("fatal") { return LevelWord(.critical, .all) }
        if word.is("fail") { return LevelWord(.error, [.bare, .bracketed, .colon]) }
        if word.is("failure") { return LevelWord(.error, [.bare, .bracketed, .colon]) }
        if word.is("failed") { return LevelWord(.error, .bracketed) }
        if word.is("ftl") { return LevelWord(.critical, .short) }
        if word.is("fata") { return LevelWord(.critical, [.bare, .bracketed]) }
        if word.is("fine") || word.is("finer") || word.is("finest") { return LevelWord(.debug, [.bare, .bracketed]) }
        return nil
    }

    private static func beginningWithS(_ word: PackedWord) -> LevelWord? {
        if word.is("severe") { return LevelWord(.critical, [.bare, .bracketed, .colon]) }
        if word.is("success") { return LevelWord(.info, [.bare, .bracketed]) }
        if word.is("system") { return LevelWord(.info, .bracketed) }
        if word.is("statement") { return LevelWord(.info, .capitalColon) }
        if word.is("silly") || word.is("spam") { return LevelWord(.debug, [.bracketed, .colon]) }
        return nil
    }

    private static func beginningWithC(_ word: PackedWord) -> LevelWord? {
        if word.is("critical") || word.is("crit") { return LevelWord(.critical, .all) }
        if word.is("crt") { return LevelWord(.critical, .bracketed) }
        if word.is("context") || word.is("config") { return LevelWord(.info, .capitalColon) }
        return nil
    }

    private static func alarming(_ word: PackedWord) -> LevelWord? {
        if word.is("panic") { return LevelWord(.critical, .all) }
        if word.is("pani") || word.is("alert") { return LevelWord(.critical, [.bare, .bracketed]) }
        if word.is("assert") { return LevelWord(.critical, .bracketed) }
        return nil
    }

    private static func beginningWithL(_ word: PackedWord) -> LevelWord? {
        word.is("log") || word.is("location") ? LevelWord(.info, .capitalColon) : nil
    }

    private static func other(_ word: PackedWord) -> LevelWord? {
        if word.is("hint") || word.is("query") { return LevelWord(.info, .capitalColon) }
        if word.is("ok") { return LevelWord(.info, .bracketed) }
        return nil
    }

    /// The level that a single letter stands for: logcat's, klog's, capnslog's.
    static func find(letter: UInt8) -> Level? {
        switch letter | 0x20 {
        case UInt8(ascii: "v"), UInt8(ascii: "t"), UInt8(ascii: "d"): .debug
        case UInt8(ascii: "i"), UInt8(ascii: "n"): .info
        case UInt8(ascii: "w"): .warning
        case UInt8(ascii: "e"): .error
        case UInt8(ascii: "f"), UInt8(ascii: "c"): .critical
        default: nil
        }
    }
}
