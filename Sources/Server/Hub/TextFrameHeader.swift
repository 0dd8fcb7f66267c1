// SPDX-License-Identifier: Apache-2.0

/// The header of an unmasked, unfragmented text frame, as servers send them (RFC 6455 §5.2).
enum TextFrameHeader {
    /// The longest header.
    static let largest = 10
    /// FIN and the opcode of text.
    private static let first: UInt8 = 0x81

    /// The header's length for a payload.
    @inline(__always)
    static func count(payload: Int) -> Int {
        payload < 126 ? 2 : payload <= Int(UInt16.max) ? 4 : 10
    }

    /// Writes the header at the start of `target`, which has room for it; returns its length.
    @inline(__always)
    static func write(payload: Int, to target: UnsafeMutableRawBufferPointer) -> Int {
        target[0] = first
        if payload < 126 {
            target[1] = UInt8(payload)
            return 2
        }
        guard payload <= Int(UInt16.max) else {
            target[1] = 127
            target.storeBytes(of: UInt64(payload).bigEndian, toByteOffset: 2, as: UInt64.self)
            return 10
        }
        target[1] = 126
        target.storeBytes(of: UInt16(payload).bigEndian, toByteOffset: 2, as: UInt16.self)
        return 4
    }
}
