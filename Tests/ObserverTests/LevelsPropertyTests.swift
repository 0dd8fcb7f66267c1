// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import TestSupport
import Testing

@Suite("Properties of level detection")
struct LevelsPropertyTests {
    /// Longer lines are left out where a property is tried at each of their positions.
    private static let longest = 400

    private let lines: [LabelledLine]

    init() throws {
        lines = try LevelsCorpus.load().lines
    }

    /// The fields that a line gets, proven to be JSON.
    private func fields(_ bytes: [UInt8], _ finding: LineFinding) -> [UInt8]? {
        var writer = JSONWriter()
        writer.beginObject()
        let hasFields = LineFields.append(of: bytes.span, finding: finding, to: &writer)
        writer.key("after")
        writer.boolean(true)
        writer.endObject()
        var index = 0
        #expect(throws: Never.self) { try JSONScan.skipValue(writer.bytes.span, &index) }
        #expect(index == writer.bytes.count)
        let isUTF8 = UTF8Scan.isValid(writer.bytes.span)
        #expect(isUTF8)
        return hasFields ? writer.bytes : nil
    }

    @Test("a line cut off anywhere is read without harm, and its fields are valid JSON or absent")
    func truncations() {
        var written = 0
        for line in lines where line.bytes.count <= Self.longest {
            for count in 0...line.bytes.count {
                let bytes = Array(line.bytes.prefix(count))
                let finding = LevelDetector.inspect(bytes.span)
                if finding.structure != .none, fields(bytes, finding) != nil { written += 1 }
                _ = LevelDetector.inspect(Array(line.bytes.dropFirst(count)).span)
            }
        }
        #expect(written > 100)
    }

    @Test("any bytes are read without harm, and their fields are valid JSON or absent", arguments: 0..<8)
    func randomBytes(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let alphabet = Array(#"{}[]"":,=<>()|\/ -_.!IEWD019aelorRORnfu"#.utf8) + [0x00, 0x1B, 0x80, 0xC3, 0xFF, 0x09]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...200, using: &random)
            let isWild = Bool.random(using: &random)
            var bytes = (0..<count).map { _ in
                isWild ? UInt8.random(in: 0...255, using: &random) : alphabet.randomElement(using: &random) ?? 0
            }
            if Bool.random(using: &random), count > 0 { bytes[0] = UInt8(ascii: "{") }
            for structure in [LineStructure.json, .logfmt] {
                _ = fields(bytes, LineFinding(level: .info, structure: structure, origin: .none))
            }
            _ = LevelDetector.inspect(bytes.span)
        }
    }

    @Test("lines of the corpus with bytes changed at random are read without harm", arguments: 0..<4)
    func mutations(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed) &+ 1_000)
        for line in lines where !line.bytes.isEmpty && line.bytes.count <= Self.longest {
            var bytes = line.bytes
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let finding = LevelDetector.inspect(bytes.span)
            _ = fields(bytes, finding)
        }
    }

    @Test("what lies around a line in memory does not matter")
    func surroundings() {
        for line in lines where line.bytes.count <= Self.longest {
            let alone = LevelDetector.inspect(line.bytes.span)
            for filler in [UInt8(ascii: "e"), UInt8(ascii: "\""), 0x20, 0x1B] {
                let padded = [UInt8](repeating: filler, count: 17) + line.bytes + [UInt8](repeating: filler, count: 17)
                // SAFETY: the pointer does not leave the closure, and the range lies within the array.
                let inside = padded.withUnsafeBufferPointer {
                    LevelDetector.inspect(UnsafeBufferPointer(rebasing: $0[17..<(17 + line.bytes.count)]))
                }
                #expect(inside == alone, "\(line.place): \(line.excerpt)")
            }
        }
    }

    @Test("a colour sequence anywhere changes nothing", arguments: 0..<6)
    func colours(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed) &+ 2_000)
        let sequences = ["\u{1B}[31m", "\u{1B}[0m", "\u{1B}[1;38;5;208m", "\u{1B}[m"]
        for line in lines where line.bytes.count <= 2_000 && !line.bytes.contains(0x1B) {
            var bytes = line.bytes
            for _ in 0..<2 {
                let sequence = sequences.randomElement(using: &random) ?? ""
                // The second one may not split the first.
                let position = bytes.firstIndex(of: 0x1B) ?? Int.random(in: 0...bytes.count, using: &random)
                bytes.insert(contentsOf: sequence.utf8, at: position)
            }
            let expected = LevelDetector.inspect(line.bytes.span).level
            #expect(LevelDetector.inspect(bytes.span).level == expected, "seed \(seed), \(line.place): \(line.excerpt)")
        }
    }

    @Test("line ends and blanks around a line change nothing")
    func lineEnds() {
        for line in lines {
            let expected = LevelDetector.inspect(line.bytes.span)
            for (before, after) in [("", "\r"), ("", "\r\n"), ("", "  "), ("\t", "\n")] {
                let bytes = Array(before.utf8) + line.bytes + Array(after.utf8)
                #expect(LevelDetector.inspect(bytes.span) == expected, "\(line.place): \(line.excerpt)")
            }
        }
    }

    @Test(
        "a time, the runtime's stream or the service's name before a line changes at most one level in a hundred",
        arguments: [
            "2026-11-23T10:00:00.123456789Z ", "2026-11-23T10:00:00Z stderr F ", "web-1  | ",
        ]
    )
    func prefixes(prefix: String) {
        let changed = lines.filter { line in
            let bytes = Array(prefix.utf8) + line.bytes
            return LevelDetector.inspect(bytes.span).level != LevelDetector.inspect(line.bytes.span).level
        }
        #expect(
            changed.count * 100 <= lines.count,
            "\(changed.map { "\($0.place): \($0.excerpt)" }.joined(separator: "\n"))"
        )
    }
}
