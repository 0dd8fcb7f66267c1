// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The look at a line that tells nearly all lines without a secret, at a fraction of a pattern's cost.
///
/// Every secret that is known has a hint in or before it: a short text such as `token` or `://`. Each pair of bytes is
/// looked up with the one behind it, five bits of each, in a table of what hints begin with, at their first byte and at
/// their second, so that looking at every second place is enough.
struct SecretHints: Sendable {
    /// The kinds of secrets of which hints were found.
    struct Kinds: OptionSet, Sendable, Hashable {
        let rawValue: UInt8
        static let pair = Kinds(rawValue: 1)
        static let authorization = Kinds(rawValue: 2)
        static let cookie = Kinds(rawValue: 4)
        static let url = Kinds(rawValue: 8)
        static let shape = Kinds(rawValue: 16)
        static let key = Kinds(rawValue: 32)
        static let program = Kinds(rawValue: 64)
        static let keyBody = Kinds(rawValue: 128)
    }

    /// A hint, and where in it the three bytes stand by which it was found.
    private struct Candidate: Sendable {
        /// The hint's first eight bytes, little-endian; all hints that are longer differ in them.
        var word: UInt64 = 0
        /// 0x20 for letters whose case does not matter, else 0.
        var folds: UInt64 = 0
        /// 0xFF for each byte of the hint.
        var mask: UInt64 = 0
        var count: Int
        var offset: Int
        var kinds: Kinds
    }

    /// A bit for each fold of three bytes that a hint has at its start or one behind.
    private var table = [UInt64](repeating: 0, count: 512)
    /// How many bits are set before each word of the table.
    private var ranks = [Int](repeating: 0, count: 512)
    /// Where the candidates of each set bit begin, and where the last end.
    private var starts: [Int] = []
    private var candidates: [Candidate] = []

    init() {
        var found: [Int: [Candidate]] = [:]
        for (kinds, texts) in Self.anyCase {
            for text in texts { Self.add(text, kinds, ignoresCase: true, to: &found) }
        }
        for text in Self.shapes { Self.add(text, .shape, ignoresCase: false, to: &found) }
        for fold in found.keys.sorted() {
            table[fold >> 6] |= 1 << UInt64(fold & 63)
            starts.append(candidates.count)
            candidates += found[fold] ?? []
        }
        starts.append(candidates.count)
        for index in 1..<table.count { ranks[index] = ranks[index - 1] + table[index - 1].nonzeroBitCount }
    }

