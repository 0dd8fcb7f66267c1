// SPDX-License-Identifier: Apache-2.0

/// How much is recorded, and how much of it is kept.
public struct RecorderOptions: Sendable, Hashable {
    /// A size or an age.
    public enum Extent: Sendable, Hashable {
        /// So many bytes of files.
        case bytes(UInt64)
        /// So long.
        case duration(Duration)
    }

    /// Where files go.
    public var place: RecordingPlace
    /// When a new file is begun: at the first that is reached.
    public var rotation: [Extent]
    /// What is kept of this observer's own files; each that is given holds.
    public var keep: [Extent]
    /// The run that is recorded.
    public var run: String
    /// The version of the projector.
    public var projection: Int
    /// The program's name and version.
    public var producer: String
    /// What is observed, as the header says it.
    public var source: RecordedSource

    /// The share of the disk that is left free whatever the options say: one in twenty.
    static let freeShare: UInt64 = 20
    /// What may wait to be written: 32 MiB of lines, 10 s of a disk that stalls at 10,000 lines/s.
    static let queueLimit = 32 << 20
    /// How long a recorder that failed waits before it tries a new file.
    static let retryInterval: Int64 = 5_000_000_000

    /// Makes options.
    public init(
        place: RecordingPlace,
        rotation: [Extent] = [],
        keep: [Extent] = [],
        run: String,
        projection: Int,
        producer: String,
        source: RecordedSource
    ) {
        self.place = place
        self.rotation = rotation
        self.keep = keep
        self.run = run
        self.projection = projection
        self.producer = producer
        self.source = source
    }
}
