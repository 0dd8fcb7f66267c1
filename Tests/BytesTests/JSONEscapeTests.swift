// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("Escaping text for JSON")
struct JSONEscapeTests {
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        bytes.withUnsafeBufferPointer { JSONEscape.append($0, to: &result) }
        return result
    }

    static func isUTF8(_ bytes: [UInt8]) -> Bool {
        UTF8Scan.isValid(bytes.span)
    }

    /// Escapes a byte at a time: what the fast one must equal.
    static func slowly(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let length = bytes.withUnsafeBufferPointer { UTF8Scan.characterLength($0, at: index) }
            switch bytes[index] {
            case 0x22: result += Array("\\\"".utf8)
            case 0x5C: result += Array("\\\\".utf8)
            case 0x0A: result += Array("\\n".utf8)
            case 0x0D: result += Array("\\r".utf8)
            case 0x09: result += Array("\\t".utf8)
            case 0x08: result += Array("\\b".utf8)
            case 0x0C: result += Array("\\f".utf8)
            case let byte where byte < 0x20:
                result += Array((byte < 16 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
            default:
                result += length == 0 ? [0xEF, 0xBF, 0xBD] : Array(bytes[index..<(index + length)])
            }
            index += max(1, length)
        }
        return result
    }

    @Test("each byte in each place of a word is escaped as it must be")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<17 {
                var bytes = [UInt8](repeating: 0x61, count: 17)
                bytes[place] = byte
                if Self.escaped(bytes) != Self.slowly(bytes) { Issue.record("byte \(byte) in place \(place)") }
            }
        }
        #expect(Self.escaped([]).isEmpty)
        #expect(Self.escaped(Array("\u{1}\u{1F}\u{7F}/".utf8)) == Array("\\u0001\\u001f\u{7F}/".utf8))
    }

    @Test("random bytes become a valid string that stands for them, bad UTF-8 replaced", arguments: 0..<600)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let alphabets: [[UInt8]] = [
            [], Array(0x00...0x7F), [0x22, 0x5C, 0x0A, 0x61, 0x1F, 0x20, 0x21], [0xE2, 0x82, 0xAC, 0x61],
            [0xF0, 0x9F, 0x98, 0x80, 0x22], [0xED, 0xA0, 0x80, 0xC0, 0xAF, 0xF4, 0x90, 0xFF],
        ]
        let alphabet = alphabets[Int(seed) % alphabets.count]
        let bytes = random.bytes(Int.random(in: 0...100, using: &random), of: alphabet)
        let escaped = Self.escaped(bytes)
        #expect(escaped == Self.slowly(bytes), "seed \(seed)")
        #expect(Self.isUTF8(escaped), "seed \(seed)")
        let value = try JSONDocument(([0x22] + escaped + [0x22])[...]).root
        let text = try #require(value.stringBytes)
        if Self.isUTF8(bytes) {
            #expect(Array(text) == bytes, "seed \(seed)")
        } else {
            #expect(String(decoding: text, as: UTF8.self).contains("\u{FFFD}"), "seed \(seed)")
        }
    }

    @Test("UTF-8 is told from what is not as the standard library tells it", arguments: 0..<600)
    func utf8(seed: UInt64) {
        var random = Seeded(seed)
        let alphabets: [[UInt8]] = [
            [0x61, 0xC2, 0x80, 0xBF], [0xE0, 0xA0, 0x9F, 0x80, 0xED, 0xEF], [0xF0, 0x90, 0x8F, 0x80, 0xBF, 0xF4, 0xF5],
            [],
        ]
        let bytes = random.bytes(Int.random(in: 0...6, using: &random), of: alphabets[Int(seed) % alphabets.count])
        #expect(
            Self.isUTF8(bytes) == (String(validating: bytes, as: UTF8.self) != nil),
            "seed \(seed): \(bytes)"
        )
    }
}

@Suite("Numbers in digits")
struct DecimalTests {
    static func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func number(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        return Decimal.parse(bytes.span)
    }

    @Test("integers are written as the standard library writes them", arguments: 0..<50)
    func integers(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<50 {
            let unsigned = random.next() >> UInt64.random(in: 0...63, using: &random)
            let signed = Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random)
            #expect(Self.text { Decimal.append(unsigned, to: &$0) } == "\(unsigned)", "seed \(seed)")
            #expect(Self.text { Decimal.append(signed, to: &$0) } == "\(signed)", "seed \(seed)")
            #expect(Self.number("\(unsigned)") == unsigned, "seed \(seed)")
        }
        for extreme in [Int64.min, .max, 0, 9, 10, -1] {
            #expect(Self.text { Decimal.append(extreme, to: &$0) } == "\(extreme)")
        }
        #expect(Self.text { Decimal.append(UInt64.max, to: &$0) } == "18446744073709551615")
    }

    @Test("hundredths have the decimals that they need, one at least")
    func hundredths() {
        let table: [(Int64, String)] = [
            (0, "0.0"), (1, "0.01"), (10, "0.1"), (125, "1.25"), (1250, "12.5"), (25_600, "256.0"), (-5, "-0.05"),
            (-100, "-1.0"), (99, "0.99"), (Int64.max, "92233720368547758.07"), (Int64.min, "-92233720368547758.08"),
        ]
        for (value, text) in table { #expect(Self.text { Decimal.append(hundredths: value, to: &$0) } == text) }
    }

    @Test(
        "what is no number without a sign is none",
        arguments: ["", "-1", "+1", " 1", "1 ", "a", "18446744073709551616", "99999999999999999999999"]
    )
    func notParsed(text: String) {
        #expect(Self.number(text) == nil)
    }

    @Test("hexadecimal digits are read in both cases and written in lower case")
    func hex() {
        for byte in UInt8.min...UInt8.max {
            let text = String(decoding: [byte], as: UTF8.self)
            let expected = byte < 0x80 ? UInt8(text, radix: 16) : nil
            #expect(Hex.value(of: byte) == expected)
        }
        #expect(Self.text { Hex.append(0x0123_4567_89AB_CDEF, to: &$0) } == "0123456789abcdef")
        #expect(Self.text { Hex.append(0, to: &$0) } == "0000000000000000")
    }
}
