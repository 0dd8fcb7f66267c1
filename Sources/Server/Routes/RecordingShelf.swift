// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import Observer
internal import ObserverModel

/// A recording that the API offers.
public struct ShelvedRecording: Sendable, Hashable {
    /// The file's name, without its folder.
    public var file: String
    /// Where it is; not told to clients.
    public var path: String
    /// Its size in bytes.
    public var bytes: UInt64
    /// When it was begun.
    public var created: Timestamp
    /// The run that it is a part of.
    public var run: String
    /// The number of its first observation.
    public var first: UInt64
    /// Whether it is still being written.
    public var isBeingWritten: Bool
    /// What opened it, as JSON, where it is an incident recording.
    public var incident: [UInt8]?

    /// Makes one.
    public init(
        file: String,
        path: String,
        bytes: UInt64,
        created: Timestamp,
        run: String,
        first: UInt64,
        isBeingWritten: Bool,
        incident: [UInt8]? = nil
    ) {
        self.file = file
        self.path = path
        self.bytes = bytes
        self.created = created
        self.run = run
        self.first = first
        self.isBeingWritten = isBeingWritten
        self.incident = incident
    }
}

/// A recording that was begun because a client asked for it.
public struct BegunRecording: Sendable, Hashable {
    /// The file's name.
    public var file: String
    /// The time at which it begins.
    public var from: Timestamp
    /// The time at which it ends.
    public var until: Timestamp

    /// Makes one.
    public init(file: String, from: Timestamp, until: Timestamp) {
        self.file = file
        self.from = from
        self.until = until
    }
}

/// Why no recording was begun.
public enum ShelfRefusal: Error, Sendable, Hashable {
    /// Nothing is recorded here.
    case notRecording
    /// As many are being written for clients as there may be.
    case tooMany(Int)
    /// It could not be written, as a sentence says.
    case failed(String)
}

/// The recordings that the API offers: those in the recorder's folder, or those that are played.
public protocol RecordingShelf: Sendable {
    /// All of them, the newest first.
    func recordings() async -> [ShelvedRecording]

    /// The one with a name.
    func recording(named file: String) async -> ShelvedRecording?

    /// Begins a recording of what was and what will be.
    ///
    /// - Parameters:
    ///   - name: What the file is called after.
    ///   - before: How much of what was before is wanted.
    ///   - after: How long it goes on.
    /// - Returns: The file that was begun.
    /// - Throws: ``ShelfRefusal``.
    func record(name: String?, before: Duration, after: Duration) async throws(ShelfRefusal) -> BegunRecording
}

/// The past, as far as it can be asked for.
public protocol StateArchive: Sendable {
    /// The state after all that was observed up to a time; `nil` when the past is not known so far.
    func state(at time: Timestamp) async throws -> ObserverState?
}
