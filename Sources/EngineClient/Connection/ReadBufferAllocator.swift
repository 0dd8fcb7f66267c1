// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Chooses how much is read at once: little from quiet connections, much from busy ones.
///
/// A connection keeps its buffer, and an observer of 1,000 containers has 2,000 streams, so that 64 KiB for each would
/// be 128 MiB.
struct ReadBufferAllocator: RecvByteBufferAllocator {
    /// What a quiet connection reads at once: a page, enough for the head of an answer or a few lines.
    static let quiet = 4 * 1024

    /// What a busy connection reads at once.
    ///
    /// A Unix socket's default buffer holds at most 208 KiB, at one line a write less than a third of it.
    static let busy = 64 * 1024

    /// How many small reads in a row make a connection quiet again: about a second at the usual paces.
    static let patience = 256

    private var size = Self.quiet
    private var smallReads = 0

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(capacity: size)
    }

    func nextBufferSize() -> Int? { size }

    mutating func record(actualReadBytes: Int) -> Bool {
        if actualReadBytes >= size {
            smallReads = 0
            guard size < Self.busy else { return false }
            size = Self.busy
            return true
        }
        guard size == Self.busy, actualReadBytes < Self.quiet else {
            smallReads = 0
            return false
        }
        smallReads += 1
        if smallReads >= Self.patience {
            smallReads = 0
            size = Self.quiet
        }
        return false
    }
}
