// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// What a cut has made.
public struct CutOutcome: Sendable {
    /// How many damages are kept; more are only counted.
    static let damageLimit = 10_000

    /// The new file; it is there if an observation was selected.
    public var path: String
    /// The new recording's run.
    public internal(set) var run = ""
    /// How many observations it has.
    public internal(set) var observations: UInt64 = 0
    /// The first one's number and time; `nil` where there is none.
    public internal(set) var first: (number: UInt64, time: Timestamp)?
    /// The last one's number and time.
    public internal(set) var last: (number: UInt64, time: Timestamp)?
    /// How many snapshots it has.
    public internal(set) var snapshots = 0
    /// Its size in bytes.
    public internal(set) var size: UInt64 = 0
    /// The names of the containers that were chosen, as they were last; `nil` where no choice was made.
    public internal(set) var containers: [String]?
    /// The names of all containers of the time range, where a choice was made.
    public internal(set) var known: [String] = []
    /// How many lines of kinds that this program does not know were left out, since it cannot tell whether they were
    /// selected.
    public internal(set) var unknownLines: UInt64 = 0
    /// Whether the original is of another projection version, so that its messages were others.
    public internal(set) var isOtherProjection = false
    /// What could not be read.
    public internal(set) var damage: [Damage] = []
    /// How many damages there are, those beyond the list's bound too.
    public internal(set) var damageCount = 0
    /// Whether lines were lost; a damaged index costs none.
    public internal(set) var hasLoss = false

    mutating func note(_ damage: Damage) {
        damageCount += 1
        if self.damage.count < Self.damageLimit { self.damage.append(damage) }
        if damage.kind != .index { hasLoss = true }
    }

    /// Takes back what was noted of observations, since no file comes of them.
    mutating func forget() {
        observations = 0
        first = nil
        last = nil
    }

    mutating func note(number: UInt64, time: Timestamp) {
        observations += 1
        first = first ?? (number, time)
        last = (number, time)
    }
}
