// SPDX-License-Identifier: Apache-2.0

public import Observer

/// The hub's bounds and its run.
public struct HubConfiguration: Sendable, Hashable {
    /// The name of this life of the source, which clients resume.
    public var run: String
    /// The bytes that history may take.
    public var historyBytes: Int
    /// Whether the source can wait, so that it goes at the slowest client's pace instead of dropping (law 8).
    public var canWait: Bool
    /// The bytes of encoded frames that may be held for slow clients, over all selections.
    public var frameBytes = SelectionBoard.standardLimit
    /// How many clients there may be.
    public var clientLimit = HubConfiguration.standardClientLimit

    /// The size of a full segment of frames.
    var segmentBytes = FrameSegment.fullBytes
    /// What may be held for the slowest client before a source that can wait does so: enough to keep a client busy while
    /// the source is woken, little enough to stay in the processor's cache.
    var waitBytes = 4 << 20

    /// More dashboards than a team opens; with their buffers in the kernel the largest cost that clients have.
    public static let standardClientLimit = 1000
    /// How long a stream is silent before its heartbeat.
    static let heartbeatNanoseconds: Int64 = 1_000_000_000
    static let containerHeartbeatNanoseconds: Int64 = 5_000_000_000
    /// How long a client may take no byte while a source waits for it: the longest that it can hold up others.
    static let stallNanoseconds: Int64 = 10_000_000_000

    /// Makes a configuration.
    public init(run: String, historyBytes: Int = History.defaultBudget, canWait: Bool = false) {
        self.run = run
        self.historyBytes = historyBytes
        self.canWait = canWait
    }
}
