// SPDX-License-Identifier: Apache-2.0
public import NIOCore

/// A whole message of a client, however many frames it came in.
public enum WebSocketMessage: Sendable, Hashable {
    /// Text: the bytes are valid UTF-8.
    case text(ByteBuffer)
    /// Anything.
    case binary(ByteBuffer)
}

/// Makes messages and control frames of a client's bytes, whatever the pieces these come in (RFC 6455 §5, §8.1).
///
/// Bytes are checked as they come: a wrong one is refused before its frame is complete. What is held is at most one
/// message of the limit's size and one control payload.
struct WebSocketMessageReader {
    enum Event: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        /// A close frame; `nil` when it had no code.
        case close(WebSocketCloseCode?, reason: String)
    }

    /// The frame whose payload comes in.
    private struct OpenFrame {
        let header: WebSocketFrameHeader
        var received = 0
        var remaining: Int { self.header.payloadLength - self.received }
    }

    private struct OpenMessage {
        let isText: Bool
        var payload = ByteBuffer()
        var validator = UTF8Validator()
    }

    private let maximumMessageBytes: Int
    private var headerParser = WebSocketFrameHeaderParser()
    private var frame: OpenFrame?
    private var message: OpenMessage?
    private var control = ByteBuffer()

    init(maximumMessageBytes: Int) {
        self.maximumMessageBytes = maximumMessageBytes
    }

    /// Takes bytes off the front of `bytes` until something is complete.
    ///
    /// - Returns: What is complete, or `nil` when all bytes were taken before anything was.
    /// - Throws: The client's violation; the reader is of no use after it.
    mutating func next(from bytes: inout ByteBuffer) throws(WebSocketViolation) -> Event? {
        while true {
            if self.frame == nil {
                guard let header = try self.readHeader(from: &bytes) else { return nil }
                try self.begin(header)
            }
            guard let header = try self.readPayload(from: &bytes) else { return nil }
            self.frame = nil
            if let event = try self.finish(header) { return event }
        }
    }

    private mutating func readHeader(
        from bytes: inout ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        while let byte = bytes.readInteger(as: UInt8.self) {
            if let header = try self.headerParser.consume(byte) { return header }
        }
        return nil
    }

    private mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketViolation) {
        switch header.opcode {
        case .text, .binary:
            guard self.message == nil else { throw .unfinishedMessage }
            self.message = OpenMessage(isText: header.opcode == .text)
        case .continuation:
            guard self.message != nil else { throw .unexpectedContinuation }
        case .close, .ping, .pong:
            self.control = ByteBuffer()
        }
        if !header.opcode.isControl {
            let held = self.message?.payload.readableBytes ?? 0
            guard header.payloadLength <= self.maximumMessageBytes - held else {
                throw .messageTooBig(limit: self.maximumMessageBytes)
            }
        }
        self.frame = OpenFrame(header: header)
    }

    /// Returns the frame's header when its payload is complete.
    private mutating func readPayload(
        from bytes: inout ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        guard var frame = self.frame else { return nil }
        let length = min(frame.remaining, bytes.readableBytes)
        if length > 0, var piece = bytes.readSlice(length: length) {
            piece.applyMask(frame.header.maskingKey, offset: frame.received)
            frame.received += length
            self.frame = frame
            if frame.header.opcode.isControl {
                self.control.writeImmutableBuffer(piece)
            } else {
                try self.append(&piece)
            }
        }
        return frame.remaining == 0 ? frame.header : nil
    }

    private mutating func append(_ piece: inout ByteBuffer) throws(WebSocketViolation) {
        guard var message = self.message.take() else { return }
        if message.isText, !message.validator.consume(piece.readableBytesSpan) { throw .textNotUTF8 }
        if message.payload.readableBytes == 0 {
            swap(&message.payload, &piece)
        } else {
            message.payload.writeBuffer(&piece)
        }
        self.message = message
    }

    private mutating func finish(_ header: WebSocketFrameHeader) throws(WebSocketViolation) -> Event? {
        switch header.opcode {
        case .continuation, .text, .binary:
            guard header.isFinal, let message = self.message.take() else { return nil }
            guard !message.isText || message.validator.isAtBoundary else { throw .textNotUTF8 }
            return .message(message.isText ? .text(message.payload) : .binary(message.payload))
        case .ping:
            return .ping(self.takeControl())
        case .pong:
            self.control = ByteBuffer()
            return .pong
        case .close:
            return try Self.closeEvent(self.takeControl())
        }
    }

    private mutating func takeControl() -> ByteBuffer {
        defer { self.control = ByteBuffer() }
        return self.control
    }

    private static func closeEvent(_ payload: ByteBuffer) throws(WebSocketViolation) -> Event {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(nil, reason: "") }
        guard let number = payload.readInteger(as: UInt16.self) else { throw .shortClose }
        let code = WebSocketCloseCode(rawValue: number)
        guard code.isValidOnWire else { throw .invalidCloseCode }
        var validator = UTF8Validator()
        guard validator.consume(payload.readableBytesSpan), validator.isAtBoundary else { throw .closeReasonNotUTF8 }
        return .close(code, reason: String(buffer: payload))
    }
}
