// SPDX-License-Identifier: Apache-2.0

/// Decides when a stream is read again: a pure state machine over the times of its reads.
///
/// An engine writes once a log line, and a reader that is woken for each pays several system calls a line. So an idle
/// stream is read at once, which costs its first line nothing; one that flows is read on a grid of a few milliseconds,
/// where the kernel has gathered what came in between and hands it over in one call.
struct ReadPacer: Sendable {
    /// The longest pace, and so the most that a line is held back: 4 ms.
    ///
    /// Longer saves next to nothing (at 4 ms there are 250 wake-ups a second, below 1 % of a processor), and people
    /// who follow a log do not see it.
    static let longestPace: UInt64 = 4_000_000

    /// The shortest pace: 0.5 ms.
    ///
    /// A Unix socket holds some 277 small writes (each is charged 768 bytes of the default 212,992), then its
    /// writer is held up. At 0.5 ms an engine could write 550,000 lines a second, more than it can.
    static let shortestPace: UInt64 = 500_000

    /// A pause after which a stream counts as idle: two of the longest paces.
    static let idleAfter = 2 * longestPace

    /// Writes or bytes in one read that call for a shorter pace: a third of what the socket holds, so that the
    /// writer is never held up, and a third of the receive buffer.
    private static let muchIsWaiting = (writes: 96, bytes: 24 * 1024)

    /// Writes and bytes in one read that allow a longer pace; less than half of the above, so that it settles.
    private static let littleIsWaiting = (writes: 32, bytes: 8 * 1024)

    /// When to read next.
    enum Decision: Hashable, Sendable {
        /// Now: wait for readiness without delay.
        case now
        /// At a time of the same clock as `now`, in nanoseconds.
        case at(UInt64)
    }

    /// The time between two reads of a stream that flows, in nanoseconds; 0 for none.
    private(set) var pace = Self.longestPace
    private var lastRead: UInt64?

    /// Takes note of a read and says when the next one is due.
    ///
    /// - Parameters:
    ///   - bytes: How many bytes it brought.
    ///   - writes: How many writes of the engine those were, as far as known.
    ///   - isFull: Whether it filled its buffer, so that more is waiting.
    ///   - now: The time of a monotonic clock, in nanoseconds.
    /// - Returns: When to read next.
    mutating func decide(bytes: Int, writes: Int, isFull: Bool, now: UInt64) -> Decision {
        defer { lastRead = now }
        if writes >= Self.muchIsWaiting.writes || bytes >= Self.muchIsWaiting.bytes {
            // Where even the shortest pace brings much, the machine is so busy that reads are late by themselves, and
            // the writer may be held up already.
            pace = pace > Self.shortestPace ? pace / 2 : 0
        } else if writes < Self.littleIsWaiting.writes, bytes < Self.littleIsWaiting.bytes {
            pace = min(max(pace * 2, Self.shortestPace), Self.longestPace)
        }
        guard !isFull, pace > 0, let lastRead, now &- lastRead < Self.idleAfter else { return .now }
        // On a grid, so that the streams of one event loop share their wake-ups.
        return .at((now / pace + 1) * pace)
    }
}
