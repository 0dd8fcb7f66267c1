// SPDX-License-Identifier: Apache-2.0

/// Splits the bytes of a server into WebSocket frames (RFC 6455 §5.2); a value without any input or output.
///
/// Written on raw memory, since tests are compiled without optimisation and read hundreds of thousands of messages.
struct WebSocketFrameWalker {
    /// Bytes that no server may send.
    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    struct Frame {
        let isFinal: Bool
        let opcode: UInt8
        let payload: UnsafeRawBufferPointer
    }

    /// Calls the closure for every whole frame in the bytes; its payload is valid during the call only.
    ///
    /// - Returns: How many bytes the whole frames take up.
    static func walk(_ bytes: UnsafeRawBufferPointer, each: (Frame) throws -> Void) throws -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let end = bytes.count
        var offset = 0
        while end - offset >= 2 {
            // SAFETY: every load lies below `end`, as the guards before it make sure.
            let first = base.load(fromByteOffset: offset, as: UInt8.self)
            let second = base.load(fromByteOffset: offset + 1, as: UInt8.self)
            guard second & 0x80 == 0 else { throw Violation(description: "a frame of a server is masked") }
            guard first & 0x70 == 0 else { throw Violation(description: "a reserved bit is set") }
            var length = Int(second)
            var header = 2
            if length == 126 {
                guard end - offset >= 4 else { break }
                length = Int(UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self)))
                header = 4
            } else if length == 127 {
                guard end - offset >= 10 else { break }
                let long = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: offset + 2, as: UInt64.self))
                guard long < 1 << 32 else { throw Violation(description: "a frame of \(long) bytes") }
                length = Int(long)
                header = 10
            }
            guard end - offset - header >= length else { break }
            let payload = UnsafeRawBufferPointer(start: base + offset + header, count: length)
            try each(Frame(isFinal: first & 0x80 != 0, opcode: first & 0x0F, payload: payload))
            offset += header + length
        }
        return offset
    }

    /// A frame as a client sends it: masked (RFC 6455 §5.3).
    static func clientFrame(opcode: UInt8, _ payload: [UInt8], key: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65_536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(0x80 | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let mask = (0..<4).map { UInt8(truncatingIfNeeded: key >> (24 - 8 * $0)) }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}
