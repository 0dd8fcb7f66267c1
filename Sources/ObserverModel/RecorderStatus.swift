// SPDX-License-Identifier: Apache-2.0

/// How recording stands, for `/health`, `/metrics` and the ready file.
public struct RecorderStatus: Sendable, Hashable {
    /// The file that is being written.
    public var path: String?
    /// Why nothing is written, as a sentence; `nil` while all is well.
    public var problem: String?
    /// How many files were begun.
    public var files: UInt64 = 0
    /// How many bytes of files that have ended were written.
    public var finishedBytes: UInt64 = 0
    /// How many bytes the present file has.
    public var currentBytes: UInt64 = 0
    /// How many observations could not be recorded.
    public var lost: UInt64 = 0
    /// How many old files were removed.
    public var removed: UInt64 = 0

    /// Makes the status of a recorder that has done nothing.
    public init() {}

    /// The bytes of all files that were written.
    public var writtenBytes: UInt64 { finishedBytes + currentBytes }
}

/// Somebody who records, as far as others need to know of it.
public protocol RecorderStanding: Sendable {
    /// How recording stands.
    var status: RecorderStatus { get }
}
