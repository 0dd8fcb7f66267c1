// SPDX-License-Identifier: Apache-2.0

/// Skippable frames (RFC 8878, section 3.1.2), which every zstd tool passes over: eight bytes, then the content.
enum SkippableFrame {
    static let headerSize = 8
    /// The frame that holds the index of a recording.
    static let indexMagic: UInt32 = 0x184D_2A5B
    /// The frame that holds the seek table of zstd's seekable format.
    static let seekTableMagic: UInt32 = 0x184D_2A5E
    /// All of the sixteen magic numbers of skippable frames.
    static let magics: ClosedRange<UInt32> = 0x184D_2A50...0x184D_2A5F

    static func append(_ magic: UInt32, _ content: [UInt8], to bytes: inout [UInt8]) {
        LittleEndian.append(magic, to: &bytes)
        LittleEndian.append(UInt32(content.count), to: &bytes)
        bytes.append(contentsOf: content)
    }
}
