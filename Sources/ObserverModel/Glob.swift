// SPDX-License-Identifier: Apache-2.0

/// A pattern for whole names of containers: `*` any text, `?` any character, `[a-z]` one of a set, `[!a-z]` one outside
/// of it.
///
/// Names are ASCII (the engine allows nothing else), so it works on bytes.
public struct Glob: Sendable, Hashable {
    /// How long a pattern may be: twice the longest name of a container that DNS can resolve, rounded up.
    public static let lengthLimit = 256

    /// What an error says of a text that is no pattern, behind the text.
    public static let rule =
        "is not a pattern for names: use * ? [a-z] or a name, \(lengthLimit) bytes at most"

    private enum Token: Sendable, Hashable {
        case byte(UInt8)
        case any
        case anyText
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    /// The pattern as it was given.
    public let text: String
    private let tokens: [Token]

    /// Reads a pattern; `nil` for an empty one, for one over the limit, and for a set that is not closed or is empty.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.lengthLimit else { return nil }
        var tokens: [Token] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "*"): if tokens.last != .anyText { tokens.append(.anyText) }
            case UInt8(ascii: "?"): tokens.append(.any)
            case UInt8(ascii: "["):
                guard let set = Self.set(bytes, &index) else { return nil }
                tokens.append(set)
            default: tokens.append(.byte(byte))
            }
        }
        self.text = text
        self.tokens = tokens
    }

    /// Whether the pattern is a name: without `*`, `?` and sets.
    public var isLiteral: Bool {
        tokens.allSatisfy { if case .byte = $0 { true } else { false } }
    }

    /// Whether a name fits the pattern, in time proportional to the product of their lengths at worst.
    public func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { matches($0) }
    }

    private func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var token = 0
        var index = 0
        // Where to go on after the last `*` when what follows it does not fit: only the last one ever needs to stretch.
        var retry: (token: Int, index: Int)?
        while index < name.count {
            if token < tokens.count, tokens[token] == .anyText {
                token += 1
                retry = (token, index)
            } else if token < tokens.count, Self.fits(tokens[token], name[index]) {
                token += 1
                index += 1
            } else if let (retryToken, retryIndex) = retry {
                token = retryToken
                index = retryIndex + 1
                retry = (retryToken, index)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anyText }
    }

    private static func fits(_ token: Token, _ byte: UInt8) -> Bool {
        switch token {
        case .byte(let expected): byte == expected
        case .any, .anyText: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }

    /// Reads a set behind its opening bracket.
    private static func set(_ bytes: [UInt8], _ index: inout Int) -> Token? {
        var isNegated = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "!") || bytes[index] == UInt8(ascii: "^") {
            isNegated = true
            index += 1
        }
        var ranges: [ClosedRange<UInt8>] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            // A bracket that comes first stands for itself, as everywhere.
            if byte == UInt8(ascii: "]"), !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
            var upper = byte
            if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "-"), bytes[index + 1] != UInt8(ascii: "]") {
                upper = bytes[index + 1]
                index += 2
            }
            guard byte <= upper else { return nil }
            ranges.append(byte...upper)
        }
        return nil
    }
}
