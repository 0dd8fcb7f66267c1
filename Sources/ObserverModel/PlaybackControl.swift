// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Control over a source's time: the API's `/playback`.
public protocol PlaybackControl: Sendable {
    /// Says where it plays; called once, before the source runs.
    func attach(_ stage: any PlaybackStage) async

    /// Where playback stands.
    func status() async -> PlaybackStatus

    /// Carries out a request as a whole and returns where playback then stands; an `advance` returns when all that is
    /// due was handed over.
    ///
    /// - Throws: ``PlaybackRefusal`` with the reason, and then nothing has changed.
    func apply(_ request: PlaybackRequest) async throws -> PlaybackStatus
}

/// Where playback stands.
public struct PlaybackStatus: Sendable, Hashable {
    /// What playback does.
    public enum State: String, Sendable, Hashable {
        /// A state of playback.
        case waiting, playing, paused, ended
    }

    /// What playback does.
    public var state: State
    /// The pace.
    public var speed: PlaybackSpeed
    /// The time of the present.
    public var position: Timestamp
    /// The time of the beginning.
    public var start: Timestamp
    /// The time of the end, where it is known.
    public var end: Timestamp?
    /// The number of the last observation that was played.
    public var sequence: UInt64
    /// How far playback is behind its pace.
    public var lag: Duration
    /// How many jumps there were.
    public var epoch: Int

    /// Makes a status.
    public init(
        state: State,
        speed: PlaybackSpeed,
        position: Timestamp,
        start: Timestamp,
        end: Timestamp?,
        sequence: UInt64,
        lag: Duration,
        epoch: Int
    ) {
        self.state = state
        self.speed = speed
        self.position = position
        self.start = start
        self.end = end
        self.sequence = sequence
        self.lag = lag
        self.epoch = epoch
    }
}

/// The pace of playback.
public enum PlaybackSpeed: Sendable, Hashable {
    /// A multiple of real time, above 0, at most 1000.
    case times(Double)
    /// As fast as the machine can.
    case max
}

/// What a client asks of playback; every part that is there is carried out, in this order.
public struct PlaybackRequest: Sendable, Hashable {
    /// The time to jump to.
    public var seek: Timestamp?
    /// The pace to go on at.
    public var speed: PlaybackSpeed?
    /// Whether to stand still.
    public var paused: Bool?
    /// How far to go from the present, standing still afterwards.
    public var advance: Duration?

    /// Makes a request.
    public init(
        seek: Timestamp? = nil,
        speed: PlaybackSpeed? = nil,
        paused: Bool? = nil,
        advance: Duration? = nil
    ) {
        self.seek = seek
        self.speed = speed
        self.paused = paused
        self.advance = advance
    }
}

/// Why playback did not do what it was asked.
public struct PlaybackRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, as a sentence for a person.
    public var description: String

    /// Makes a refusal.
    public init(_ description: String) {
        self.description = description
    }
}
