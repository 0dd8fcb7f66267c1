// SPDX-License-Identifier: Apache-2.0

/// What a server has answered to a test's request.
public struct HTTPReply: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields in their order.
    public let fields: [(name: String, value: String)]
    /// The body, chunks put together.
    public let body: [UInt8]

    /// The first header field of that name, whatever its case.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    public func json() throws -> JSON { try JSON(body) }
}

/// Puts a reply together from the bytes of a connection; a value without any input or output.
struct HTTPReplyParser {
    /// A reply that is none.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    private enum Framing { case length(Int), chunked, untilClose }

    private var head: (status: Int, fields: [(name: String, value: String)], framing: Framing)?
    /// What came after the head, or, before the head is complete, everything.
    private(set) var bytes: [UInt8] = []
    let hasBody: Bool

    init(hasBody: Bool) {
        self.hasBody = hasBody
    }

    /// The status and the fields, once the head is complete.
    var headReply: HTTPReply? { head.map { HTTPReply(status: $0.status, fields: $0.fields, body: []) } }

    /// Takes bytes, and returns the reply if they complete it.
    mutating func append(_ new: some Sequence<UInt8>) throws -> HTTPReply? {
        bytes.append(contentsOf: new)
        try readHead()
        guard let head else { return nil }
        switch head.framing {
        case .length(let length) where bytes.count >= length: return reply(Array(bytes.prefix(length)))
        case .chunked where bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8):
            // The body itself may end so at the border of a read; then the last chunk is still to come.
            return (try? Self.dechunk(bytes)).map { reply($0) }
        default: return nil
        }
    }

    /// The reply that the connection's end completes, if it does.
    func finish() throws -> HTTPReply {
        guard let head else {
            throw Malformed(description: "the connection ended after \(bytes.count) bytes of a head")
        }
        guard case .untilClose = head.framing else {
            throw Malformed(description: "the connection ended within the body, after \(bytes.count) bytes of it")
        }
        return reply(bytes)
    }

    private func reply(_ body: [UInt8]) -> HTTPReply {
        HTTPReply(status: head?.status ?? 0, fields: head?.fields ?? [], body: body)
    }

    private mutating func readHead() throws {
        guard head == nil, let end = Self.endOfHead(bytes) else { return }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Malformed(description: "this is no status line: \(lines.first ?? "")")
        }
        let fields = try lines.dropFirst().map { line in
            guard let colon = line.firstIndex(of: ":") else { throw Malformed(description: "no header field: \(line)") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (name: String(line[..<colon]), value: String(value))
        }
        func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
        let framing: Framing =
            if !hasBody || status == 204 || status == 304 || status < 200 {
                .length(0)
            } else if field("transfer-encoding") == "chunked" {
                .chunked
            } else if let length = field("content-length").flatMap({ Int($0) }) {
                .length(length)
            } else {
                .untilClose
            }
        head = (status, fields, framing)
        bytes.removeFirst(end + 4)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        let mark = Array("\r\n\r\n".utf8)
        return (0...(bytes.count - 4)).first { bytes[$0] == mark[0] && bytes[$0..<($0 + 4)].elementsEqual(mark) }
    }

    private static func dechunk(_ bytes: [UInt8]) throws -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[rest.startIndex..<newline], as: UTF8.self)
            let digits = line.prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16), rest.endIndex - newline > size else {
                throw Malformed(description: "this is no chunk: \(line)")
            }
            if size == 0 { return body }
            body.append(contentsOf: rest[(newline + 1)..<(newline + 1 + size)])
            rest = rest[(newline + 1 + size + 2)...]
        }
        throw Malformed(description: "the last chunk is missing")
    }
}
