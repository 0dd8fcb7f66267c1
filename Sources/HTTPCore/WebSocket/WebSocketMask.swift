// SPDX-License-Identifier: Apache-2.0
import NIOCore

extension ByteBuffer {
    /// Masks or unmasks the readable bytes (RFC 6455 §5.3).
    ///
    /// - Parameters:
    ///   - key: The masking key, its first byte highest.
    ///   - offset: How many bytes of the frame's payload are before these.
    mutating func applyMask(_ key: UInt32, offset: Int) {
        // Turned so that the byte for the first readable byte is highest, then twice: eight bytes at a time.
        let turn = UInt32(truncatingIfNeeded: offset & 3) * 8
        let turned = turn == 0 ? key : key << turn | key >> (32 - turn)
        let word = UInt64(turned) << 32 | UInt64(turned)
        guard word != 0 else { return }
        // SAFETY: the pointer is used within the closure only, and within its count; unaligned access is by load/store.
        self.withUnsafeMutableReadableBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                let value = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                bytes.storeBytes(of: value ^ word.bigEndian, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                bytes[index] ^= UInt8(truncatingIfNeeded: turned >> UInt32(24 - 8 * (index & 3)))
                index += 1
            }
        }
    }
}
