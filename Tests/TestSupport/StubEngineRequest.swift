// SPDX-License-Identifier: Apache-2.0

/// A request as the stub engine received it.
public struct StubRequest: Sendable, Hashable {
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// The name as it was sent.
        public let name: String
        /// The value without the white space around it.
        public let value: String
    }

    /// The method, such as `GET`.
    public let method: String
    /// The target as it was sent.
    public let target: String
    /// The header fields in their order.
    public let fields: [Field]
    /// The body.
    public let body: [UInt8]
    /// The number of the connection that carried it, from 1.
    public var connection = 0

    /// The values of the fields of that name in any case of letters.
    public subscript(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The target up to the query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The parameters of the query, percent-decoded; of equal names the last counts.
    public var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var parameters: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[Self.decoded(parts[0])] = parts.count > 1 ? Self.decoded(parts[1]) : ""
        }
        return parameters
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Cuts a connection's bytes into requests: a pure state machine, for requests whose bodies have a Content-Length.
struct StubRequestParser: Sendable {
    private var bytes: [UInt8] = []
    /// Whether what follows is no HTTP that this parser can cut, such as an upgraded connection.
    private(set) var isLost = false

    /// Takes bytes and returns the requests that became whole.
    mutating func take(_ more: some Collection<UInt8>) -> [StubRequest] {
        guard !isLost else { return [] }
        bytes += more
        var requests: [StubRequest] = []
        while let request = next() { requests.append(request) }
        return requests
    }

    private mutating func next() -> StubRequest? {
        guard !isLost, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        )
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            return StubRequest.Field(name: String(parts[0]), value: String(value))
        }
        func value(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
        let length = value("content-length").flatMap(Int.init) ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        isLost = words.count != 3 || value("upgrade") != nil || value("transfer-encoding") != nil
        let request = StubRequest(
            method: String(words[0]),
            target: words.count > 1 ? String(words[1]) : "",
            fields: fields,
            body: Array(bytes[end.upperBound..<(end.upperBound + length)])
        )
        bytes.removeFirst(end.upperBound + length)
        return request
    }
}
