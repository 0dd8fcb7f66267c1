// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A JSON value as a test reads it: by Foundation, so that our own parser is not judged by itself.
public enum JSON: Sendable, Hashable {
    /// `null`, or what is not there.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// Any number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object; the order of its members is lost.
    case object([String: JSON])

    /// Reads a text.
    ///
    /// - Throws: Foundation's error when it is no JSON.
    public init(_ text: some Sequence<UInt8>) throws {
        self.init(try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed))
    }

    /// Reads a text.
    public init(_ text: String) throws {
        try self.init(Array(text.utf8))
    }

    private init(_ value: Any) {
        switch value {
        case let value as NSNumber where Self.isBoolean(value): self = .boolean(value.boolValue)
        case let value as NSNumber: self = .number(value.doubleValue)
        case let value as String: self = .string(value)
        case let value as [Any]: self = .array(value.map { JSON($0) })
        case let value as [String: Any]: self = .object(value.mapValues { JSON($0) })
        default: self = .null
        }
    }

    private static func isBoolean(_ value: NSNumber) -> Bool {
        value === NSNumber(value: true) || value === NSNumber(value: false) || String(cString: value.objCType) == "B"
    }

    /// The member of that name, else `null`.
    public subscript(name: String) -> JSON {
        if case .object(let members) = self { return members[name] ?? .null }
        return .null
    }

    /// The element at an index, else `null`.
    public subscript(index: Int) -> JSON {
        if case .array(let elements) = self, elements.indices.contains(index) { return elements[index] }
        return .null
    }

    /// The string, if it is one.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The number, if it is one.
    public var double: Double? { if case .number(let value) = self { value } else { nil } }

    /// The number without its fraction, if it is a number.
    public var int: Int? { double.map { Int($0) } }

    /// The truth, if it is one.
    public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The elements of an array, else none.
    public var elements: [JSON] { if case .array(let value) = self { value } else { [] } }

    /// The members of an object, else none.
    public var members: [String: JSON] { if case .object(let value) = self { value } else { [:] } }

    /// Whether there is nothing.
    public var isNull: Bool { self == .null }
}
