// SPDX-License-Identifier: Apache-2.0

/// Why a recording cannot be read or written, as the end of a sentence that begins with its name.
public enum RecordingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file is something else.
    case notARecording(String)
    /// A later version of this program made it.
    case tooNew(String)
    /// The system refused.
    case system(String)
    /// The disk has no room.
    case full(String)
    /// Its parts do not belong together.
    case mismatch(String)

    /// What happened.
    public var description: String {
        switch self {
        case .notARecording(let reason): "is not a recording: \(reason)"
        case .tooNew(let reason): "cannot be read: \(reason)"
        case .system(let reason), .full(let reason): reason
        case .mismatch(let reason): reason
        }
    }
}
