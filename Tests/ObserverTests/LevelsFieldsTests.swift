// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import Testing

@Suite("Fields of log lines")
struct LevelsFieldsTests {
    /// The value of the member `fields`, or `nil` when the line gets none.
    private func fields(_ line: [UInt8]) -> String? {
        var writer = JSONWriter()
        writer.beginObject()
        let hasFields = LineFields.append(of: line.span, finding: LevelDetector.inspect(line.span), to: &writer)
        writer.endObject()
        guard hasFields else {
            #expect(writer.bytes == Array("{}".utf8))
            return nil
        }
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"fields":"#))
        return String(text.dropFirst(#"{"fields":"#.count).dropLast())
    }

    private func fields(_ line: String) -> String? { fields(Array(line.utf8)) }

    @Test(
        "a JSON line's fields are its own object without the blanks",
        arguments: [
            (#"{"a":1}"#, #"{"a":1}"#),
            (#"  { "a" : 1.50e+3 , "b" : [ true , null ] }  "#, #"{"a":1.50e+3,"b":[true,null]}"#),
            (#"{"a":"x y","a":"\u00e9\n"}"#, #"{"a":"x y","a":"\u00e9\n"}"#), ("{}", "{}"), ("{ }\r", "{}"),
            ("{\t\"é\":\"ü\"}", "{\"é\":\"ü\"}"), (#"{"a":"\\","b":"\""}"#, #"{"a":"\\","b":"\""}"#),
        ]
    )
    func json(line: String, expected: String) {
        #expect(fields(line) == expected)
    }

    @Test(
        "a line that is not one valid JSON object has no fields",
        arguments: [
            #"{"a":1"#, #"{"a":1}}"#, #"{"a":1} x"#, #"{"a":01}"#, #"{"a":tru}"#, #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#,
            #"{"a"}"#,
            #"{"a":1,}"#, #"{a:1}"#, "{\"a\":\"\u{01}\"}", #"["a"]"#, #"2026-11-23T10:00:00Z {"a":1}"#, #"{"a":[1}"#,
            "{", "",
            #"{"a":}"#, #"{,}"#, #"{"a":1 "b":2}"#,
        ]
    )
    func invalid(line: String) {
        #expect(fields(line) == nil)
    }

    @Test("what is not UTF-8 becomes U+FFFD")
    func invalidUTF8() {
        let line = Array(#"{ "a":"x"#.utf8) + [0xFF, 0xC3, 0xA9, 0xE2, 0x82] + Array(#"y" }"#.utf8)
        #expect(fields(line) == "{\"a\":\"x\u{FFFD}é\u{FFFD}\u{FFFD}y\"}")
        #expect(fields(Array("a=x".utf8) + [0xFF] + Array(" b=1".utf8)) == "{\"a\":\"x\u{FFFD}\",\"b\":\"1\"}")
    }

    @Test(
        "a logfmt line's fields are its pairs as strings",
        arguments: [
            (#"level=info msg="a b" n=1"#, #"{"level":"info","msg":"a b","n":"1"}"#),
            (#"a= b="""#, #"{"a":"","b":""}"#), (#"a="x\"y\n\t" b=1"#, #"{"a":"x\"y\n\t","b":"1"}"#),
            (#"a="\x41\u00e9\U0001F600\q" b=c=d"#, #"{"a":"Aé😀\\q","b":"c=d"}"#), ("a=1  b=2", #"{"a":"1","b":"2"}"#),
            (#"path=C:\x b=1"#, #"{"path":"C:\\x","b":"1"}"#),
        ]
    )
    func logfmt(line: String, expected: String) {
        #expect(fields(line) == expected)
    }

    @Test(
        "a line that is not all pairs has no fields",
        arguments: [
            "a=1", "a=1 b", "a=1 b=2 c d=4", #"a="x b=1"#, #"a="x"y b=1"#, #"a=x"y b=1"#, "text a=1 b=2", "=1 a=2",
        ]
    )
    func notPairs(line: String) {
        #expect(fields(line) == nil)
    }

    @Test("fields beyond a bound are left out: 64 keys, eight levels, 16 KiB")
    func bounds() {
        func object(_ keys: Int) -> String { "{" + (0..<keys).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}" }
        #expect(fields(object(64)) == object(64))
        #expect(fields(object(65)) == nil)
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(fields(nested(8)) == nested(8))
        #expect(fields(nested(9)) == nil)
        func long(_ count: Int) -> String { #"{"a":""# + String(repeating: "x", count: count - 8) + #""}"# }
        #expect(fields(long(16_384)) == long(16_384))
        #expect(fields(long(16_385)) == nil)
        func pairs(_ count: Int) -> String { (0..<count).map { "k\($0)=1" }.joined(separator: " ") }
        #expect(fields(pairs(64)) != nil)
        #expect(fields(pairs(65)) == nil)
    }
}
