// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A recording that a client asks for.
public struct RecordingRequest: Sendable, Hashable {
    /// What the file is called after.
    public var name: String?
    /// How much of what was before is wanted.
    public var before: Duration
    /// How long recording is to go on.
    public var after: Duration

    /// Makes a request.
    public init(name: String? = nil, before: Duration, after: Duration) {
        self.name = name
        self.before = before
        self.after = after
    }
}

/// A recording that was begun for a client.
public struct RequestedRecording: Sendable, Hashable {
    /// The file's name, without its folder.
    public var file: String
    /// The time at which it begins: at or before what was asked for, as far as recordings reach.
    public var from: Timestamp
    /// The time at which it ends.
    public var until: Timestamp
}

/// Why a recording was not begun.
public enum RecordingRefusal: Error, Sendable, Hashable {
    /// As many are being written as there may be: this many.
    case tooMany(Int)
    /// It could not be written; a sentence.
    case failed(String)
}
