// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite("Reading JSON values")
struct JSONValueTests {
    static func root(_ text: String) throws -> JSONValue {
        try JSONDocument(Array(text.utf8)[...]).root
    }

    @Test("members and elements are found, in a slice of a larger text too")
    func members() throws {
        let bytes = Array(#"xx{"a":{"b":[1,{"c":"d"}]},"e":null,"a":2,"f\u0067":true}yy"#.utf8)
        let root = try JSONDocument(bytes[2..<(bytes.count - 2)]).root
        #expect(root["a"]?["b"]?.elements.count == 2)
        #expect(root["a"]?["b"]?.elements[1]["c"]?.string == "d")
        #expect(root["e"]?.isNull == true)
        #expect(root["fg"]?.boolean == true)
        #expect(root.member(named: "fg")?.boolean == true)
        #expect(root["b"] == nil)
        #expect(root["c"] == nil)
        #expect(root["1"] == nil)
        #expect(root["e"]?["x"] == nil)
        #expect(root.members.map(\.name) == ["a", "e", "a", "fg"])
        #expect(root["a"].map { String(decoding: $0.raw, as: UTF8.self) } == #"{"b":[1,{"c":"d"}]}"#)
        #expect(root["e"]?.members.isEmpty == true)
        #expect(root.elements.isEmpty)
    }

    @Test("numbers are read exactly, or not at all")
    func numbers() throws {
        #expect(try Self.root("9223372036854775807").integer == .max)
        #expect(try Self.root("-9223372036854775808").integer == .min)
        #expect(try Self.root("9223372036854775808").integer == nil)
        #expect(try Self.root("-0").integer == 0)
        #expect(try Self.root("1.0").integer == nil)
        #expect(try Self.root("1e2").integer == nil)
        #expect(try Self.root("18446744073709551615").unsigned == .max)
        #expect(try Self.root("18446744073709551616").unsigned == nil)
        #expect(try Self.root("-1").unsigned == nil)
        #expect(try Self.root("1.5e2").double == 150)
        #expect(try Self.root("\"1\"").integer == nil)
        #expect(try Self.root("true").integer == nil)
        #expect(try Self.root("1").boolean == nil)
        #expect(try Self.root("1").string == nil)
    }

    @Test("strings are what they stand for")
    func strings() throws {
        #expect(try Self.root(#""\"\\\/\b\f\n\r\t""#).string == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(try Self.root(#""\u00e9\u20AC\ud83d\ude00\u0000""#).string == "é€😀\0")
        #expect(try Self.root(#""\ud83dx""#).string == "\u{FFFD}x")
        #expect(try Self.root(#""\ude00\ud83d""#).string == "\u{FFFD}\u{FFFD}")
        #expect(try Self.root(#""\ud83d\u0041""#).string == "\u{FFFD}A")
        #expect(try JSONDocument([0x22, 0x61, 0xFF, 0x22][...]).root.stringBytes == [0x61, 0xFF])
        #expect(try JSONDocument([0x22, 0x61, 0xFF, 0x22][...]).root.string == "a\u{FFFD}")
    }

    @Test("times are read, the engine's unset one is none (fact B8)")
    func times() throws {
        #expect(try Self.root(#""1970-01-01T00:00:01Z""#).time == Timestamp(seconds: 1))
        #expect(try Self.root(#""0001-01-01T00:00:00Z""#).time == nil)
        #expect(try Self.root("1").time == nil)
    }

    /// A JSON value to be written and read back.
    indirect enum Tree: Equatable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case string(String)
        case array([Tree])
        case object([Member])

        struct Member: Equatable {
            var name: String
            var value: Tree
        }

        static func random(_ random: inout Seeded, depth: Int) -> Tree {
            switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &random) {
            case 0: .null
            case 1: .boolean(Bool.random(using: &random))
            case 2: .integer(Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random))
            case 3: .string(text(&random))
            case 4:
                .array((0..<Int.random(in: 0...4, using: &random)).map { _ in Self.random(&random, depth: depth + 1) })
            default:
                .object(
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        Member(name: text(&random), value: Self.random(&random, depth: depth + 1))
                    }
                )
            }
        }

        static func text(_ random: inout Seeded) -> String {
            let pieces = [
                "", "a", "\"", "\\", "\n", "\0", "\u{1F}", "é", "€", "😀", "plain text ", "\u{7F}", "\u{2028}",
            ]
            return (0..<Int.random(in: 0...6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
        }

        func write(_ writer: inout JSONWriter) {
            switch self {
            case .null: writer.null()
            case .boolean(let value): writer.boolean(value)
            case .integer(let value): writer.integer(value)
            case .string(let value): writer.string(value)
            case .array(let values):
                writer.beginArray()
                for value in values { value.write(&writer) }
                writer.endArray()
            case .object(let members):
                writer.beginObject()
                for member in members {
                    writer.key(escaping: member.name)
                    member.value.write(&writer)
                }
                writer.endObject()
            }
        }

        init(_ value: JSONValue) {
            switch value.kind {
            case .null: self = .null
            case .boolean: self = .boolean(value.boolean ?? false)
            case .number: self = .integer(value.integer ?? 0)
            case .string: self = .string(value.string ?? "")
            case .array: self = .array(value.elements.map { Tree($0) })
            case .object: self = .object(value.members.map { Member(name: $0.name, value: Tree($0.value)) })
            }
        }
    }

    @Test("what is written is read back", arguments: 0..<400)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let tree = Tree.random(&random, depth: 0)
        var writer = JSONWriter()
        tree.write(&writer)
        let root = try JSONDocument(writer.bytes[...]).root
        #expect(Tree(root) == tree, "seed \(seed): \(String(decoding: writer.bytes, as: UTF8.self))")
        if case .object(let members) = tree {
            for member in members {
                let first = members.first { $0.name == member.name }?.value
                #expect(root.member(named: member.name).map { Tree($0) } == first, "seed \(seed)")
            }
        }
    }
}
