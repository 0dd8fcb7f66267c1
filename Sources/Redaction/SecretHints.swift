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

    private struct Hint: Sendable {
        var text: [UInt8]
        /// 0x20 for letters whose case does not matter, else 0.
        var folds: [UInt8]
        var kinds: Kinds
        /// Whether a letter or digit before it makes it none.
        var isWordStart: Bool
    }

    private struct Candidate: Sendable {
        var hint: Int
        var offset: Int
    }

    private var hints: [Hint] = []
    /// A bit for each fold of three bytes that a hint has at its start or one behind.
    private var table = [UInt64](repeating: 0, count: 512)
    private var candidates: [UInt16: [Candidate]] = [:]

    init() {
        for (kinds, texts) in Self.anyCase { for text in texts { add(text, kinds, ignoresCase: true) } }
        for text in Self.shapes { add(text, .shape, ignoresCase: false) }
    }

    private mutating func add(_ text: String, _ kinds: Kinds, ignoresCase: Bool) {
        let bytes = Array(text.utf8)
        let folds = bytes.map { byte in
            ignoresCase && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? UInt8(0x20) : 0
        }
        let hint = hints.count
        hints.append(Hint(text: bytes, folds: folds, kinds: kinds, isWordStart: kinds == .shape))
        note(Self.fold(bytes[0], bytes[1], bytes[2]), Candidate(hint: hint, offset: 0))
        guard bytes.count == 3 else {
            return note(Self.fold(bytes[1], bytes[2], bytes[3]), Candidate(hint: hint, offset: 1))
        }
        for any: UInt8 in 0..<32 { note(Self.fold(bytes[1], bytes[2], any), Candidate(hint: hint, offset: 1)) }
    }

    private mutating func note(_ fold: Int, _ candidate: Candidate) {
        table[fold >> 6] |= 1 << UInt64(fold & 63)
        candidates[UInt16(fold), default: []].append(candidate)
    }

    private static func fold(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Int {
        Int(a & 31) | Int(b & 31) << 5 | Int(c & 31) << 10
    }

    /// The kinds of secrets that a text may hold.
    func kinds(in text: UnsafeBufferPointer<UInt8>) -> Kinds {
        var found: Kinds = KeyBody.isOne(text) ? .keyBody : []
        guard text.count >= 4, let base = text.baseAddress else { return found }
        let table = table.span
        var index = 0
        let last = text.count - 4
        while index <= last {
            // SAFETY: four bytes from `index` lie within the text by the loop's condition; the load may be unaligned.
            let word = UInt32(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt32.self))
            let fold = Int(truncatingIfNeeded: word & 31 | word >> 3 & 0x3E0 | word >> 6 & 0x7C00)
            // SAFETY: the fold has fifteen bits, and the table a bit for each of them.
            if table[unchecked: fold >> 6] >> UInt64(truncatingIfNeeded: fold & 63) & 1 != 0 {
                look(at: index, UInt16(truncatingIfNeeded: fold), in: text, &found)
            }
            index &+= 2
        }
        if index + 3 <= text.count {
            look(at: index, UInt16(Self.fold(text[index], text[index + 1], text[index + 2])), in: text, &found)
        }
        return found
    }

    @inline(never)
    private func look(at index: Int, _ fold: UInt16, in text: UnsafeBufferPointer<UInt8>, _ found: inout Kinds) {
        for candidate in candidates[fold] ?? [] {
            let hint = hints[candidate.hint]
            let start = index - candidate.offset
            guard !found.isSuperset(of: hint.kinds), start >= 0, start + hint.text.count <= text.count,
                hint.text.indices.allSatisfy({ text[start + $0] | hint.folds[$0] == hint.text[$0] })
            else { continue }
            if hint.isWordStart, start > 0, Self.isLetterOrDigit(text[start - 1]) { continue }
            if hint.text[0] == UInt8(ascii: ":"), !Self.hasUser(text, from: start + hint.text.count) { continue }
            found.formUnion(hint.kinds)
        }
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

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// Hints whose letters may be of any case, written in lower case.
    private static let anyCase: [(Kinds, [String])] = [
        (
            .pair,
            [
                "passw", "passphr", "passcod", "_pass", "-pass", ".pass", "\"pass", "'pass", "[pass", "requirepass",
                "pwd", "_pw", "secret", "token", "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey",
                "masterkey", "accountkey", "sessionkey", "authkey", "sharedkey", "_key", "-key", "identified",
                "basicauth", "sig=", "signature",
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

/// A line of the base64 of a private key in PEM, which has 64 characters (RFC 7468 §2) or the 70 of OpenSSH's.
enum KeyBody {
    /// Whether a line is one: of the right length, with large and small letters and digits, and nothing else.
    static func isOne(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 64 || text.count == 70 else { return false }
        var (hasSmall, hasLarge, hasDigit) = (false, false, false)
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): hasSmall = true
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): hasLarge = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): continue
            default: return false
            }
        }
        return hasSmall && hasLarge && hasDigit
    }
}
