// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// What is taken of a recording into a new one.
public struct CutOptions: Sendable {
    /// From when on, by `t`; `nil` for the beginning.
    public var since: Timestamp?
    /// Before when, by `t`, this moment left out; `nil` for the end.
    public var until: Timestamp?
    /// Which containers; `nil` for all.
    public var containers: ContainerChoice?
    /// Which kinds of observations; none for all.
    public var kinds: Set<LineKind> = []
    /// What is made unreadable; the result is then another run.
    public var redaction: CutRedaction?
    /// The program that writes the result; `nil` leaves what the recording says.
    public var producer: String?

    /// Makes options that take all.
    public init() {}

    /// Whether the moment of an observation is before the range.
    func isEarly(_ time: Timestamp) -> Bool { since.map { time < $0 } ?? false }

    /// Whether the moment of an observation is behind the range.
    func isLate(_ time: Timestamp) -> Bool { until.map { time >= $0 } ?? false }

    /// Whether every observation of the range is taken as it is.
    var takesAll: Bool { containers == nil && kinds.isEmpty && redaction == nil }
}

/// Which containers are taken: those that are wanted under one of the names that they have in the time range, and
/// excluded under none of them.
public struct ContainerChoice: Sendable {
    /// Whether a container with a name and labels is wanted.
    public var isWanted: @Sendable (ContainerTag) -> Bool
    /// Whether a container with a name and labels is left out, wanted or not.
    public var isExcluded: @Sendable (ContainerTag) -> Bool
    /// What was asked for, by the names of the options, for the header.
    public var wording: [(option: String, values: [String])]

    /// Makes a choice.
    public init(
        wording: [(option: String, values: [String])],
        isWanted: @escaping @Sendable (ContainerTag) -> Bool,
        isExcluded: @escaping @Sendable (ContainerTag) -> Bool
    ) {
        self.wording = wording
        self.isWanted = isWanted
        self.isExcluded = isExcluded
    }
}

/// Makes parts of what a recording says unreadable.
public protocol RecordingRedactor: Sendable {
    /// Redacts an observation; its number, time and kind stay.
    func redact(_ observation: inout Observation)

    /// Redacts the state that a snapshot of the recording holds, before anything is folded into it.
    func redact(_ snapshot: inout StateSnapshot)
}

/// A redaction, and the name of the run that its result is: no client may take it for a part of the original.
public struct CutRedaction: Sendable {
    /// What redacts.
    public var redactor: any RecordingRedactor
    /// The name of the new run.
    public var run: String

    /// Makes a redaction.
    public init(redactor: any RecordingRedactor, run: String) {
        self.redactor = redactor
        self.run = run
    }
}
