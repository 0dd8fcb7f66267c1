// SPDX-License-Identifier: Apache-2.0
public import NIOCore

/// Encodes frames as a server sends them: unmasked, final, without extensions (RFC 6455 §5.2).
public enum WebSocketFrames {
    /// The longest header of a server's frame, in bytes.
    public static let longestHeader = 10

    /// The longest reason of a close frame, in bytes: a control payload less the code.
    static let longestCloseReason = WebSocketFrameHeaderParser.longestControlPayload - 2

    /// Appends the header of a text frame, for a payload that the caller appends next.
    ///
    /// - Parameters:
    ///   - payloadLength: The payload's bytes, 0 or more.
    ///   - bytes: Grows by 2, 4 or 10 bytes.
    @inlinable
    public static func appendTextHeader(payloadLength: Int, to bytes: inout [UInt8]) {
        self.withHeader(firstByte: 0x81, payloadLength: payloadLength) { bytes.append($0) }
    }

    /// Writes the header of a text frame into memory that is there, for a payload that the caller writes next.
    ///
    /// - Parameters:
    ///   - payloadLength: The payload's bytes, 0 or more.
    ///   - room: Where it is written; writing behind its end is a programming error.
    ///   - offset: Where in the room; moves on by 2, 4 or 10.
    @inlinable
    public static func writeTextHeader(payloadLength: Int, to room: UnsafeMutableRawBufferPointer, at offset: inout Int)
    {
        self.withHeader(firstByte: 0x81, payloadLength: payloadLength) {
            room[offset] = $0
            offset &+= 1
        }
    }

    /// Appends the header of a text frame, for a payload that the caller appends next.
    ///
    /// - Parameters:
    ///   - payloadLength: The payload's bytes, 0 or more.
    ///   - buffer: Grows by 2, 4 or 10 bytes.
    @inlinable
    public static func appendTextHeader(payloadLength: Int, to buffer: inout ByteBuffer) {
        self.appendHeader(firstByte: 0x81, payloadLength: payloadLength, to: &buffer)
    }

    /// Appends the header of a binary frame, for a payload that the caller appends next.
    ///
    /// - Parameters:
    ///   - payloadLength: The payload's bytes, 0 or more.
    ///   - buffer: Grows by 2, 4 or 10 bytes.
    @inlinable
    public static func appendBinaryHeader(payloadLength: Int, to buffer: inout ByteBuffer) {
        self.appendHeader(firstByte: 0x82, payloadLength: payloadLength, to: &buffer)
    }

    /// Returns the bytes that a header for a payload takes.
    ///
    /// - Parameter payloadLength: The payload's bytes, 0 or more.
    /// - Returns: 2, 4 or 10.
    @inlinable
    public static func headerLength(payloadLength: Int) -> Int {
        payloadLength < 126 ? 2 : payloadLength <= 0xFFFF ? 4 : 10
    }

    /// Makes a whole text frame.
    ///
    /// - Parameter utf8: Valid UTF-8.
    /// - Returns: Header and payload.
    public static func text(_ utf8: some Collection<UInt8>) -> ByteBuffer {
        let length = utf8.count
        var buffer = ByteBuffer()
        buffer.reserveCapacity(self.headerLength(payloadLength: length) + length)
        self.appendTextHeader(payloadLength: length, to: &buffer)
        buffer.writeBytes(utf8)
        return buffer
    }

    static func ping(_ payload: UInt32) -> ByteBuffer {
        var buffer = ByteBuffer()
        self.appendHeader(firstByte: 0x89, payloadLength: 4, to: &buffer)
        buffer.writeInteger(payload)
        return buffer
    }

    static func pong(_ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(2 + payload.readableBytes)
        self.appendHeader(firstByte: 0x8A, payloadLength: payload.readableBytes, to: &buffer)
        buffer.writeImmutableBuffer(payload)
        return buffer
    }

    /// Makes a close frame; one without a code has no payload.
    static func close(_ code: WebSocketCloseCode?, reason: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        guard let code, code != .noStatusReceived else {
            self.appendHeader(firstByte: 0x88, payloadLength: 0, to: &buffer)
            return buffer
        }
        let reason = self.truncated(reason)
        self.appendHeader(firstByte: 0x88, payloadLength: 2 + reason.utf8.count, to: &buffer)
        buffer.writeInteger(code.rawValue)
        buffer.writeSubstring(reason)
        return buffer
    }

    /// Cuts a reason to what fits, at a character's end.
    private static func truncated(_ reason: String) -> Substring {
        var end = reason.startIndex
        var bytes = 0
        while end < reason.endIndex {
            bytes += reason[end].utf8.count
            guard bytes <= self.longestCloseReason else { break }
            end = reason.index(after: end)
        }
        return reason[..<end]
    }

    @inlinable
    static func appendHeader(firstByte: UInt8, payloadLength: Int, to buffer: inout ByteBuffer) {
        self.withHeader(firstByte: firstByte, payloadLength: payloadLength) { buffer.writeInteger($0) }
    }

    @inlinable
    static func withHeader(firstByte: UInt8, payloadLength: Int, append: (UInt8) -> Void) {
        append(firstByte)
        switch payloadLength {
        case ..<126:
            append(UInt8(truncatingIfNeeded: payloadLength))
        case ...0xFFFF:
            append(126)
            append(UInt8(truncatingIfNeeded: payloadLength >> 8))
            append(UInt8(truncatingIfNeeded: payloadLength))
        default:
            append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                append(UInt8(truncatingIfNeeded: payloadLength >> shift))
            }
        }
    }
}
