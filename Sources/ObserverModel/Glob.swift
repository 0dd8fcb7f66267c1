// SPDX-License-Identifier: Apache-2.0

/// A pattern for whole names: `*` stands for any text, `?` for one character, `[a-z]` and `[!a-z]` for one of a set.
///
/// Matching takes at most the product of both lengths: a `*` that did not help is given up for the next one.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
    private enum Part: Sendable, Hashable {
        case any
        case one
        case character(UInt32)
        case set([ClosedRange<UInt32>], negated: Bool)
    }

    /// The pattern as it was written.
    public let description: String
    private let parts: [Part]

    /// Reads a pattern; a `[` without its `]` stands for itself.
    public init(_ pattern: String) {
        description = pattern
        let scalars = pattern.unicodeScalars.map(\.value)
        var parts: [Part] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case UInt32(UInt8(ascii: "*")):
                if parts.last != .any { parts.append(.any) }
            case UInt32(UInt8(ascii: "?")):
                parts.append(.one)
            case UInt32(UInt8(ascii: "[")):
                parts.append(Self.readSet(scalars, &index) ?? .character(scalar))
            default:
                parts.append(.character(scalar))
            }
        }
        self.parts = parts
    }

    /// Reads what follows a `[`; leaves the index alone and returns `nil` when there is no `]`.
    private static func readSet(_ scalars: [UInt32], _ index: inout Int) -> Part? {
        var position = index
        let negated = position < scalars.count && (scalars[position] == 0x21 || scalars[position] == 0x5E)
        if negated { position += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while position < scalars.count {
            let scalar = scalars[position]
            if scalar == UInt32(UInt8(ascii: "]")), !ranges.isEmpty {
                index = position + 1
                return .set(ranges, negated: negated)
            }
            let isRange =
                position + 2 < scalars.count && scalars[position + 1] == UInt32(UInt8(ascii: "-"))
                && scalars[position + 2] != UInt32(UInt8(ascii: "]"))
            let upper = isRange ? scalars[position + 2] : scalar
            ranges.append(min(scalar, upper)...max(scalar, upper))
            position += isRange ? 3 : 1
        }
        return nil
    }

    /// Whether the pattern matches the whole name.
    public func matches(_ name: String) -> Bool {
        let scalars = name.unicodeScalars.map(\.value)
        var part = 0
        var position = 0
        /// Where to go on when what follows the last `*` does not match: one character further.
        var retry: (part: Int, position: Int)?
        while position < scalars.count {
            if part < parts.count, parts[part] == .any {
                retry = (part + 1, position)
                part += 1
            } else if part < parts.count, Self.matches(parts[part], scalars[position]) {
                part += 1
                position += 1
            } else if let last = retry {
                retry = (last.part, last.position + 1)
                part = last.part
                position = last.position + 1
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .any }
    }

    private static func matches(_ part: Part, _ scalar: UInt32) -> Bool {
        switch part {
        case .any: false
        case .one: true
        case .character(let wanted): wanted == scalar
        case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }
}
