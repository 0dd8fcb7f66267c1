// SPDX-License-Identifier: Apache-2.0

/// One value of a ``JSONDocument``.
public struct JSONValue: Sendable {
    /// What kind of value it is.
    public enum Kind: UInt8, Sendable {
        /// A kind of JSON value (RFC 8259 §3).
        case object, array, string, number, boolean, null
    }

    let document: JSONDocument
    let node: Int

    private var this: JSONDocument.Node { document.nodes[node] }

    /// What kind of value it is.
    public var kind: Kind { this.kind }

    /// The value's own text, quotes and brackets included.
    public var raw: ArraySlice<UInt8> {
        let start = document.text.startIndex
        return document.text[(start + Int(this.start))..<(start + Int(this.end))]
    }

    /// The object's first member of that name, or `nil` when there is none or this is no object.
    public subscript(name: StaticString) -> JSONValue? {
        // SAFETY: a static string's bytes live as long as the process, and `utf8CodeUnitCount` is their number.
        member(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// The object's first member of that name, or `nil` when there is none or this is no object.
    public func member(named name: String) -> JSONValue? {
        var name = name
        return name.withUTF8 { member($0) }
    }

    private func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard kind == .object else { return nil }
        // Spans, since an object may have many members, and a `JSONValue` of each would be counted in and out.
        let nodes = document.nodes.span
        let text = document.text.span
        var index = node + 1
        let end = Int(nodes[node].next)
        while index < end {
            let found =
                nodes[index].hasEscapes
                ? JSONValue(document: document, node: index).stringBytes?.elementsEqual(name) == true
                : Self.isName(nodes[index], in: text, name)
            if found { return JSONValue(document: document, node: index + 1) }
            index = Int(nodes[index + 1].next)
        }
        return nil
    }

    /// Whether a string without escapes is a name.
    private static func isName(
        _ node: JSONDocument.Node,
        in text: Span<UInt8>,
        _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard Int(node.end - node.start) == name.count + 2 else { return false }
        let start = Int(node.start) + 1
        for offset in 0..<name.count where text[start + offset] != name[offset] { return false }
        return true
    }

    /// The members of an object in their order, else none.
    public var members: [(name: String, value: JSONValue)] {
        guard kind == .object else { return [] }
        var result: [(String, JSONValue)] = []
        var index = node + 1
        let end = Int(this.next)
        while index < end {
            let name = JSONValue(document: document, node: index).string ?? ""
            result.append((name, JSONValue(document: document, node: index + 1)))
            index = Int(document.nodes[index + 1].next)
        }
        return result
    }

    /// The elements of an array in their order, else none.
    public var elements: [JSONValue] {
        guard kind == .array else { return [] }
        var result: [JSONValue] = []
        var index = node + 1
        let end = Int(this.next)
        while index < end {
            result.append(JSONValue(document: document, node: index))
            index = Int(document.nodes[index].next)
        }
        return result
    }

    /// The bytes that a string stands for, else `nil`; not checked to be UTF-8.
    public var stringBytes: ArraySlice<UInt8>? {
        guard kind == .string else { return nil }
        let inside = raw.dropFirst().dropLast()
        guard this.hasEscapes else { return inside }
        var bytes: [UInt8] = []
        JSONEscape.appendUnescaped(inside.span, to: &bytes)
        return bytes[...]
    }

    /// The string, else `nil`; what is not UTF-8 becomes U+FFFD.
    public var string: String? {
        stringBytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number if it is an integer that `Int64` holds, else `nil`.
    public var integer: Int64? {
        guard kind == .number else { return nil }
        return Int64(String(decoding: raw, as: UTF8.self))
    }

    /// The number if it is an integer that `UInt64` holds, else `nil`.
    public var unsigned: UInt64? {
        guard kind == .number else { return nil }
        return Decimal.parse(raw.span)
    }

    /// The number, else `nil`.
    public var double: Double? {
        guard kind == .number else { return nil }
        return Double(String(decoding: raw, as: UTF8.self))
    }

    /// The boolean, else `nil`.
    public var boolean: Bool? {
        guard kind == .boolean else { return nil }
        return raw.first == UInt8(ascii: "t")
    }

    /// Whether it is `null`.
    public var isNull: Bool { kind == .null }

    /// The time that a string in RFC 3339 tells, else `nil`; also for the engine's unset time (fact B8).
    public var time: Timestamp? {
        stringBytes.flatMap { RFC3339.parse($0.span) }
    }
}
