// SPDX-License-Identifier: Apache-2.0

public import Logging
public import ObserverModel

/// A recording as a source of observations: the same numbers, times and facts as when they were recorded (law 2).
public final class ReplaySource: ObservationSource, PlaybackControl {
    /// What the source can do.
    public let capabilities: SourceCapabilities = [.canWait, .canSeek, .canStep, .isSequenced]
    /// What the source is: its run is that of the recording.
    public let description: SourceDescription
    /// The clock that tells how far playback has come.
    public let clock: PlaybackClock
    private let player: ReplayPlayer

    /// Makes a source of recordings that were opened.
    ///
    /// - Parameters:
    ///   - recording: The parts of one run.
    ///   - options: How they are played.
    ///   - projection: The version of the projector whose state can be loaded.
    ///   - shift: How the recording's times are moved; those of the options are times after it.
    ///   - monotonic: What the pace is measured on.
    ///   - logger: Where damage is told.
    /// - Throws: ``RecordingError/system(_:)`` when the recording cannot be read any more.
    public init(
        _ recording: RecordingSet,
        options: ReplayOptions,
        projection: Int,
        shift: PlaybackShift? = nil,
        monotonic: some Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) throws(RecordingError) {
        let feed = try RecordingFeed(recording, projection: projection, shift: shift)
        clock = PlaybackClock(start: options.since ?? feed.range.lowerBound)
        description = SourceDescription(mode: "replay", run: recording.run, origin: recording.origin)
        player = ReplayPlayer(feed: feed, options: options, clock: monotonic, face: clock, logger: logger)
    }

    /// The source's control of time: itself.
    public var playback: (any PlaybackControl)? { self }

    /// Says where it plays.
    public func attach(_ stage: any PlaybackStage) async {
        await player.attach(stage)
    }

    /// Plays until the task is cancelled, or to the end where the options say so.
    @concurrent
    public func run(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws {
        try await player.play(emit: emit)
    }

    /// Where playback stands.
    public func status() async -> PlaybackStatus {
        await player.status()
    }

    /// Carries out a request.
    public func apply(_ request: PlaybackRequest) async throws -> PlaybackStatus {
        try await player.apply(request)
    }
}
