// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The kinds of lines: the value of `k`.
public enum LineKind: UInt8, Sendable, Hashable, CaseIterable {
    /// A kind of observation.
    case log, event, stats, container, engine, anomaly, mark, command, settle, gap, incident
    /// The projector's state, which is no observation.
    case snapshot

    /// The name in lines.
    public var name: StaticString {
        switch self {
        case .log: "log"
        case .event: "event"
        case .stats: "stats"
        case .container: "container"
        case .engine: "engine"
        case .anomaly: "anomaly"
        case .mark: "mark"
        case .command: "command"
        case .settle: "settle"
        case .gap: "gap"
        case .incident: "incident"
        case .snapshot: "snapshot"
        }
    }

    /// How many kinds of observations there are: all but the snapshot.
    static let observationCount = 11

    /// The kind that a name in lines stands for; `nil` for one that this code does not know.
    init?(name: ArraySlice<UInt8>) {
        let found = Self.allCases.first { kind in
            name.elementsEqual(UnsafeBufferPointer(start: kind.name.utf8Start, count: kind.name.utf8CodeUnitCount))
        }
        guard let found else { return nil }
        self = found
    }

    init(_ fact: Fact) {
        self =
            switch fact {
            case .log: .log
            case .event: .event
            case .stats: .stats
            case .container: .container
            case .engine: .engine
            case .anomaly: .anomaly
            case .mark: .mark
            case .command: .command
            case .settle: .settle
            case .gap: .gap
            case .incident: .incident
            }
    }
}