    private static func add(_ text: String, _ kinds: Kinds, ignoresCase: Bool, to found: inout [Int: [Candidate]]) {
        let bytes = Array(text.utf8)
        var candidate = Candidate(count: min(bytes.count, 8), offset: 0, kinds: kinds)
        for (index, byte) in bytes.prefix(8).enumerated() {
            let shift = UInt64(8 * index)
            candidate.word |= UInt64(byte) << shift
            candidate.mask |= 0xFF << shift
            if ignoresCase, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) { candidate.folds |= 0x20 << shift }
        }
        found[fold(bytes[0], bytes[1], bytes[2]), default: []].append(candidate)
        candidate.offset = 1
        for last in bytes.count > 3 ? bytes[3]...bytes[3] : 0...31 {
            found[fold(bytes[1], bytes[2], last), default: []].append(candidate)
        }
    }

    private static func fold(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Int {
        Int(a & 31) | Int(b & 31) << 5 | Int(c & 31) << 10
    }

    /// The kinds of secrets that a text may hold.
    func kinds(in text: UnsafeBufferPointer<UInt8>) -> Kinds {
        var found: Kinds = KeyBody.isOne(text) ? .keyBody : []
        scan(text) { kinds, start, end in
            guard !found.isSuperset(of: kinds), HintSurroundings.mayHold(kinds, text, start, end) else { return }
            found.formUnion(kinds)
        }
        return found
    }

    /// The places of hints of a kind in a text, in order.
    func places(of kind: Kinds, in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var places: [Range<Int>] = []
        scan(text) { kinds, start, end in
            if kinds.contains(kind), HintSurroundings.mayHold(kinds, text, start, end) { places.append(start..<end) }
        }
        return places
    }

    /// Whether a text holds a hint, whatever stands around it.
    func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var isFound = false
        scan(text) { _, _, _ in isFound = true }
        return isFound
    }

    /// Calls back with each hint's kinds and place, in order.
    @inline(__always)
    private func scan(_ text: UnsafeBufferPointer<UInt8>, _ body: (_ kinds: Kinds, _ start: Int, _ end: Int) -> Void) {
        guard text.count >= 4, let base = text.baseAddress else { return }
        let table = table.span
        let last = text.count - 4
        var index = 0
        // Two places at a time, which the processor looks up side by side.
        while index &+ 8 <= text.count {
            // SAFETY: eight bytes from `index` lie within the text by the loop's condition; the load may be unaligned.
            let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let first = Self.fold(word)
            let second = Self.fold(word >> 16)
            if (Self.bit(first, table) | Self.bit(second, table)) & 1 != 0 {
                if Self.bit(first, table) & 1 != 0 { look(at: index, first, in: text, body) }
                if Self.bit(second, table) & 1 != 0 { look(at: index &+ 2, second, in: text, body) }
            }
            index &+= 4
        }
        while index <= last {
            let fold = Self.fold(text[index], text[index + 1], text[index + 2])
            if Self.bit(fold, table) & 1 != 0 { look(at: index, fold, in: text, body) }
            index &+= 2
        }
    }

    @inline(__always)
    private static func fold(_ word: UInt64) -> Int {
        Int(truncatingIfNeeded: word & 31 | word >> 3 & 0x3E0 | word >> 6 & 0x7C00)
    }

    /// A word whose lowest bit is the table's for a fold.
    @inline(__always)
    private static func bit(_ fold: Int, _ table: Span<UInt64>) -> UInt64 {
        // SAFETY: a fold has fifteen bits, and the table a bit for each of them.
        table[unchecked: fold >> 6] >> UInt64(truncatingIfNeeded: fold & 63)
    }

    private func look(
        at place: Int,
        _ fold: Int,
        in text: UnsafeBufferPointer<UInt8>,
        _ body: (_ kinds: Kinds, _ start: Int, _ end: Int) -> Void
    ) {
        let below = table[fold >> 6] & ((1 << UInt64(fold & 63)) - 1)
        let rank = ranks[fold >> 6] + below.nonzeroBitCount
        for index in starts[rank]..<starts[rank + 1] {
            let candidate = candidates[index]
            let start = place - candidate.offset
            guard start >= 0, start + candidate.count <= text.count else { continue }
            let word = Self.word(at: start, in: text)
            if (word | candidate.folds) & candidate.mask == candidate.word {
                body(candidate.kinds, start, start + candidate.count)
            }
        }
    }

    /// The eight bytes from an offset on, those behind the end being 0.
    private static func word(at start: Int, in text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if start + 8 <= text.count, let base = text.baseAddress {
            // SAFETY: the eight bytes lie within the text by the condition; the load may be unaligned.
            return UInt64(littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in start..<text.count { word |= UInt64(text[index]) << UInt64(8 * (index - start)) }
        return word
    }

    /// Hints whose letters may be of any case, written in lower case.
    private static let anyCase: [(Kinds, [String])] = [
        (
            .pair,
            [
                "passw", "passphr", "passcod", "_pass", "-pass", ".pass", "\"pass", "'pass", "[pass", "requirepass",
                "pwd", "_pw", "secret", "token", "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey",
                "masterkey", "accountkey", "sessionkey", "authkey", "sharedkey", "_key", "-key", "identified",
                "basicauth", "sig=", "signature", "masterauth", "\"pin\"", "_pin", "\"pw",
            ]
        ),
        (.authorization, ["authorization", "bearer", "basic ", "signature="]),
        (.cookie, ["cookie"]),
        (.key, ["private key"]),
        (.program, ["mysql", "maria", "sshpass", "mongo", "redis-cli", "curl", " login"]),
        (.url, ["://", ":\\/\\/"]),
        (.url, ["@tcp(", "@unix(", "@udp("]),
    ]

    /// What tokens of known makers begin with.
    private static let shapes = [
        "AKIA", "ASIA", "AIDA", "AROA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-",
        "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "xoxa-", "xoxb-", "xoxe", "xoxo-", "xoxp-",
        "xoxr-", "xoxs-", "xapp-", "hooks.slack.com", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "npm_",
        "pypi-", "AIza", "ya29.", "GOCSPX-", "sk-", "SG.", "hf_", "dckr_pat_", "hvs.", "dop_v1_", "shpat_",
        "AGE-SECRET-KEY-", "eyJ", "gsk_", "xai-",
    ]
}
