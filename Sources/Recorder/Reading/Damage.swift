// SPDX-License-Identifier: Apache-2.0

/// A part of a recording that cannot be read.
public struct Damage: Sendable, Hashable, CustomStringConvertible {
    /// What is broken.
    public enum Kind: UInt8, Sendable, Hashable {
        /// The index or the seek table; no line is lost by it.
        case index
        /// A frame, with all of its lines.
        case frame
        /// A line in a frame that is sound.
        case line
        /// What follows the last whole line of a recording that was not ended.
        case ending
        /// Numbers that none of the files holds.
        case hole
    }

    /// What is broken.
    public var kind: Kind
    /// The file.
    public var path: String
    /// Where it is in the file; empty for what is in none.
    public var bytes: Range<UInt64>
    /// The numbers that were lost, as far as known; the last one or more of them may never have been.
    public var numbers: ClosedRange<UInt64>?
    /// What happened, as a sentence for a person.
    public var message: String

    /// Makes a damage.
    public init(
        kind: Kind,
        path: String,
        bytes: Range<UInt64>,
        numbers: ClosedRange<UInt64>? = nil,
        message: String
    ) {
        self.kind = kind
        self.path = path
        self.bytes = bytes
        self.numbers = numbers
        self.message = message
    }

    /// The file, the sentence, and what was lost.
    public var description: String {
        let lost: String =
            switch numbers {
            case let range? where range.lowerBound == range.upperBound: " Observation \(range.lowerBound) is lost."
            case let range?: " Observations \(range.lowerBound) to \(range.upperBound) are lost."
            case nil: ""
            }
        return "\(path): \(message)\(lost)"
    }

    /// The numbers from one to another, if there are any.
    static func numbers(from first: UInt64, to last: UInt64) -> ClosedRange<UInt64>? {
        first > 0 && first <= last ? first...last : nil
    }
}
