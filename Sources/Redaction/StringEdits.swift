// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Patterns

/// The strings of a JSON text that are to change, collected on a walk over its values.
struct StringEdits {
    /// What masks a string's text: at a depth of JSON within strings.
    typealias TextMask = (_ text: ArraySlice<UInt8>, _ search: PatternSearch, _ depth: Int) -> [UInt8]?

    /// Knows the names of secrets; without it only the text of strings is looked at.
    let finder: SecretFinder?
    let search: PatternSearch
    let depth: Int
    private let mask: TextMask
    private var edits: [(place: Range<Int>, json: [UInt8])] = []

    init(finder: SecretFinder?, search: PatternSearch, depth: Int = 0, mask: @escaping TextMask) {
        self.finder = finder
        self.search = search
        self.depth = depth
        self.mask = mask
    }

    /// Masks all strings of a value, which may be a member's.
    mutating func visit(_ value: JSONValue, of meaning: SecretFinder.Meaning = .other, named name: String = "") {
        switch value.kind {
        case .string: visitString(value, of: meaning, named: name)
        case .number where meaning == .password && value.raw.count >= 4: set(value, Mask.bytes[...])
        case .array where meaning == .other: visitArguments([value])
        case .array: for element in value.elements { visit(element, of: meaning, named: name) }
        case .object: visitMembers(value, ofCookies: name.lowercased() == "cookies")
        default: break
        }
    }

    /// Masks the strings of an object's members by their names, but for those that are named.
    mutating func visitMembers(_ object: JSONValue, ofCookies: Bool = false, except kept: Set<String> = []) {
        for (name, value) in object.members where !kept.contains(name) {
            let meaning = ofCookies ? .secret : finder?.meaning(of: name.utf8, search) ?? .other
            visit(value, of: meaning, named: name)
        }
    }

    /// Masks one string.
    mutating func visitString(_ value: JSONValue, of meaning: SecretFinder.Meaning = .other, named name: String = "") {
        guard let text = value.stringBytes else { return }
        switch meaning {
        case .secret, .password:
            if finder?.isHarmless(text, search) == false { set(value, Mask.bytes[...]) }
        case .header:
            // The rules for headers know what of their values is no secret; they see the plain name before it.
            let prefix = Array((name.lowercased().hasSuffix("authorization") ? "authorization: " : "cookie: ").utf8)
            guard let masked = mask((prefix + text)[...], search, depth + 1) else { return }
            set(value, masked.starts(with: prefix) ? masked.dropFirst(prefix.count) : Mask.bytes[...])
        case .other:
            if let masked = mask(text, search, depth + 1) { set(value, masked[...]) }
        }
    }

    /// Masks the value of `NAME=value` by the name.
    mutating func visitVariable(_ value: JSONValue) {
        guard let text = value.stringBytes else { return }
        if let equals = text.firstIndex(of: UInt8(ascii: "=")), let finder {
            let meaning = finder.meaning(of: text[..<equals], search)
            if meaning == .secret || meaning == .password {
                guard !finder.isHarmless(text[(equals + 1)...], search) else { return }
                return set(value, (text[...equals] + Mask.bytes)[...])
            }
        }
        visitString(value)
    }

    /// Masks the strings of arrays that are together a command's arguments, and the values behind their options.
    mutating func visitArguments(_ arrays: [JSONValue]) {
        let elements = arrays.flatMap { $0.kind == .array ? $0.elements : [$0] }
        var secrets: [Int: ArgumentVector.Secret] = [:]
        if let finder, elements.contains(where: { $0.kind == .string }) {
            let texts = elements.map { $0.stringBytes.map { Array($0) } ?? [] }
            secrets = ArgumentVector.secrets(of: texts) { finder.meaning(of: $0, search) }
        }
        for (index, element) in elements.enumerated() {
            guard let secret = secrets[index], let text = element.stringBytes else {
                visit(element)
                continue
            }
            let kept = text.prefix(secret.kept)
            if finder?.isHarmless(text.dropFirst(secret.kept), search) == false {
                set(element, (kept + Mask.bytes)[...])
            }
        }
    }

    private mutating func set(_ value: JSONValue, _ text: ArraySlice<UInt8>) {
        var json: [UInt8] = [UInt8(ascii: "\"")]
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        text.withUnsafeBufferPointer { JSONEscape.append($0, to: &json) }
        json.append(UInt8(ascii: "\""))
        let raw = value.raw
        guard !raw.elementsEqual(json) else { return }
        edits.append((raw.startIndex..<raw.endIndex, json))
    }

    /// The JSON with the edits made, or `nil` without any.
    func applied(to json: ArraySlice<UInt8>) -> [UInt8]? {
        guard !edits.isEmpty else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var end = json.startIndex
        // Arguments that stand in two places of an object are visited together, hence out of order.
        for (place, text) in edits.sorted(by: { $0.place.lowerBound < $1.place.lowerBound }) {
            guard place.lowerBound >= end else { continue }
            result.append(contentsOf: json[end..<place.lowerBound])
            result.append(contentsOf: text)
            end = place.upperBound
        }
        result.append(contentsOf: json[end...])
        return result
    }
}
