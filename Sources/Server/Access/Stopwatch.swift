// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Tells how much time has passed on a clock since it was made.
struct Stopwatch: Sendable {
    private let read: @Sendable () -> Duration

    init(_ clock: any Clock<Duration>) {
        read = Self.reader(clock)
    }

    var elapsed: Duration { read() }

    private static func reader<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}

/// A token bucket that many may ask.
final class RateLimit: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let stopwatch: Stopwatch
    /// How many a second.
    let rate: Int

    init(rate: Int, clock: any Clock<Duration>) {
        let bucket = TokenBucket(rate: rate)
        self.rate = bucket.rate
        self.bucket = Mutex(bucket)
        stopwatch = Stopwatch(clock)
    }

    /// Lets one through if it may pass.
    func take() -> Bool {
        let now = stopwatch.elapsed
        return bucket.withLock { $0.take(at: now) }
    }
}
