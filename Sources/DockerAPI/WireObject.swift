// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// A JSON object that is read member by member, and knows its place for errors.
///
/// A member that is absent or `null` is `nil`; one of another kind is an error.
struct WireObject {
    let value: JSONValue
    /// What is read.
    let what: StaticString
    /// The object's own name with a dot behind, or empty.
    let path: StaticString

    /// Takes a value that must be an object.
    init(_ value: JSONValue, _ what: StaticString, path: StaticString = "") throws(WireError) {
        guard value.kind == .object else {
            throw WireError(what: what.description, place: String("\(path)".dropLast()), reason: "is no object")
        }
        self.init(value: value, what: what, path: path)
    }

    private init(value: JSONValue, what: StaticString, path: StaticString) {
        self.value = value
        self.what = what
        self.path = path
    }

    /// Reads a text whose root is a value to be read.
    static func root(_ json: ArraySlice<UInt8>, _ what: StaticString) throws(WireError) -> JSONValue {
        do throws(JSONError) {
            return try JSONDocument(json).root
        } catch {
            throw WireError(what: what, error)
        }
    }

    /// A member that is an object; `path` is its full name with a dot behind, for errors.
    func object(_ name: StaticString, path: StaticString) throws(WireError) -> WireObject? {
        guard let member = try member(name, .object, "object") else { return nil }
        return WireObject(value: member, what: what, path: path)
    }

    func string(_ name: StaticString) throws(WireError) -> String? {
        try member(name, .string, "string")?.string
    }

    /// A string that must be there and not be empty.
    func requiredString(_ name: StaticString) throws(WireError) -> String {
        guard let string = try string(name), !string.isEmpty else { throw error(name, "is missing") }
        return string
    }

    func boolean(_ name: StaticString) throws(WireError) -> Bool? {
        try member(name, .boolean, "boolean")?.boolean
    }

    func integer(_ name: StaticString) throws(WireError) -> Int64? {
        guard let member = try member(name, .number, "integer") else { return nil }
        guard let integer = member.integer else { throw error(name, "is no integer of 64 bits") }
        return integer
    }

    func int(_ name: StaticString) throws(WireError) -> Int? {
        try integer(name).map { Int($0) }
    }

    func unsigned(_ name: StaticString) throws(WireError) -> UInt64? {
        guard let member = try member(name, .number, "integer") else { return nil }
        guard let unsigned = member.unsigned else { throw error(name, "is no integer of 64 bits without a sign") }
        return unsigned
    }

    /// A time; the engine's unset time is `nil` (fact B8).
    func time(_ name: StaticString) throws(WireError) -> Timestamp? {
        guard let member = try member(name, .string, "time"), let text = member.stringBytes, !text.isEmpty else {
            return nil
        }
        if let time = RFC3339.parse(text.span) { return time }
        guard text.starts(with: Self.unsetDate) else { throw error(name, "is no time in RFC 3339") }
        return nil
    }

    private static let unsetDate = Array("0001-01-01T".utf8)

    /// The elements of an array.
    func array(_ name: StaticString) throws(WireError) -> [JSONValue]? {
        try member(name, .array, "array")?.elements
    }

    /// An array of strings.
    func strings(_ name: StaticString) throws(WireError) -> [String]? {
        guard let elements = try array(name) else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(elements.count)
        for element in elements {
            guard let string = element.string else { throw error(name, "holds something else than strings") }
            strings.append(string)
        }
        return strings
    }

    /// An object of strings, in its order; `null` values count as empty.
    func pairs(_ name: StaticString) throws(WireError) -> [(name: String, value: String)] {
        guard let object = try member(name, .object, "object") else { return [] }
        var pairs: [(String, String)] = []
        for (key, value) in object.members {
            guard value.kind == .string || value.isNull else { throw error(name, "holds something else than strings") }
            pairs.append((key, value.string ?? ""))
        }
        return pairs
    }

    /// An object of strings; of equal names the last counts.
    func dictionary(_ name: StaticString) throws(WireError) -> [String: String] {
        var dictionary: [String: String] = [:]
        for (key, value) in try pairs(name) { dictionary[key] = value }
        return dictionary
    }

    private func member(
        _ name: StaticString,
        _ kind: JSONValue.Kind,
        _ noun: StaticString
    ) throws(WireError) -> JSONValue? {
        guard let member = value[name] else { return nil }
        let found = member.kind
        if found == kind { return member }
        guard found == .null else { throw error(name, "is no \(noun)") }
        return nil
    }

    private func error(_ name: StaticString, _ reason: String) -> WireError {
        WireError(what: what.description, place: "\(path)\(name)", reason: reason)
    }
}
