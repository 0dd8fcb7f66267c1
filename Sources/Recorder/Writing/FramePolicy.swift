// SPDX-License-Identifier: Apache-2.0

/// When blocks are flushed and frames end: what a crash may cost, and what a seek has to decompress.
enum FramePolicy {
    /// The content of a frame, by which it ends: level 1 compresses as well in frames of 1 MiB as in one, and one
    /// decompresses in a millisecond.
    static let contentLimit = 1 << 20
    /// The age at which a frame with content ends, in nanoseconds: with fdatasync at its end, what a lost machine costs.
    static let ageLimit: Int64 = 10_000_000_000
    /// The content that is held back for better compression at most: with ``flushInterval``, what a killed process costs.
    static let flushSize = 64 << 10
    /// How long content is held back at most, in nanoseconds.
    static let flushInterval: Int64 = 250_000_000
    /// How many frames a file may have before it is rotated whatever the options say: 64 GiB of content, whose entries
    /// take 9 MB of memory.
    static let frameLimit = 65_536
}
