// SPDX-License-Identifier: Apache-2.0

public import DockerAPI

/// What live mode is told on its command line.
public struct LiveOptions: Sendable, Hashable {
    /// Which containers are observed.
    public var selection: ContainerSelection
    /// How many lines are read of a container that ran before the observer did; 0 reads none.
    public var backlog: Int
    /// The time between two stats samples of a container; `.zero` takes none.
    ///
    /// A second is the engine's own interval, at which one stream a container gives them; longer ones are asked for
    /// one by one, which costs the engine less.
    public var statsInterval: Duration
    /// The longest line that is delivered in one piece, in bytes.
    public var maximumLine: Int
    /// Whether the values of a container's environment are kept instead of masked.
    public var keepsEnvironment: Bool

    /// Makes options; the defaults are those of the command line.
    public init(
        selection: ContainerSelection = ContainerSelection(),
        backlog: Int = 100,
        statsInterval: Duration = .seconds(1),
        maximumLine: Int = LogDecoder.defaultMaximumLine,
        keepsEnvironment: Bool = false
    ) {
        self.selection = selection
        self.backlog = backlog
        self.statsInterval = statsInterval
        self.maximumLine = maximumLine
        self.keepsEnvironment = keepsEnvironment
    }
}

/// The time spans that live mode goes by; tests make them short.
public struct LiveTiming: Sendable, Hashable {
    /// How long a `die` waits at most for the last lines of its run (engine.md).
    public var drain = Duration.seconds(1)
    /// The time between two lists that find what the event stream dropped (law 4).
    public var relist = Duration.seconds(60)
    /// How long a difference between a list and the events is left alone: an event may be on its way.
    public var grace = Duration.seconds(2)
    /// How long a log or event stream may be silent before it is asked for anew, which finds a follow that hangs
    /// (moby#45728); containers add up to a half of it, so that they do not do so at once.
    public var silence = Duration.seconds(60)
    /// How long a stats stream may be silent: the engine sends a sample a second, also for a paused container (D9).
    public var statsSilence = Duration.seconds(15)
    /// The first wait before a stream or the engine is tried again.
    public var firstRetry = Duration.milliseconds(100)
    /// The longest wait before a container's stream is tried again.
    public var longestStreamRetry = Duration.seconds(5)
    /// The longest wait before the engine is tried again: a person who starts it should not wait for us.
    public var longestEngineRetry = Duration.seconds(2)

    /// Makes the spans of production.
    public init() {}
}
