// SPDX-License-Identifier: Apache-2.0

/// A JSON text with an index of its values, so that members are found without reading the text again.
///
/// Reading takes one pass and one array of nodes; values are slices of the text. Made for the engine's answers:
/// kilobytes, not gigabytes.
public struct JSONDocument: Sendable {
    struct Node: Sendable {
        var kind: JSONValue.Kind
        /// Whether a string's text holds an escape.
        var hasEscapes: Bool
        /// The offsets of the value's first byte and behind its last, from the start of the text.
        var start: UInt32
        var end: UInt32
        /// The index of the node behind this value and all that it holds.
        var next: UInt32
    }

    let text: ArraySlice<UInt8>
    private(set) var nodes: [Node] = []

    /// Reads a text that is one JSON value, with white space around it at most.
    ///
    /// - Throws: ``JSONError`` with the place, also for a text of 4 GiB or more.
    public init(_ text: ArraySlice<UInt8>) throws(JSONError) {
        guard text.count < Int(UInt32.max) else { throw JSONError(offset: 0, reason: "too long a text") }
        self.text = text
        // The engine's JSON has a node every ten bytes or so; a text of long strings must not cost memory for it.
        nodes.reserveCapacity(min(text.count / 10, 1024))
        let span = text.span
        var index = 0
        JSONScan.skipWhitespace(span, &index)
        try read(span, &index, depth: 0)
        JSONScan.skipWhitespace(span, &index)
        guard index == span.count else { throw JSONError(offset: index, reason: "found more behind the value") }
    }

    /// The value that the whole text is.
    public var root: JSONValue { JSONValue(document: self, node: 0) }

    private mutating func read(_ span: Span<UInt8>, _ index: inout Int, depth: Int) throws(JSONError) {
        guard index < span.count else { throw JSONError(offset: index, reason: "expected a value") }
        let start = index
        let position = nodes.count
        let byte = span[index]
        var node = Node(
            kind: .number,
            hasEscapes: false,
            start: UInt32(start),
            end: UInt32(start),
            next: UInt32(position + 1)
        )
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            node.kind = byte == UInt8(ascii: "{") ? .object : .array
            nodes.append(node)
            try readContainer(span, &index, isObject: node.kind == .object, depth: depth)
            nodes[position].next = UInt32(nodes.count)
            nodes[position].end = UInt32(index)
            return
        case UInt8(ascii: "\""):
            node.kind = .string
            node.hasEscapes = try JSONScan.skipString(span, &index)
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            node.kind = .boolean
            try JSONScan.skipValue(span, &index)
        case UInt8(ascii: "n"):
            node.kind = .null
            try JSONScan.skipValue(span, &index)
        default:
            try JSONScan.skipNumber(span, &index)
        }
        node.end = UInt32(index)
        nodes.append(node)
    }

    private mutating func readContainer(
        _ span: Span<UInt8>,
        _ index: inout Int,
        isObject: Bool,
        depth: Int
    ) throws(JSONError) {
        guard depth < JSONScan.maximumDepth else { throw JSONError(offset: index, reason: "nested too deeply") }
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        index += 1
        JSONScan.skipWhitespace(span, &index)
        if index < span.count, span[index] == close {
            index += 1
            return
        }
        repeat {
            if isObject {
                let position = nodes.count
                let start = index
                let hasEscapes = try JSONScan.skipName(span, &index)
                nodes.append(
                    Node(
                        kind: .string,
                        hasEscapes: hasEscapes,
                        start: UInt32(start),
                        end: UInt32(index),
                        next: UInt32(position + 1)
                    )
                )
                try JSONScan.skipColon(span, &index)
            }
            try read(span, &index, depth: depth + 1)
        } while try JSONScan.skipSeparator(span, &index, close: close)
    }
}
