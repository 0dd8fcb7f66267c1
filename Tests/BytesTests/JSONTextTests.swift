// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("What is JSON and what is not")
struct JSONTextTests {
    static let valid: [String] = [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "123456789012345678901234567890", "0.5", "-0.5", "1.25e3",
        "1E3", "1e+3", "1e-3", "0e0", "0E+01", "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u0000\u00e9\uD83D\uDE00""#,
        #""\uD800""#, #""\uDC00\uD800""#, "\"é€😀\u{2028}\u{7F}\"", "[]", "[ ]", "[[]]", "[1]", "[1,2]", "[ 1 , 2 ]",
        "[null,true,\"\",0,{},[]]", "{}", "{ }", #"{"a":1}"#, #"{"a":1,"a":2}"#, #"{"":{"":[]}}"#,
        #"{ "a" : [ { "b" : null } ] , "c" : "" }"#, " \t\r\n1 \t\r\n", "\"\u{FEFF}\"", "[\n]\n", #"{"\u0061":1}"#,
        "\"" + String(repeating: "x", count: 1000) + "\"",
    ]

    static let invalid: [String] = [
        "", " ", "nul", "nulll", "Null", "TRUE", "tru", "fals", "undefined", "NaN", "Infinity", "-", "+1", "--1", "01",
        "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1e1.5", "0x1", "1_000", "1 2", "1,", "\"", "\"a",
        "'a'", #""\""#, #""\a""#, #""\x41""#, #""\u""#, #""\u12""#, #""\u12g4""#, #""\U0041""#, "\"\n\"", "\"\t\"",
        "\"\0\"", "\"\u{1F}\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]", "[\"a\"", "[1}",
        "[1:2]",
        "{", "}", "{]", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,"#, #"{"a":1,}"#, #"{,"a":1}"#, "{a:1}", "{1:1}",
        #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1 "b":2}"#, #"{"a":1,,"b":2}"#, #"{'a':1}"#, "{\"a\":1]", "{}{}", "[][]",
        "{} x", "// c\n1", "/**/1", "1/**/", "#1", "\u{FEFF}1", "\u{A0}1", "\u{0C}1", "\0", "*", "[-]", "[1.]", "[tru]",
        "{null:1}", #"{"a":tru}"#, "\\", "[\"\\\"]", "é",
    ]

    /// Whether both readers take a text; they must agree.
    static func accepts(_ bytes: [UInt8]) -> Bool? {
        let byDocument = (try? JSONDocument(bytes[...])) != nil
        var index = 0
        let span = bytes.span
        JSONScan.skipWhitespace(span, &index)
        var byScan = true
        do throws(JSONError) {
            try JSONScan.skipValue(span, &index)
            JSONScan.skipWhitespace(span, &index)
            byScan = index == bytes.count
        } catch {
            byScan = false
        }
        return byDocument == byScan ? byDocument : nil
    }

    @Test("valid texts are taken", arguments: valid)
    func taken(text: String) {
        #expect(Self.accepts(Array(text.utf8)) == true)
    }

    @Test("invalid texts are refused", arguments: invalid)
    func refused(text: String) {
        #expect(Self.accepts(Array(text.utf8)) == false)
    }

    @Test("nesting is taken to its bound and not beyond")
    func nesting() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for depth in [JSONScan.maximumDepth, JSONScan.maximumDepth + 1, 100_000] {
                let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                #expect(Self.accepts(Array(text.utf8)) == (depth <= JSONScan.maximumDepth), "\(depth) of \(open)")
                #expect(Self.accepts(Array(String(repeating: open, count: depth).utf8)) == false)
            }
        }
    }

    @Test("the place of an error is told from the text's own start")
    func place() throws {
        let bytes = Array("xx[1,2,}".utf8)
        let error = #expect(throws: JSONError.self) { try JSONDocument(bytes[2...]) }
        #expect(error?.offset == 5)
        #expect(error?.description == "expected a value at byte 5")
    }

    @Test("changed texts are taken or refused by both readers alike", arguments: 0..<400)
    func changed(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("{}[]:,\"\\ntfu01-.eE \n\u{1}é".utf8)
        for _ in 0..<20 {
            var bytes = Array((Self.valid.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0...bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(byte, at: index)
                case 1 where index < bytes.count: bytes[index] = byte
                case 2 where index < bytes.count: bytes.remove(at: index)
                default: break
                }
            }
            #expect(Self.accepts(bytes) != nil, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("minified text has no white space outside of strings, and minifying again changes nothing")
    func minify() throws {
        for text in Self.valid {
            var once: [UInt8] = []
            JSONMinify.append(Array(text.utf8)[...], to: &once)
            var twice: [UInt8] = []
            JSONMinify.append(once[...], to: &twice)
            #expect(once == twice)
            #expect(Self.accepts(once) == true)
        }
        var bytes = Array("before ".utf8)
        JSONMinify.append(Array("{ \"a b\" :\t[ 1 , \"\\\" \\\\\" ,\r\n\"c\" ] }\n".utf8)[...], to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"before {"a b":[1,"\" \\","c"]}"#)
    }
}
