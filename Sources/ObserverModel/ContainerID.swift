// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// A container's id: 256 bits, written as 64 hexadecimal digits.
///
/// Kept as four words, so that it costs neither an allocation nor a reference count on the way through the pipeline.
public struct ContainerID: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Reads 64 hexadecimal digits; `nil` for anything else.
    public init?(_ hex: ArraySlice<UInt8>) {
        guard hex.count == 64 else { return nil }
        words = (0, 0, 0, 0)
        var word: UInt64 = 0
        var count = 0
        for byte in hex {
            guard let digit = Hex.value(of: byte) else { return nil }
            word = word << 4 | UInt64(digit)
            count += 1
            switch count {
            case 16: words.0 = word
            case 32: words.1 = word
            case 48: words.2 = word
            case 64: words.3 = word
            default: break
            }
        }
    }

    /// Reads 64 hexadecimal digits; `nil` for anything else.
    public init?(_ hex: String) {
        self.init(Array(hex.utf8)[...])
    }

    /// Appends the 64 hexadecimal digits.
    public func append(to bytes: inout [UInt8]) {
        Hex.append(words.0, to: &bytes)
        Hex.append(words.1, to: &bytes)
        Hex.append(words.2, to: &bytes)
        Hex.append(words.3, to: &bytes)
    }

    /// The first 12 hexadecimal digits, the form that people see.
    public var short: String {
        String(description.prefix(12))
    }

    /// The id's first 64 bits: a number that is the same in each process, for spreading work over time.
    public var leadingWord: UInt64 { words.0 }

    /// Whether the id begins with these hexadecimal digits, in either case.
    public func hasPrefix(_ prefix: String) -> Bool {
        description.hasPrefix(prefix.lowercased())
    }

    /// Whether two ids are the same.
    public static func == (a: ContainerID, b: ContainerID) -> Bool {
        a.words == b.words
    }

    /// Feeds the id to a hasher.
    public func hash(into hasher: inout Hasher) {
        // An id is random already: one word tells ids apart, equality checks the rest.
        hasher.combine(words.0)
    }
}

extension ContainerID: CustomStringConvertible {
    /// The 64 hexadecimal digits.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
