// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// As much of JSON Schema as `/openapi.json` uses, to hold answers against it; a keyword that it does not know is a
/// problem of its own.
struct OpenAPISchema {
    let document: JSON

    private static let annotations: Set<String> = ["description", "examples", "default", "discriminator"]

    /// What is wrong with a value by a schema; each with its place.
    func problems(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        schema.members.flatMap { keyword, rule -> [String] in
            Self.annotations.contains(keyword) ? [] : judge(value, keyword, rule, schema, place)
        }
    }

    /// The problems by a component.
    func problems(_ value: JSON, component: String) -> [String] {
        problems(value, document["components"]["schemas"][component])
    }

    private func judge(_ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON, _ place: String) -> [String] {
        switch keyword {
        case "$ref": return problems(value, resolve(rule.string ?? ""), at: place)
        case "type":
            let types = rule.string.map { [$0] } ?? rule.elements.compactMap(\.string)
            return types.contains { Self.isOf(value, $0) } ? [] : ["\(place) is no \(types.joined(separator: " or "))"]
        case "const": return value == rule ? [] : ["\(place) is not \(rule)"]
        case "enum": return rule.elements.contains(value) ? [] : ["\(place) is none of \(rule.elements)"]
        case "required":
            return rule.elements.compactMap(\.string).filter { value.members[$0] == nil }.map {
                "\(place) has no \($0)"
            }
        case "properties":
            return rule.members.flatMap { name, rule in
                value.members[name].map { problems($0, rule, at: "\(place).\(name)") } ?? []
            }
        case "additionalProperties":
            let known = Set(schema["properties"].members.keys)
            return value.members.filter { !known.contains($0.key) }.flatMap {
                problems($0.value, rule, at: "\(place).\($0.key)")
            }
        case "items":
            return value.elements.enumerated().flatMap { problems($0.element, rule, at: "\(place)[\($0.offset)]") }
        case "allOf": return rule.elements.flatMap { problems(value, $0, at: place) }
        case "oneOf":
            let tried = rule.elements.map { problems(value, $0, at: place) }
            let fitting = tried.count { $0.isEmpty }
            return fitting == 1 ? [] : ["\(place) fits \(fitting) of \(tried)"]
        case "minimum": return (value.double ?? .infinity) >= (rule.double ?? 0) ? [] : ["\(place) is too small"]
        case "pattern": return Self.matches(value.string, rule.string) ? [] : ["\(place) does not match \(rule)"]
        default: return ["\(place): \(keyword) is not understood"]
        }
    }

    /// The schema that a reference leads to.
    func resolve(_ reference: String) -> JSON {
        reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
    }

    private static func matches(_ text: String?, _ pattern: String?) -> Bool {
        guard let text, let pattern, let regex = try? Regex(pattern) else { return false }
        return text.firstMatch(of: regex) != nil
    }

    private static func isOf(_ value: JSON, _ type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("string", .string), ("boolean", .boolean), ("number", .number), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
