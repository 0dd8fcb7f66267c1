// SPDX-License-Identifier: Apache-2.0

/// The status line and the fields of a response (RFC 9112 §4, RFC 9110 §5).
public struct ResponseHead: Sendable, Hashable {
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// The name as it was sent.
        public let name: String
        /// The value without the white space around it.
        public let value: String

        /// Creates a field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status code, 100 to 599.
    public let status: Int

    /// The reason phrase, which may be empty.
    public let reason: String

    /// The fields in the order in which they came.
    public let fields: [Field]

    /// The minor version: 1 for HTTP/1.1, 0 for HTTP/1.0.
    let minorVersion: Int

    /// Creates the head of an HTTP/1.1 response.
    public init(status: Int, reason: String = "", fields: [Field] = []) {
        self.init(status: status, reason: reason, fields: fields, minorVersion: 1)
    }

    init(status: Int, reason: String, fields: [Field], minorVersion: Int) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.minorVersion = minorVersion
    }

    /// The value of the first field of that name in any case of letters, or `nil`.
    public subscript(_ name: String) -> String? {
        values(of: name).first
    }

    /// Whether the status is of the class 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    func values(of name: String) -> [String] {
        fields.filter { equalsIgnoringCase($0.name, name) }.map(\.value)
    }

    /// Whether the connection may carry another exchange after this one (RFC 9112 §9.3).
    var keepsConnection: Bool {
        let options = values(of: "Connection").flatMap { $0.split(separator: ",") }
        return minorVersion == 1 && !options.contains { equalsIgnoringCase(trimmed($0), "close") }
    }
}

private func trimmed(_ text: Substring) -> Substring {
    let front = text.drop { $0 == " " || $0 == "\t" }
    guard let last = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return front[...last]
}

/// Compares names of fields and options as RFC 9110 §5.1 does: ASCII letters of either case are equal.
func equalsIgnoringCase(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
    func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
    return one.utf8.count == other.utf8.count
        && zip(one.utf8, other.utf8).allSatisfy { lowered($0) == lowered($1) }
}
