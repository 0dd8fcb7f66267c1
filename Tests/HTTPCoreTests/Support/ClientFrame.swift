// SPDX-License-Identifier: Apache-2.0
@testable import HTTPCore

/// A frame of a client, valid or not.
struct ClientFrame {
    var opcode: UInt8
    var payload: [UInt8] = []
    var isFinal = true
    /// RSV1 to RSV3, as the number that test suites call them by: 0 to 7.
    var reserved: UInt8 = 0
    var isMasked = true
    /// Bytes of the extended length, whether it needs them or not: 0, 2 or 8.
    var lengthBytes: Int?
    /// A length that is not the payload's.
    var announcedLength: UInt64?

    static func text(_ text: String, isFinal: Bool = true) -> Self {
        Self(opcode: 1, payload: Array(text.utf8), isFinal: isFinal)
    }

    static func text(_ bytes: [UInt8], isFinal: Bool = true) -> Self {
        Self(opcode: 1, payload: bytes, isFinal: isFinal)
    }

    static func binary(_ bytes: [UInt8], isFinal: Bool = true) -> Self {
        Self(opcode: 2, payload: bytes, isFinal: isFinal)
    }

    static func continuation(_ bytes: [UInt8], isFinal: Bool) -> Self {
        Self(opcode: 0, payload: bytes, isFinal: isFinal)
    }

    static func ping(_ payload: [UInt8] = []) -> Self { Self(opcode: 9, payload: payload) }
    static func pong(_ payload: [UInt8] = []) -> Self { Self(opcode: 10, payload: payload) }
    static func close(_ payload: [UInt8] = []) -> Self { Self(opcode: 8, payload: payload) }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> Self {
        Self(opcode: 8, payload: [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }

    /// The bytes on the wire.
    var encoded: [UInt8] {
        let length = self.announcedLength ?? UInt64(self.payload.count)
        let extended = self.lengthBytes ?? (length < 126 ? 0 : length <= 0xFFFF ? 2 : 8)
        let short: UInt8 = extended == 0 ? UInt8(length & 0x7F) : extended == 2 ? 126 : 127
        var bytes = [(self.isFinal ? 0x80 : 0) | self.reserved << 4 | self.opcode, (self.isMasked ? 0x80 : 0) | short]
        bytes += (0..<extended).reversed().map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
        guard self.isMasked else { return bytes + self.payload }
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + key + self.payload.enumerated().map { $1 ^ key[$0 & 3] }
    }
}

extension Array where Element == ClientFrame {
    var encoded: [UInt8] { self.flatMap(\.encoded) }
}
