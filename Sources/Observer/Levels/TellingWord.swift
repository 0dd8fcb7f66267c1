// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// A word that says by itself how a message is meant.
struct TellingWord {
    /// What it says.
    let level: Level
    /// What must follow for it to say so: `out` alone says nothing, `out of memory` does.
    var follower: StaticString?
    /// Whether it only tells before a colon or an equals sign: `err`.
    var needsValue = false
    /// Whether it names an error, whose value describes it.
    var isError = false

    private init(_ level: Level, then follower: StaticString? = nil, needsValue: Bool = false, isError: Bool = false) {
        self.level = level
        self.follower = follower
        self.needsValue = needsValue
        self.isError = isError
    }

    /// Whether a word that begins at an index with at least three letters may be one of these, judged by the three.
    @inline(__always)
    static func begins(_ line: Span<UInt8>, _ start: Int) -> Bool {
        // One bit for each letter of "acdefikoprstuw".
        let letters: UInt32 = 0x00BD_8A7A
        guard letters >> UInt32(line[start] & 31) & 1 != 0 else { return false }
        let rest = UInt16(line[start &+ 1] | 0x20) | UInt16(line[start &+ 2] | 0x20) << 8
        return begins(line[start] | 0x20, rest)
    }

    private static func begins(_ first: UInt8, _ rest: UInt16) -> Bool {
        switch first {
        case UInt8(ascii: "a"): rest == two("bo")
        case UInt8(ascii: "c"):
            rest == two("ri") || rest == two("an") || rest == two("ou") || rest == two("ra") || rest == two("or")
        case UInt8(ascii: "d"): rest == two("ep") || rest == two("en")
        case UInt8(ascii: "e"): rest == two("rr") || rest == two("xc")
        case UInt8(ascii: "f"): rest == two("ai") || rest == two("at")
        case UInt8(ascii: "i"): rest == two("nv")
        case UInt8(ascii: "k"): rest == two("il")
        case UInt8(ascii: "o"): rest == two("ut") || rest == two("om")
        case UInt8(ascii: "p"): rest == two("an")
        case UInt8(ascii: "r"): rest == two("ef") || rest == two("ej") || rest == two("et")
        case UInt8(ascii: "s"): rest == two("eg") || rest == two("ig")
        case UInt8(ascii: "t"): rest == two("ra") || rest == two("im")
        case UInt8(ascii: "u"): rest == two("nh") || rest == two("nc") || rest == two("na") || rest == two("nr")
        case UInt8(ascii: "w"): rest == two("ar")
        default: false
        }
    }

    /// Two letters of a literal; folded to a constant where the compiler optimises.
    @inline(__always)
    private static func two(_ text: StaticString) -> UInt16 {
        // SAFETY: all literals above have two letters.
        UInt16(text.utf8Start[0]) | UInt16(text.utf8Start[1]) << 8
    }

    /// What a word says, if anything.
    static func find(_ word: PackedWord) -> TellingWord? {
        switch word.first {
        case UInt8(ascii: "e"): beginningWithE(word)
        case UInt8(ascii: "f"): beginningWithF(word)
        case UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "s"): beginningWithCOS(word)
        case UInt8(ascii: "w"), UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "r"): beginningWithWDIR(word)
        default: other(word)
        }
    }

    private static func beginningWithE(_ word: PackedWord) -> TellingWord? {
        if word.is("error") || word.is("errors") { return TellingWord(.error, isError: true) }
        if word.is("exception") || word.is("exceptions") { return TellingWord(.error, isError: true) }
        if word.is("err") { return TellingWord(.error, needsValue: true, isError: true) }
        return nil
    }

    private static func beginningWithF(_ word: PackedWord) -> TellingWord? {
        if word.is("failed") || word.is("failure") || word.is("failures") { return TellingWord(.error, isError: true) }
        if word.is("fail") || word.is("fails") || word.is("failing") { return TellingWord(.error) }
        if word.is("fatal") { return TellingWord(.critical) }
        return nil
    }

    private static func beginningWithCOS(_ word: PackedWord) -> TellingWord? {
        if word.is("critical") { return TellingWord(.critical) }
        if word.is("cannot") { return TellingWord(.error) }
        if word.is("could") { return TellingWord(.error, then: "not") }
        if word.is("couldn") { return TellingWord(.error) }
        if word.is("crashed") || word.is("corrupted") || word.is("corrupt") { return TellingWord(.error) }
        if word.is("core") { return TellingWord(.critical, then: "dumped") }
        if word.is("out") { return TellingWord(.critical, then: "of memory") }
        if word.is("oomkilled") { return TellingWord(.critical, isError: true) }
        if word.is("segfault") || word.is("sigsegv") { return TellingWord(.critical) }
        if word.is("segmentation") { return TellingWord(.critical, then: "fault") }
        return nil
    }

    private static func beginningWithWDIR(_ word: PackedWord) -> TellingWord? {
        if word.is("warning") || word.is("warnings") || word.is("warn") { return TellingWord(.warning) }
        if word.is("deprecated") { return TellingWord(.warning) }
        if word.is("denied") { return TellingWord(.error) }
        if word.is("invalid") { return TellingWord(.warning) }
        if word.is("refused") { return TellingWord(.error) }
        if word.is("rejected") || word.is("retrying") { return TellingWord(.warning) }
        return nil
    }

    private static func other(_ word: PackedWord) -> TellingWord? {
        if word.is("panic") || word.is("panicked") { return TellingWord(.critical) }
        if word.is("traceback") { return TellingWord(.error) }
        if word.is("unhandled") || word.is("uncaught") { return TellingWord(.error) }
        if word.is("unable") { return TellingWord(.error, then: "to") }
        if word.is("unreachable") || word.is("aborted") { return TellingWord(.warning) }
        if word.is("timed") { return TellingWord(.error, then: "out") }
        if word.is("killed") { return TellingWord(.critical, then: "process") }
        return nil
    }
}
