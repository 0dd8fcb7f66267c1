// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Writes a `logs` response as an engine does.
public struct LogEncoder: Sendable {
    /// How the response is framed.
    public enum Framing: Sendable, Hashable {
        /// In frames, for a container without a TTY.
        case multiplexed
        /// Not at all, for a container with a TTY.
        case raw
    }

    /// The bytes of a line after which the engine begins another part (fact H6).
    public static let partSize = 16_384

    /// How the response is framed.
    public var framing: Framing
    /// Whether each part has a timestamp before it.
    public var hasTimestamps: Bool

    /// Makes an encoder.
    public init(framing: Framing, hasTimestamps: Bool = true) {
        self.framing = framing
        self.hasTimestamps = hasTimestamps
    }

    /// Appends a line, in as many parts as the engine makes of it, which share its timestamp.
    ///
    /// - Parameters:
    ///   - line: The line without its newline.
    ///   - stream: The stream that it was written to; without effect for a TTY.
    ///   - timestamp: The time of the line.
    ///   - isTerminated: Whether the line ended in a newline.
    ///   - bytes: What the response has so far.
    public func append(
        _ line: ArraySlice<UInt8>,
        stream: StandardStream,
        timestamp: Timestamp,
        isTerminated: Bool = true,
        to bytes: inout [UInt8]
    ) {
        var rest = line
        while rest.count >= Self.partSize {
            append(part: rest.prefix(Self.partSize), stream, timestamp, isTerminated: false, to: &bytes)
            rest = rest.dropFirst(Self.partSize)
        }
        // A full part says that more comes, if only the newline (fact H6); at the end of the output nothing comes.
        guard isTerminated || !rest.isEmpty else { return }
        append(part: rest, stream, timestamp, isTerminated: isTerminated, to: &bytes)
    }

    private func append(
        part: ArraySlice<UInt8>,
        _ stream: StandardStream,
        _ timestamp: Timestamp,
        isTerminated: Bool,
        to bytes: inout [UInt8]
    ) {
        if framing == .multiplexed {
            let prefix = hasTimestamps ? RFC3339.length + 1 : 0
            let kind: StreamFrame.Kind = stream == .stdout ? .stdout : .stderr
            StreamFrame.appendHeader(kind, count: prefix + part.count + (isTerminated ? 1 : 0), to: &bytes)
        }
        if hasTimestamps {
            RFC3339.append(timestamp, to: &bytes)
            bytes.append(UInt8(ascii: " "))
        }
        bytes.append(contentsOf: part)
        if isTerminated { bytes.append(UInt8(ascii: "\n")) }
    }
}
