// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Testing

@testable import Server

/// The numbers of a batch's messages that a filter takes.
private func taken(_ filter: MessageFilter, _ batch: MessageBatch) -> [UInt64] {
    let table = MessageTable(batch)
    var judge = FilterJudge(filter)
    let tags = judge.judgeTags(of: table)
    return table.rows.filter { judge.selects($0, of: table, tags: tags) }.map(\.sequence)
}

private let web = ContainerTag.named("web", digit: "a", labels: ["tier": "front", "team": "x"])
private let db = ContainerTag.named("db", digit: "b", labels: ["tier": "data"])

private func sample() -> MessageBatch {
    var builder = BatchBuilder()
    builder.log(1, Array("plain error".utf8), tag: web)
    builder.log(2, Array("worse".utf8), tag: web, level: .error, stream: .stderr)
    builder.log(3, Array("plain".utf8), tag: db, level: .warning)
    builder.message(4, .event, tag: db)
    builder.message(5, .stats, tag: web)
    builder.message(6, .mark)
    builder.log(7, Array("\"quoted\" \\ back\nnew".utf8), tag: db, stream: .stderr)
    return builder.batch
}

@Suite("What filters take")
struct FilterJudgeTests {
    @Test(
        "level, stream, q and re judge logs only; container and label what has a container",
        arguments: [
            ([], [1, 2, 3, 4, 6, 7]), ([("types", "log")], [1, 2, 3, 7]), ([("types", "stats,mark")], [5, 6]),
            ([("level", "WARNING")], [2, 3, 4, 6]), ([("stream", "stderr")], [2, 4, 6, 7]),
            ([("q", "plain")], [1, 3, 4, 6]), ([("re", "^p.*n$")], [3, 4, 6]), ([("re", "WORSE")], [4, 6]),
            ([("re", "(?i)WORSE")], [2, 4, 6]), ([("container", "web")], [1, 2, 6]),
            ([("container", "d?"), ("container", "x")], [3, 4, 6, 7]), ([("label", "tier=data")], [3, 4, 6, 7]),
            ([("label", "team")], [1, 2, 6]), ([("label", "team"), ("label", "tier=data")], [6]),
            ([("q", "\"quoted\"")], [4, 6, 7]), ([("q", "\\ back\nn")], [4, 6, 7]), ([("q", "\\n")], [4, 6]),
            ([("q", "k\\nn")], [4, 6]), ([("re", #"\\ b"#)], [4, 6, 7]), ([("re", "(?m)^new$")], [4, 6, 7]),
            ([("since", "2023-11-14T22:13:23Z")], [3, 4, 6, 7]), ([("until", "2023-11-14T22:13:22Z")], [1, 2]),
            ([("q", "plain"), ("level", "WARNING"), ("types", "log")], [3]),
        ] as [([(String, String)], [UInt64])]
    )
    func table(parameters: [(String, String)], expected: [UInt64]) throws {
        let times = TimeReference(now: Timestamp(seconds: 0), start: Timestamp(seconds: 0))
        let request = try StreamRequest(parameters: parameters.map { (name: $0.0, value: $0.1) }, times: times)
        #expect(taken(request.filter, sample()) == expected)
    }

    @Test("q and re on the encoded text say what they say on the raw text, for random bytes")
    func encodedText() throws {
        let alphabet = Array("ab\"\\\n\u{1}nu0é".utf8) + [0xFF, 0xC3]
        var hits = 0
        for seed in seeds(400) {
            var random = SplitMix64(seed: seed)
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let raw = String(decoding: bytes, as: UTF8.self)
            let letters = Array("ab\"\\\n\u{1}nu0é\u{FFFD}")
            let needle = String(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }
            )
            var builder = BatchBuilder()
            builder.log(1, bytes, tag: nil)
            let expected = Array(raw.utf8).firstRange(of: Array(needle.utf8)) != nil
            var filter = MessageFilter()
            filter.text = needle
            #expect(taken(filter, builder.batch).isEmpty == !expected, "seed \(seed)")
            filter.text = nil
            filter.pattern = try LinePattern("\\Q\(needle)\\E")
            #expect(taken(filter, builder.batch).isEmpty == !expected, "seed \(seed)")
            if expected { hits += 1 }
        }
        #expect(hits > 20)
    }

    @Test("A pattern that reaches the match limit counts as no match and is counted; too many of them end it")
    func costly() throws {
        var filter = MessageFilter()
        filter.pattern = try LinePattern("^(a+)+$")
        var builder = BatchBuilder()
        for sequence in UInt64(1)...200 {
            builder.log(sequence, Array((String(repeating: "a", count: 60) + "b").utf8), tag: nil)
        }
        let table = MessageTable(builder.batch)
        var judge = FilterJudge(filter)
        var judged = 0
        for row in table.rows where !judge.hasGivenUp {
            let isTaken = judge.selects(row, of: table, tags: .all)
            #expect(!isTaken)
            judged += 1
        }
        #expect(judge.hasGivenUp && judged == 64)
        let hits = [judge.takeLimitHits(), judge.takeLimitHits()]
        #expect(hits == [64, 0])
    }

    @Test("A pattern that is costly now and then is not given up")
    func seldomCostly() throws {
        var filter = MessageFilter()
        filter.pattern = try LinePattern("^(a+)+$")
        var builder = BatchBuilder()
        for sequence in UInt64(1)...2000 {
            let text = sequence % 20 == 0 ? String(repeating: "a", count: 60) + "b" : "aaa"
            builder.log(sequence, Array(text.utf8), tag: nil)
        }
        #expect(taken(filter, builder.batch).count == 1900)
    }

    @Test("Containers are judged once a tag, and each tag by its own names")
    func renamed() throws {
        var filter = MessageFilter()
        filter.containers = [.name(try #require(Glob("web")))]
        var builder = BatchBuilder()
        builder.log(1, [], tag: web)
        builder.message(2, .event, tag: .named("web", "shop", digit: "a"))
        builder.log(3, [], tag: .named("shop", digit: "a"))
        builder.log(4, [], tag: web)
        #expect(taken(filter, builder.batch) == [1, 2, 4])
    }

    @Test("Bytes are found wherever they stand")
    func search() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 97...99, using: &random)
            }
            let needle = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                UInt8.random(in: 97...99, using: &random)
            }
            let found = text.withUnsafeBufferPointer { ByteSearch(needle).occurs(in: $0) }
            #expect(found == (needle.isEmpty || text.firstRange(of: needle) != nil))
        }
    }
}

