// SPDX-License-Identifier: Apache-2.0

/// The control sequences by which terminals colour text (ECMA-48 §5.4): `ESC [ … m`.
enum ColourSequences {
    private static let escape: UInt8 = 0x1B

    /// The index of the first escape among the first `limit` bytes.
    @inline(__always)
    static func first(_ line: Span<UInt8>, limit: Int) -> Int? {
        let end = min(line.count, limit)
        var index = 0
        // Nearly no line has one, so four blocks are asked at once.
        while index &+ 4 &* ByteBlock.width <= end {
            if !(escapes(line, index) .| escapes(line, index &+ 2 &* ByteBlock.width)).isEmpty { break }
            index &+= 4 &* ByteBlock.width
        }
        index = line.firstIndex(index, before: end, { $0.equal(escape) }, { $0 == escape })
        return index < end ? index : nil
    }

    /// The escapes of the two blocks at an index, one over the other; the caller has checked that there are two.
    @inline(__always)
    private static func escapes(_ line: Span<UInt8>, _ index: Int) -> ByteBlock.Mask {
        // SAFETY: the caller has checked the index.
        ByteBlock(line, unchecked: index).equal(escape)
            .| ByteBlock(line, unchecked: index &+ ByteBlock.width).equal(escape)
    }

    /// Copies as much of the line as the buffer holds, without its control sequences.
    ///
    /// - Returns: The number of bytes copied.
    static func strip(_ line: Span<UInt8>, from firstEscape: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int
    {
        var count = 0
        var index = 0
        while index < line.count, count < buffer.count {
            let byte = line[index]
            if index >= firstEscape, byte == escape {
                index = sequenceEnd(line, index)
                continue
            }
            // SAFETY: `count` is below the buffer's count by the loop's condition.
            buffer.initializeElement(at: count, to: byte)
            count += 1
            index += 1
        }
        return count
    }

    /// The index behind the sequence that begins at an escape: its final byte is 0x40 to 0x7E.
    private static func sequenceEnd(_ line: Span<UInt8>, _ start: Int) -> Int {
        guard start + 1 < line.count, line[start + 1] == UInt8(ascii: "[") else { return start + 1 }
        var index = start + 2
        while index < line.count, !(0x40...0x7E).contains(line[index]) {
            guard (0x20...0x3F).contains(line[index]) else { return index }
            index += 1
        }
        return min(index + 1, line.count)
    }
}
