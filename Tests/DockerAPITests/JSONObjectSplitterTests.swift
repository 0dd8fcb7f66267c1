// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Splitting streams of JSON objects")
struct JSONObjectSplitterTests {
    static func split(_ parts: [[UInt8]]) throws(WireError) -> (objects: [String], isInside: Bool) {
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        for part in parts { try splitter.split(part, into: &objects) }
        return (objects.map { String(decoding: $0, as: UTF8.self) }, splitter.isInsideObject)
    }

    @Test("objects come whole, whatever the cuts and whatever stands between them", arguments: 0..<200)
    func cuts(seed: UInt64) throws {
        var random = Seeded(seed)
        let samples = [
            "{}", #"{"a":1}"#, #"{"a":{"b":[{},[1,2,{"c":"}"}]]}}"#, #"{"\"}":"{[\\\"{"}"#, #"{"é€😀":"\u0000\\"}"#,
            "{\n  \"a\" : \"line\",\n \"b\":[ ]\n}",
        ]
        let separators = ["", "\n", "\r\n", " \t\n", "\u{1E}", "\n\u{1E}"]
        var objects: [String] = []
        var text = ""
        for _ in 0..<10 {
            text += separators.randomElement(using: &random) ?? ""
            objects.append(samples.randomElement(using: &random) ?? "")
            text += objects.last ?? ""
        }
        text += separators.randomElement(using: &random) ?? ""
        let bytes = Array(text.utf8)
        for longest in [1, 5, 30, 1000] {
            let found = try Self.split(random.cut(bytes, longest: longest))
            #expect(found.objects == objects, "seed \(seed), cuts of \(longest)")
            #expect(!found.isInside)
        }
    }

    @Test("an object that lies whole in the array is a slice of it")
    func slice() throws {
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        try splitter.split(Array("\n{\"a\":1}\n{}".utf8), into: &objects)
        #expect(objects.map(\.startIndex) == [1, 9])
    }

    @Test("a stream that was cut says so")
    func cut() throws {
        #expect(try Self.split([Array(#"{"a":1}{"b""#.utf8)]).isInside)
        #expect(try Self.split([Array(#"{"a":1}{"b""#.utf8)]).objects == [#"{"a":1}"#])
    }

    @Test("what is no object is refused, now and later", arguments: ["[1]", "null", "}", "\"{}\"", ",{}", "HTTP"])
    func noObject(text: String) {
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        #expect(throws: WireError.self) { try splitter.split(Array("{} \(text)".utf8), into: &objects) }
        #expect(objects.count == 1)
        #expect(throws: WireError.self) { try splitter.split(Array("{}".utf8), into: &objects) }
        #expect(objects.count == 1)
    }

    @Test("an object over the bound is refused, however it comes")
    func bound() throws {
        let fits = Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: JSONObjectSplitter.maximumObject - 8)
        #expect(try Self.split([fits + Array("\"}".utf8)]).objects.count == 1)
        #expect(throws: WireError.self) { try Self.split([fits + Array("a\"}".utf8)]) }
        #expect(throws: WireError.self) { try Self.split([fits, Array("aaa".utf8)]) }
    }

    @Test("a captured list of samples is split")
    func fixture() throws {
        let body = try Fixture("stats").body("stream=1 x3")
        let objects = try Self.split([body]).objects
        #expect(objects.count == 3)
        var random = Seeded(1)
        #expect(try Self.split(random.cut(body, longest: 700)).objects == objects)
    }
}
