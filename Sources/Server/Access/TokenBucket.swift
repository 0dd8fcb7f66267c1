// SPDX-License-Identifier: Apache-2.0

/// Lets so many things through a second, and as many at once after a pause; a value, the present is passed in.
struct TokenBucket: Sendable {
    /// How many a second, and how many at once.
    let rate: Int
    private var available: Duration
    private var last = Duration.zero

    /// Makes a full bucket at the time zero.
    init(rate: Int) {
        self.rate = max(1, rate)
        available = .seconds(1)
    }

    /// Lets one through if it may pass.
    ///
    /// - Parameter now: The time since the bucket was made; an earlier one than before buys nothing.
    /// - Returns: Whether it may.
    mutating func take(at now: Duration) -> Bool {
        // The time since the last one buys passages; a second's worth is the most that is saved up.
        available = min(.seconds(1), available + max(.zero, now - last))
        last = max(last, now)
        let price = Duration.seconds(1) / rate
        guard available >= price else { return false }
        available -= price
        return true
    }
}
