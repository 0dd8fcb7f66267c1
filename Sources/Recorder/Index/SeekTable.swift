// SPDX-License-Identifier: Apache-2.0

/// The seek table of zstd's seekable format: the sizes of every frame before it, skippable ones with content size 0.
///
/// Plain readers of that format find their way in a recording by it; a recording's reader prefers the index.
enum SeekTable {
    /// The sizes of a frame.
    struct Entry: Hashable {
        var compressedSize: UInt32
        var contentSize: UInt32
    }

    /// The last four bytes of a file with a seek table.
    static let footerMagic: UInt32 = 0x8F92_EAB1
    /// The number of frames, a byte of flags, and the magic number.
    static let footerSize = 9
    static let entrySize = 8

    /// The table as a skippable frame.
    static func encode(_ entries: [Entry]) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(entries.count * entrySize + footerSize)
        for entry in entries {
            LittleEndian.append(entry.compressedSize, to: &content)
            LittleEndian.append(entry.contentSize, to: &content)
        }
        LittleEndian.append(UInt32(entries.count), to: &content)
        // No checksum for each frame: zstd's own is in the frame.
        content.append(0)
        LittleEndian.append(footerMagic, to: &content)
        var bytes: [UInt8] = []
        SkippableFrame.append(SkippableFrame.seekTableMagic, content, to: &bytes)
        return bytes
    }

    /// Reads an entry.
    static func entry(_ bytes: ArraySlice<UInt8>) -> Entry {
        Entry(
            compressedSize: LittleEndian.read(UInt32.self, bytes, at: 0),
            contentSize: LittleEndian.read(UInt32.self, bytes, at: 4)
        )
    }

    /// The size of the whole skippable frame, from a file's last nine bytes; `nil` when they are no footer.
    static func frameSize(footer: ArraySlice<UInt8>) -> Int? {
        guard footer.count == footerSize, LittleEndian.read(UInt32.self, footer, at: 5) == footerMagic else {
            return nil
        }
        // A table with checksums is another program's; entries then have twelve bytes.
        let hasChecksums = footer[footer.startIndex + 4] & 0x80 != 0
        let count = Int(LittleEndian.read(UInt32.self, footer, at: 0))
        return SkippableFrame.headerSize + count * (hasChecksums ? 12 : entrySize) + footerSize
    }
}
