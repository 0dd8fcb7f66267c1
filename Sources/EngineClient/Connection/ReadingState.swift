// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What a connection knows about its reads.
struct ReadingState {
    private var pacer = ReadPacer()
    private var bytes = 0
    private var isFull = false
    private var chunkCount = 0

    /// Takes note of bytes of the current read.
    mutating func record(bytes: Int, isFull: Bool) {
        self.bytes += bytes
        self.isFull = isFull
    }

    /// Ends the current read, and says when the next one is due.
    mutating func decide(chunkCount: Int, now: UInt64) -> ReadPacer.Decision {
        defer {
            bytes = 0
            isFull = false
            self.chunkCount = chunkCount
        }
        return pacer.decide(bytes: bytes, writes: chunkCount - self.chunkCount, isFull: isFull, now: now)
    }
}

/// The timers of a connection, at most one of each.
struct ConnectionTimers {
    /// The end of the time that an answer has.
    var deadline: Scheduled<Void>?
    /// The end of the silence that is allowed.
    var idle: Scheduled<Void>?
    /// The next read.
    var pace: Scheduled<Void>?

    /// Stops all of them.
    mutating func cancel() {
        deadline?.cancel()
        idle?.cancel()
        pace?.cancel()
        self = ConnectionTimers()
    }
}
