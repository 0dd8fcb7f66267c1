// SPDX-License-Identifier: Apache-2.0

/// Which of its two output streams a container wrote to.
public enum StandardStream: UInt8, Sendable, Hashable, CaseIterable {
    /// The output stream; all that a TTY shows.
    case stdout = 1
    /// The error stream.
    case stderr = 2
}

/// Frames of the multiplexed stream that `logs` and `attach` send for a container without a TTY (fact H2).
///
/// A frame is a header of eight bytes, the kind, three zeros and the payload's length with the highest byte first,
/// and the payload.
public enum StreamFrame {
    /// What a frame's payload is.
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// Echoed input; treated as output.
        case stdin
        /// What the container wrote to its output stream.
        case stdout
        /// What the container wrote to its error stream.
        case stderr
        /// The engine's own words on why it cannot go on.
        case systemError
    }

    /// The number of bytes of a header.
    public static let headerLength = 8

    /// The longest payload that is taken.
    ///
    /// An engine cuts lines at 16 KiB, log drivers that ask for more at 256 KiB at most, and puts a timestamp before;
    /// four times that leaves room for engines that do otherwise, and tells a stream that is not framed soon.
    public static let maximumLength = 1 << 20

    /// Appends a frame.
    public static func append(_ kind: Kind, _ payload: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        appendHeader(kind, count: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// Appends the header of a frame whose payload has `count` bytes.
    public static func appendHeader(_ kind: Kind, count: Int, to bytes: inout [UInt8]) {
        bytes.append(kind.rawValue)
        bytes.append(contentsOf: [0, 0, 0] as [UInt8])
        let length = UInt32(truncatingIfNeeded: count)
        bytes.append(UInt8(truncatingIfNeeded: length >> 24))
        bytes.append(UInt8(truncatingIfNeeded: length >> 16))
        bytes.append(UInt8(truncatingIfNeeded: length >> 8))
        bytes.append(UInt8(truncatingIfNeeded: length))
    }
}

/// Why a log stream cannot be read to its end.
public enum LogStreamError: Error, Hashable, Sendable {
    /// The bytes are no multiplexed stream, or a frame is over the bound; nothing behind can be read.
    case malformed(String)
    /// The stream ended inside a frame.
    case truncated
    /// The engine's own words, in the stream, on why it ends here: "Error grabbing logs: …".
    case systemError(String)
}

extension LogStreamError: CustomStringConvertible {
    /// The error as a sentence for a person.
    public var description: String {
        switch self {
        case .malformed(let reason): "The log stream cannot be read: \(reason)."
        case .truncated: "The log stream ended inside a frame; the connection to the engine was cut."
        case .systemError(let text): "The engine could not read the log: \(text)"
        }
    }
}
