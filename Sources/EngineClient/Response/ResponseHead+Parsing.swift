// SPDX-License-Identifier: Apache-2.0

extension ResponseHead {
    /// Reads a head from its bytes up to and including the empty line.
    ///
    /// Strict where leniency invites confusion: lines end with CR LF, no folded lines, no blank before a colon.
    init(parsing bytes: [UInt8]) throws(ResponseFault) {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == Self.lineFeed {
            guard index > start, bytes[index - 1] == Self.carriageReturn else {
                throw .malformed("a line of the response's head does not end with CR LF")
            }
            lines.append(bytes[start..<(index - 1)])
            start = index + 1
        }
        guard let statusLine = lines.first else { throw .malformed("the response's head is empty") }
        let (minorVersion, status, reason) = try Self.readStatusLine(statusLine)
        var fields: [Field] = []
        for line in lines.dropFirst() where !line.isEmpty {
            fields.append(try Self.readField(line))
        }
        self.init(status: status, reason: reason, fields: fields, minorVersion: minorVersion)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Reads `HTTP/1.1 200 OK` (RFC 9112 §4); the reason and the blank before it may be missing.
    private static func readStatusLine(_ line: ArraySlice<UInt8>) throws(ResponseFault) -> (Int, Int, String) {
        let bytes = Array(line)
        guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), let minor = digit(bytes[7]), minor <= 1,
            bytes[8] == UInt8(ascii: " ")
        else { throw .malformed("the answer does not begin with an HTTP/1.1 status line: \(quoted(line))") }
        var status = 0
        for byte in bytes[9..<12] {
            guard let digit = digit(byte) else { throw .malformed("the status is no number: \(quoted(line))") }
            status = status * 10 + digit
        }
        guard (100..<600).contains(status), bytes.count == 12 || bytes[12] == UInt8(ascii: " ") else {
            throw .malformed("the status is not between 100 and 599: \(quoted(line))")
        }
        return (minor, status, String(decoding: bytes.dropFirst(13), as: UTF8.self))
    }

    private static func readField(_ line: ArraySlice<UInt8>) throws(ResponseFault) -> Field {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw .malformed("a header field has no name: \(quoted(line))")
        }
        guard line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .malformed("a header field's name holds a blank or a control character: \(quoted(line))")
        }
        var value = line[(colon + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .malformed("a header field's value holds a control character: \(quoted(line))")
        }
        return Field(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (48...57).contains(byte) ? Int(byte) - 48 : nil
    }

    /// The beginning of a line, made printable.
    ///
    /// 60 bytes are enough to recognise a server by, and short enough for a message.
    private static func quoted(_ line: ArraySlice<UInt8>) -> String {
        let shown = line.prefix(60).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
        return "\"" + String(decoding: shown, as: UTF8.self) + "\""
    }
}
