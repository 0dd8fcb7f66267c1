// SPDX-License-Identifier: Apache-2.0

/// What a client did against RFC 6455, as the close frame tells it.
struct WebSocketViolation: Error, Hashable {
    let code: WebSocketCloseCode
    /// A few words for the close frame: 123 bytes at most, no bytes of the client's.
    let reason: String

    static let reservedBits = Self(code: .protocolError, reason: "reserved bits are set")
    static let reservedOpcode = Self(code: .protocolError, reason: "reserved opcode")
    static let unmaskedFrame = Self(code: .protocolError, reason: "client frames must be masked")
    static let fragmentedControl = Self(code: .protocolError, reason: "control frames must not be fragmented")
    static let longControl = Self(code: .protocolError, reason: "control frames carry 125 bytes at most")
    static let nonMinimalLength = Self(code: .protocolError, reason: "payload length is not in its shortest form")
    static let negativeLength = Self(code: .protocolError, reason: "payload length has its highest bit set")
    static let unexpectedContinuation = Self(code: .protocolError, reason: "continuation without a message")
    static let unfinishedMessage = Self(code: .protocolError, reason: "new message within a fragmented one")
    static let shortClose = Self(code: .protocolError, reason: "close payload of one byte")
    static let invalidCloseCode = Self(code: .protocolError, reason: "invalid close code")
    static let closeReasonNotUTF8 = Self(code: .invalidPayload, reason: "close reason is not UTF-8")
    static let textNotUTF8 = Self(code: .invalidPayload, reason: "text is not UTF-8")

    static func messageTooBig(limit: Int) -> Self {
        Self(code: .messageTooBig, reason: "message exceeds the limit of \(limit) bytes")
    }
}
