// SPDX-License-Identifier: Apache-2.0

/// A frame's place in a file and what its header says.
struct FrameShape: Hashable {
    /// The magic number of a frame with content.
    static let dataMagic: UInt32 = 0xFD2F_B528

    /// The first four bytes.
    var magic: UInt32
    /// Where it stands, from the magic number to the checksum.
    var bytes: Range<UInt64>
    /// How many blocks it has.
    var blocks = 0
    /// Whether its content's checksum closes it.
    var hasChecksum = false

    /// Whether it is one that readers pass over.
    var isSkippable: Bool { SkippableFrame.magics.contains(magic) }

    /// Whether a frame may begin with these four bytes.
    static func isMagic(_ word: UInt32) -> Bool {
        word == dataMagic || SkippableFrame.magics.contains(word)
    }
}

/// A frame header behind its magic number (RFC 8878, section 3.1.1.1).
struct FrameHeader: Hashable {
    /// The longest header: a descriptor, a window, a dictionary's id and a content size.
    static let maximumSize = 14
    /// The largest window that the decompressor takes.
    private static let windowLimit: UInt64 = 1 << 27
    /// The largest block, whatever the window (RFC 8878, section 3.1.1.2.4).
    static let largestBlock = 128 << 10

    /// How many bytes the header has, without the magic number.
    var size: Int
    /// How many bytes a block may have at most.
    var blockLimit: UInt64
    /// Whether the content's checksum closes the frame.
    var hasChecksum: Bool

    /// Reads a header.
    ///
    /// - Returns: `nil` when the bytes end within it.
    /// - Throws: What is wrong with it, as a sentence's part.
    static func read(_ bytes: ArraySlice<UInt8>) throws(LineError) -> FrameHeader? {
        guard let descriptor = bytes.first else { return nil }
        guard descriptor & 0x08 == 0 else { throw LineError("a frame's header has a reserved bit set") }
        guard descriptor & 0x03 == 0 else { throw LineError("a frame needs a dictionary") }
        let isSingleSegment = descriptor & 0x20 != 0
        let sizeFlag = descriptor >> 6
        let contentField = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(sizeFlag)]
        let size = 1 + (isSingleSegment ? 0 : 1) + contentField
        guard bytes.count >= size else { return nil }
        var window: UInt64
        if isSingleSegment {
            let field = (0..<contentField).reduce(UInt64(0)) {
                $0 | UInt64(bytes[bytes.startIndex + 1 + $1]) << UInt64(8 * $1)
            }
            window = contentField == 2 ? field + 256 : field
        } else {
            let descriptor = bytes[bytes.startIndex + 1]
            window = 1 << UInt64(10 + descriptor >> 3)
            window += window / 8 * UInt64(descriptor & 7)
            guard window <= windowLimit else { throw LineError("a frame needs a window of \(window) bytes") }
        }
        return FrameHeader(
            size: size,
            blockLimit: min(UInt64(largestBlock), window),
            hasChecksum: descriptor & 0x04 != 0
        )
    }
}
