// SPDX-License-Identifier: Apache-2.0

/// Numbers as zstd and the index write them: the least significant byte first.
enum LittleEndian {
    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Reads a number that lies within the bytes.
    static func read<Value: FixedWidthInteger>(_ type: Value.Type, _ bytes: ArraySlice<UInt8>, at offset: Int) -> Value
    {
        precondition(offset >= 0 && offset + Value.bitWidth / 8 <= bytes.count, "a read behind the end of the bytes")
        return bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }
}
