// SPDX-License-Identifier: Apache-2.0

/// The first place where two recordings differ.
public struct RecordingDifference: Sendable, Hashable {
    /// What is different.
    public enum Kind: String, Sendable, Hashable {
        /// Both have an observation of the number, and they say different things.
        case changed
        /// Only the first recording has an observation of the number.
        case onlyInA = "only_in_a"
        /// Only the second recording has an observation of the number.
        case onlyInB = "only_in_b"
    }

    /// Whose a line is.
    public enum Side: String, Sendable, Hashable {
        /// A line that both recordings have.
        case both
        /// A line of one of them.
        case a, b
    }

    /// A line behind the difference.
    public struct Line: Sendable, Hashable {
        /// Whose it is.
        public var side: Side
        /// The line.
        public var excerpt: LineExcerpt
    }

    /// What is different.
    public var kind: Kind
    /// The observation's number.
    public var number: UInt64
    /// Its time and kind, where its line has the writer's own form.
    public var head: LineHead?
    /// The first recording's line, around the place that differs.
    public var a: LineExcerpt?
    /// The second recording's line, around the place that differs.
    public var b: LineExcerpt?
    /// How many bytes of the two lines are the same before they differ, where both have the observation.
    public var offset: Int?
    /// Whether the other recording has ended, where only one has the observation.
    public var isEnd = false
    /// The lines before, which are the same in both.
    public var before: [LineExcerpt] = []
    /// The lines behind.
    public var after: [Line] = []
}

/// What a comparison of two recordings found.
public struct DiffReport: Sendable {
    /// How many damages of each recording are kept; more are only counted.
    static let damageLimit = 1000

    /// What of the headers must agree and does not, as sentences.
    public internal(set) var headers: [String] = []
    /// How many observations are the same.
    public internal(set) var same: UInt64 = 0
    /// How many numbers stand for different observations.
    public internal(set) var changed: UInt64 = 0
    /// How many numbers only the first recording has.
    public internal(set) var onlyInA: UInt64 = 0
    /// How many numbers only the second recording has.
    public internal(set) var onlyInB: UInt64 = 0
    /// The first difference between the observations.
    public internal(set) var first: RecordingDifference?
    /// What of the recordings could not be read.
    public internal(set) var damage: [Damage] = []
    /// How many damages there are, those beyond the list's bound too.
    public internal(set) var damageCount = 0
    /// Whether lines could not be read, so that nobody knows whether they are the same.
    public internal(set) var hasLoss = false

    /// Whether nothing that was read differs.
    public var isSame: Bool { headers.isEmpty && changed == 0 && onlyInA == 0 && onlyInB == 0 }

    mutating func note(_ found: [Damage]) {
        for damage in found {
            damageCount += 1
            if self.damage.count < Self.damageLimit { self.damage.append(damage) }
            if damage.kind != .index { hasLoss = true }
        }
    }
}
