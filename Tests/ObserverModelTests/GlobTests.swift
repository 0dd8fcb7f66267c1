// SPDX-License-Identifier: Apache-2.0

import ObserverModel
import Testing

@Suite("Patterns for names")
struct GlobTests {
    @Test(
        "names that fit",
        arguments: [
            ("web", "web"), ("*", ""), ("*", "anything"), ("web-*", "web-"), ("web-*", "web-1"), ("*-db", "my-db"),
            ("*a*b*", "xxaxxbxx"), ("?", "e"), ("w?b", "web"), ("[abc]1", "b1"), ("[a-c0-9]", "7"), ("[a-c]1", "c1"),
            ("[!a-c]", "d"),
            ("[^a-c]", "d"), ("[]]", "]"), ("[!]]", "a"), ("[a-]", "-"), ("**", "x"), ("**", ""),
            ("a*a*a", "aaa"), ("*.yml", "a.yml.yml"), ("*-1", "a-1-1"), ("a*b*c", "aXbYbc"),
        ]
    )
    func fits(pattern: String, name: String) throws {
        #expect(try #require(Glob(pattern)).matches(name))
    }

    @Test(
        "names that do not fit",
        arguments: [
            ("web", "web1"), ("web", "xweb"), ("web", "WEB"), ("web-*", "web"), ("?", ""), ("?", "ab"), ("[a-c]", "d"),
            ("[!a-c]", "b"), ("[abc]", ""), ("*b", "ba"), ("a*a", "a"), ("a.c", "abc"),
            ("*-1", "a-1-2"), ("a*b*c", "aXcYb"), ("shop-*", "a-shop-api"),
        ]
    )
    func doesNotFit(pattern: String, name: String) throws {
        #expect(try !#require(Glob(pattern)).matches(name))
    }

    @Test(
        "what is no pattern is refused rather than taken for one that fits nothing",
        arguments: ["", "[", "a[b", "[a-c", "[]", "[!]", "[c-a]", String(repeating: "a", count: Glob.lengthLimit + 1)]
    )
    func refused(text: String) {
        #expect(Glob(text) == nil)
    }

    @Test("a name is a pattern without signs", arguments: [("web-1", true), ("web-?", false), ("w*", false)])
    func literal(text: String, expected: Bool) throws {
        #expect(try #require(Glob(text)).isLiteral == expected)
    }

    /// Matches by trying everything: slow, and plainly right.
    static func slowly(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return slowly(pattern.dropFirst(), name) || (!name.isEmpty && slowly(pattern, name.dropFirst()))
        }
        guard let character = name.first, first == "?" || first == character else { return false }
        return slowly(pattern.dropFirst(), name.dropFirst())
    }

    @Test("random patterns fit what they fit when everything is tried", arguments: 0..<300)
    func random(seed: UInt64) throws {
        var random = Seeded(seed)
        let pattern = String(decoding: random.bytes(1 + Int(seed % 8), of: Array("ab**?".utf8)), as: UTF8.self)
        let name = String(decoding: random.bytes(Int(seed / 8 % 9), of: Array("ab".utf8)), as: UTF8.self)
        let expected = Self.slowly(Array(pattern)[...], Array(name)[...])
        #expect(try #require(Glob(pattern)).matches(name) == expected, "seed \(seed): \(pattern) and \(name)")
    }

    @Test("a pattern that invites trying everything is judged at once")
    func bounded() throws {
        let pattern = String(repeating: "a*", count: 100) + "b"
        #expect(try !#require(Glob(pattern)).matches(String(repeating: "a", count: 5000)))
    }
}
