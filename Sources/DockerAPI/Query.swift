// SPDX-License-Identifier: Apache-2.0

/// The query of a request's target, written with percent escapes.
public struct Query: Sendable, Hashable {
    private var bytes: [UInt8] = []

    /// Makes an empty query.
    public init() {}

    /// Whether it has no parameter.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The query without its question mark: `all=1&limit=5`.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends a parameter.
    public mutating func append(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        Self.appendEscaped(name, to: &bytes)
        bytes.append(UInt8(ascii: "="))
        Self.appendEscaped(value, to: &bytes)
    }

    /// The query with one more parameter.
    public func appending(_ name: String, _ value: String) -> Query {
        var query = self
        query.append(name, value)
        return query
    }

    /// Appends text with everything escaped but the unreserved characters (RFC 3986 §2.3).
    private static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 15))
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
