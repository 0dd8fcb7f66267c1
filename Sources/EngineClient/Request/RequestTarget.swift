// SPDX-License-Identifier: Apache-2.0

public import DockerAPI

/// What is asked for: a path and a query, percent-encoded (RFC 3986 §2.1), so that no name of a container or filter
/// can change the request's shape.
public struct RequestTarget: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The path and the query as they go on the wire.
    public private(set) var text: String

    /// Creates a target from the segments of its path, which may hold any characters.
    ///
    /// `RequestTarget("containers", name, "logs")` is `/containers/<name>/logs`.
    public init(_ segments: String...) {
        self.init(segments: segments)
    }

    /// Creates a target from the segments of its path, which may hold any characters.
    public init(segments: [String]) {
        var bytes: [UInt8] = []
        for segment in segments {
            bytes.append(UInt8(ascii: "/"))
            Self.encode(segment.utf8, into: &bytes)
        }
        text = bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
    }

    /// Creates a target from a text such as `/containers/json?all=1`, encoding only what no request line can hold.
    public init(_ text: String) {
        var bytes: [UInt8] = text.hasPrefix("/") ? [] : [UInt8(ascii: "/")]
        for byte in text.utf8 {
            if (0x21..<0x7F).contains(byte), byte != UInt8(ascii: "#") {
                bytes.append(byte)
            } else {
                Self.encode(CollectionOfOne(byte), into: &bytes)
            }
        }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// Creates a target from a text such as `/containers/json?all=1`.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The target with one more parameter in its query.
    public func query(_ name: String, _ value: String) -> RequestTarget {
        query(name, Array(value.utf8))
    }

    /// The target with one more parameter in its query: `1` or `0`.
    public func query(_ name: String, _ flag: Bool) -> RequestTarget {
        query(name, flag ? "1" : "0")
    }

    /// The target with one more parameter in its query.
    public func query(_ name: String, _ number: Int) -> RequestTarget {
        query(name, String(number))
    }

    /// The target with `filters=` and a JSON text (fact B5).
    public func filters(_ json: [UInt8]) -> RequestTarget {
        query("filters", json)
    }

    /// The target behind the prefix of an API version: `/v1.41/…`.
    public func versioned(_ version: APIVersion) -> RequestTarget {
        prefixed(version.pathPrefix)
    }

    /// The text that goes on the wire.
    public var description: String { text }

    /// The path without the query, for messages.
    var path: Substring { text.prefix { $0 != "?" } }

    func prefixed(_ prefix: String) -> RequestTarget {
        var target = self
        target.text = prefix + text
        return target
    }

    private func query(_ name: String, _ value: [UInt8]) -> RequestTarget {
        var bytes: [UInt8] = [UInt8(ascii: text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")]
        Self.encode(name.utf8, into: &bytes)
        bytes.append(UInt8(ascii: "="))
        Self.encode(value, into: &bytes)
        var target = self
        target.text += String(decoding: bytes, as: UTF8.self)
        return target
    }

    /// Appends bytes, all but the unreserved characters (RFC 3986 §2.3) as `%XX`.
    private static func encode(_ text: some Collection<UInt8>, into bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
