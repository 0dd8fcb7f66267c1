// SPDX-License-Identifier: Apache-2.0

/// The kind of a frame (RFC 6455 §5.2); the reserved ones do not get this far.
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { self.rawValue & 0x8 != 0 }
}

/// A complete frame header of a client.
struct WebSocketFrameHeader: Equatable {
    let opcode: WebSocketOpcode
    let isFinal: Bool
    let payloadLength: Int
    /// The masking key, its first byte highest.
    let maskingKey: UInt32
}

/// Reads a client's frame header byte by byte, and refuses it at the first byte that makes it invalid.
///
/// It stands in the place of NIOWebSocket's decoder, which hides what strictness needs: whether a length was in its
/// shortest form, and a payload before it is complete.
struct WebSocketFrameHeaderParser: Equatable {
    /// The longest payload of a control frame (RFC 6455 §5.5).
    static let longestControlPayload = 125

    private enum Stage: Equatable {
        case flags
        case shortLength
        /// `shortest` is the least length that needs this form.
        case extendedLength(missing: Int, shortest: UInt64)
        case mask(missing: Int)
    }

    private var stage = Stage.flags
    private var opcode = WebSocketOpcode.continuation
    private var isFinal = false
    private var length: UInt64 = 0
    private var mask: UInt32 = 0

    /// Takes one byte.
    ///
    /// - Returns: The header, when this was its last byte; the parser is then ready for the next one.
    mutating func consume(_ byte: UInt8) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        switch self.stage {
        case .flags:
            try self.readFlags(byte)
        case .shortLength:
            try self.readShortLength(byte)
        case .extendedLength(let missing, let shortest):
            try self.readExtendedLength(byte, missing: missing, shortest: shortest)
        case .mask(let missing):
            self.mask = self.mask << 8 | UInt32(byte)
            guard missing == 1 else {
                self.stage = .mask(missing: missing - 1)
                return nil
            }
            self.stage = .flags
            return WebSocketFrameHeader(
                opcode: self.opcode,
                isFinal: self.isFinal,
                payloadLength: Int(self.length),
                maskingKey: self.mask
            )
        }
        return nil
    }

    private mutating func readFlags(_ byte: UInt8) throws(WebSocketViolation) {
        guard byte & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0F) else { throw .reservedOpcode }
        self.isFinal = byte & 0x80 != 0
        guard self.isFinal || !opcode.isControl else { throw .fragmentedControl }
        self.opcode = opcode
        self.stage = .shortLength
    }

    private mutating func readShortLength(_ byte: UInt8) throws(WebSocketViolation) {
        guard byte & 0x80 != 0 else { throw .unmaskedFrame }
        let length = byte & 0x7F
        guard length <= Self.longestControlPayload || !self.opcode.isControl else { throw .longControl }
        (self.length, self.mask) = (0, 0)
        switch length {
        case 126: self.stage = .extendedLength(missing: 2, shortest: 126)
        case 127: self.stage = .extendedLength(missing: 8, shortest: 0x1_0000)
        default:
            self.length = UInt64(length)
            self.stage = .mask(missing: 4)
        }
    }

    private mutating func readExtendedLength(
        _ byte: UInt8,
        missing: Int,
        shortest: UInt64
    ) throws(WebSocketViolation) {
        guard missing < 8 || byte & 0x80 == 0 else { throw .negativeLength }
        self.length = self.length << 8 | UInt64(byte)
        guard missing == 1 else {
            self.stage = .extendedLength(missing: missing - 1, shortest: shortest)
            return
        }
        guard self.length >= shortest else { throw .nonMinimalLength }
        self.stage = .mask(missing: 4)
    }
}