@Suite("Patterns")
struct FilterPatternTests {
    @Test("A pattern is refused when it is malformed, too long or too large, with the reason")
    func refused() {
        for (text, reason) in [("(", "malformed"), ("", "empty"), (String(repeating: "x", count: 2000), "longer")] {
            #expect { try LinePattern(text) } throws: { ($0 as? LinePattern.Refusal)?.reason.contains(reason) == true }
        }
        #expect(throws: LinePattern.Refusal.self) { try LinePattern("(?:[a-z]{1,500}){1,100}") }
        #expect(throws: LinePattern.Refusal.self) {
            try LinePattern(String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60))
        }
        // A pattern cannot raise the limits that it runs under.
        #expect(throws: Never.self) { try LinePattern("(*LIMIT_MATCH=4000000000)a") }
    }

    @Test("Random patterns and texts end within the limits")
    func endless() {
        let pieces = ["a", "b", ".", "*", "+", "?", "(", ")", "[ab]", "|", "{2,9}", "\\1", "^", "$", "(?=a)", "(?R)"]
        var compiled = 0
        for seed in seeds(300) {
            var random = SplitMix64(seed: seed)
            let text = (0..<Int.random(in: 1...10, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            guard let pattern = try? LinePattern(text.joined()) else { continue }
            compiled += 1
            let matcher = LineMatcher(pattern)
            let line = (0..<200).map { _ in UInt8.random(in: 97...98, using: &random) }
            _ = line.withUnsafeBufferPointer { matcher.match($0) }
            // Not UTF-8, and nothing at all.
            _ = [0xFF, 0xFE, 0x61].withUnsafeBufferPointer { matcher.match($0) }
            _ =
                UnsafeBufferPointer<UInt8>(start: nil, count: 0).isEmpty
                ? matcher.match(.init(start: nil, count: 0)) : .match
        }
        #expect(compiled > 50)
    }
}
