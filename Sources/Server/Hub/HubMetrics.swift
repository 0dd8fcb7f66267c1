// SPDX-License-Identifier: Apache-2.0

/// The hub's counters and gauges, for `/metrics`.
public struct HubMetrics: Sendable, Hashable {
    /// Clients that are connected or were let in.
    public internal(set) var clients = 0
    /// Distinct filters in use by clients that have caught up.
    public internal(set) var selections = 0
    /// Messages published.
    public internal(set) var published: UInt64 = 0
    /// Messages handed to clients, each counted once a client.
    public internal(set) var framesSent: UInt64 = 0
    /// Bytes of frames handed to clients.
    public internal(set) var bytesSent: UInt64 = 0
    /// Messages that clients missed because they read too slowly, each counted once a client.
    public internal(set) var dropped: UInt64 = 0
    /// Gaps told to clients.
    public internal(set) var gaps: UInt64 = 0
    /// Clients closed because they held up a source that waits.
    public internal(set) var stalled: UInt64 = 0
    /// Lines that reached a pattern's limits; they count as not matching.
    public internal(set) var patternLimits: UInt64 = 0
    /// Bytes of encoded frames held for clients.
    public internal(set) var retainedBytes = 0
    /// Bytes that history takes.
    public internal(set) var historyBytes = 0
    /// Messages that history holds.
    public internal(set) var historyMessages = 0
    /// The number of the oldest message in history that is no stats, or `nil` when there is none.
    public internal(set) var oldest: UInt64?
    /// The number of the last message published.
    public internal(set) var newest: UInt64 = 0
}
