// SPDX-License-Identifier: Apache-2.0

/// What a source can do; code asks for a capability, never for the mode (law 1).
public struct SourceCapabilities: OptionSet, Sendable, Hashable {
    /// The set's bits.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// It goes at the slowest reader's pace instead of dropping (law 8).
    public static let canWait = SourceCapabilities(rawValue: 1 << 0)
    /// It can jump to another time.
    public static let canSeek = SourceCapabilities(rawValue: 1 << 1)
    /// It can be advanced step by step while it is paused.
    public static let canStep = SourceCapabilities(rawValue: 1 << 2)
    /// What clients post becomes observations, with numbers.
    public static let takesInputs = SourceCapabilities(rawValue: 1 << 3)
    /// It can serve the Docker API.
    public static let offersEngineView = SourceCapabilities(rawValue: 1 << 4)
    /// Its observations have their numbers already.
    public static let isSequenced = SourceCapabilities(rawValue: 1 << 5)
}

/// What a source is, for people and for clients that resume.
public struct SourceDescription: Sendable, Hashable {
    /// The mode's name, which is printed and never asked for: `live`, `simulation`, `replay`.
    public var mode: String
    /// The name of this life of the source: a live process, a (scenario, seed), a recording.
    public var run: String
    /// Where the observations come from, in words.
    public var origin: String

    /// Makes a description.
    public init(mode: String, run: String, origin: String) {
        self.mode = mode
        self.run = run
        self.origin = origin
    }
}

/// Where observations come from: a live engine, a simulation, a recording.
///
/// Everything behind it is the same code (law 1).
public protocol ObservationSource: Sendable {
    /// What the source can do.
    var capabilities: SourceCapabilities { get }

    /// What the source is.
    var description: SourceDescription { get }

    /// The source's control of time, where it has one.
    var playback: (any PlaybackControl)? { get }

    /// The source's faults, where it is a simulation.
    var faults: (any FaultControl)? { get }

    /// Where what clients post enters, if the source's time is its own.
    var gate: (any InputGate)? { get }

    /// Observes until the task is cancelled or the source has ended, and hands over batches.
    ///
    /// - Parameter emit: Takes a batch, in order. It returns when there is room for the next one, which is the only
    ///   back-pressure there is: a source must not hold batches in an unbounded queue of its own.
    /// - Throws: What makes it impossible to go on; cancellation is no error.
    @concurrent
    func run(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws
}

extension ObservationSource {
    /// None: nothing can go wrong by request.
    public var faults: (any FaultControl)? { nil }

    /// None: what is posted happens at the clock's time.
    public var gate: (any InputGate)? { nil }
}

/// Observations that are handed over together: what was there when somebody looked.
public typealias ObservationBatch = [Observation]
