// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// What a log line's own bytes say of it.
public struct LineFinding: Sendable, Hashable {
    /// The level; INFO when the line says nothing.
    public var level: Level
    /// The notation of the line as a whole, which decides where its fields are read from.
    public var structure: LineStructure
    /// The kind of evidence that the level rests on.
    public var origin: LevelOrigin

    /// Makes a finding.
    public init(level: Level, structure: LineStructure = .none, origin: LevelOrigin) {
        self.level = level
        self.structure = structure
        self.origin = origin
    }
}

/// The notation that a whole log line seems to be written in.
///
/// It is judged by the line's beginning; ``LineFields`` proves it before it writes anything.
public enum LineStructure: UInt8, Sendable, Hashable {
    /// Text for people.
    case none
    /// One JSON object.
    case json
    /// Pairs of `key=value`.
    case logfmt
}

/// The kinds of evidence for a level, the most trustworthy first.
public enum LevelOrigin: UInt8, Sendable, Hashable, CaseIterable {
    /// A member of the line's JSON object.
    case json
    /// A pair of a logfmt line.
    case logfmt
    /// A header of a known shape: syslog priority, klog, logcat, Redis, an access log's status.
    case header
    /// A level's name that stands where formats put it: in brackets, before a colon, in capitals near the beginning.
    case tag
    /// The words of the message.
    case words
    /// Nothing: INFO by default.
    case none
}
