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
        let key =
            UInt32(line[start] | 0x20) | UInt32(line[start &+ 1] | 0x20) << 8 | UInt32(line[start &+ 2] | 0x20) << 16
        return begins(key)
    }

    private static func begins(_ key: UInt32) -> Bool {
        key == three("err") || key == three("exc") || key == three("fai") || key == three("fat") || key == three("cri")
            || key == three("can") || key == three("cou") || key == three("cra") || key == three("cor")
            || key == three("out") || key == three("oom") || key == three("seg") || key == three("sig")
            || key == three("war") || key == three("dep") || key == three("den") || key == three("inv")
            || key == three("ref") || key == three("rej") || key == three("ret") || key == three("pan")
            || key == three("tra") || key == three("unh") || key == three("unc") || key == three("una")
            || key == three("unr") || key == three("tim") || key == three("abo") || key == three("kil")
    }

    /// The first three letters of a literal; folded to a constant where the compiler optimises.
    @inline(__always)
    private static func three(_ text: StaticString) -> UInt32 {
        // SAFETY: all literals above have three letters.
        UInt32(text.utf8Start[0]) | UInt32(text.utf8Start[1]) << 8 | UInt32(text.utf8Start[2]) << 16
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
