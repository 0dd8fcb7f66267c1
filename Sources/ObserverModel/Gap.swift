// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Something that could not be had, or was dropped: law 4.
public struct Gap: Sendable, Hashable {
    /// Whose view has the hole.
    public enum Scope: UInt8, Sendable, Hashable {
        /// The engine's events and all containers.
        case engine
        /// One container.
        case container
        /// The recording that is being written.
        case recorder
        /// One client's connection; such a gap has no number.
        case client

        /// The name in messages.
        public var name: StaticString {
            switch self {
            case .engine: "engine"
            case .container: "container"
            case .recorder: "recorder"
            case .client: "client"
            }
        }
    }

    /// Why: the API's closed list.
    public enum Reason: UInt8, Sendable, Hashable {
        /// A stream ended and what came until the next one cannot be had.
        case streamCut
        /// The log driver rotated lines away.
        case rotated
        /// The log driver cannot be read.
        case driverUnreadable
        /// The engine dropped events, or its ring of them overflowed.
        case eventsLost
        /// The engine was restarted, and its events of the time between are gone (fact J7).
        case engineRestarted
        /// A client read too slowly.
        case slowClient
        /// What was asked for is no longer held.
        case historyEvicted
        /// The client asked to resume another run.
        case otherRun
        /// The recorder could not keep up.
        case recorderOverflow
        /// The disk was full.
        case diskFull
        /// The recording is damaged.
        case damaged

        /// The name in messages.
        public var name: StaticString {
            switch self {
            case .streamCut: "stream_cut"
            case .rotated: "rotated"
            case .driverUnreadable: "driver_unreadable"
            case .eventsLost: "events_lost"
            case .engineRestarted: "engine_restarted"
            case .slowClient: "slow_client"
            case .historyEvicted: "history_evicted"
            case .otherRun: "other_run"
            case .recorderOverflow: "recorder_overflow"
            case .diskFull: "disk_full"
            case .damaged: "damaged"
            }
        }
    }

    /// Whose view has the hole.
    public var scope: Scope
    /// The container, for that scope.
    public var container: ContainerID?
    /// Why.
    public var reason: Reason
    /// The last moment of which all is known, where it can be told.
    public var from: Timestamp?
    /// The first moment from which all is known again, where it can be told.
    public var to: Timestamp?
    /// How many were lost, or `nil` where that cannot be known.
    public var lost: UInt64?
    /// A sentence for a person.
    public var message: String

    /// Makes a gap.
    public init(
        scope: Scope,
        container: ContainerID? = nil,
        reason: Reason,
        from: Timestamp? = nil,
        to: Timestamp? = nil,
        lost: UInt64? = nil,
        message: String
    ) {
        self.scope = scope
        self.container = container
        self.reason = reason
        self.from = from
        self.to = to
        self.lost = lost
        self.message = message
    }
}
