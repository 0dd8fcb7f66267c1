// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Where the reading of a container's log stands, and what a resumed stream repeats.
///
/// The engine's `since` is inclusive, is switched off after the first line that passes, and two lines can have the same
/// time; so a resumed stream begins a second before the newest line, and just as many equal (stream, time, bytes) are
/// dropped as were delivered (engine.md, "What live mode makes of it"; facts H3, H9, H10). It is a pure value.
struct LogCursor: Sendable {
    /// A delivered line, without its bytes.
    struct Entry: Hashable, Sendable {
        var timestamp: Int64
        /// A hash of the stream and the bytes.
        var hash: UInt64
    }

    /// How far behind the newest line a resumed stream begins: out-of-order times of 2.5 ms were seen (fact H10); a
    /// second covers four hundred times that and repeats little.
    static let overlap: Int64 = 1_000_000_000
    /// For how long delivered lines are remembered: twice the overlap.
    static let window: Int64 = 2_000_000_000
    /// How many delivered lines are remembered: a mebibyte of entries for a container that writes 30,000 lines a second.
    static let capacity = 65_536

    /// The newest time of a delivered line.
    private(set) var highest: Timestamp?
    /// The number of lines delivered.
    private(set) var delivered: UInt64 = 0
    /// The newest time of a line that was delivered and is forgotten.
    private var forgotten = Int64.min
    /// The lines remembered, in the order of delivery, from `first` on; the room before it is reclaimed in bulk.
    private var entries: [Entry] = []
    private var first = 0
    /// What a resumed stream will repeat, with how often, and nil when nothing is expected.
    private var expected: [Entry: Int] = [:]
    private var expectedCount = 0
    private var matchedCount = 0

    /// Remembers a delivered line.
    private mutating func remember(_ entry: Entry) {
        delivered += 1
        highest = max(highest ?? Timestamp(nanoseconds: entry.timestamp), Timestamp(nanoseconds: entry.timestamp))
        entries.append(entry)
        let horizon = (highest?.nanoseconds ?? 0) - Self.window
        while first < entries.count, entries.count - first > Self.capacity || entries[first].timestamp < horizon {
            forgotten = max(forgotten, entries[first].timestamp)
            first += 1
        }
        if first > 4096, first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
    }

    /// The `since` for the next request, and readiness for what it will repeat; nil when all of the log is to be read.
    ///
    /// - Parameter pending: The time of a line whose beginning came but whose end did not; it is asked for again.
    /// - Returns: The time from which lines are to be asked for.
    mutating func resume(pending: Timestamp? = nil) -> Timestamp? {
        expected.removeAll(keepingCapacity: false)
        expectedCount = 0
        matchedCount = 0
        guard let highest else { return nil }
        var since = highest.nanoseconds - Self.overlap
        if let pending { since = min(since, pending.nanoseconds) }
        if forgotten != .min { since = max(since, forgotten + 1) }
        // All that is remembered, not only what is newer than `since`: the engine's test ends with the first line that
        // passes, and older ones may follow it.
        for entry in entries[first...] { expected[entry, default: 0] += 1 }
        expectedCount = entries.count - first
        return Timestamp(nanoseconds: since)
    }

    /// What to do with a line that a stream gave.
    enum Decision: Hashable, Sendable {
        /// It is new.
        case deliver
        /// It is new, and what was delivered last is not in the log any more: the driver rotated it away, or the file
        /// was cut; what lay between is lost.
        case deliverAfterLoss
        /// It was delivered before.
        case drop
    }

    /// Judges a line in the order of its stream, and remembers it when it is to be delivered.
    mutating func judge(_ line: LogLine) -> Decision {
        let entry = Entry(timestamp: line.timestamp.nanoseconds, hash: Self.hash(line))
        if expectedCount > 0, let count = expected[entry] {
            expected[entry] = count > 1 ? count - 1 : nil
            expectedCount -= 1
            matchedCount += 1
            if expectedCount == 0 { expected.removeAll(keepingCapacity: false) }
            return .drop
        }
        // Older than all that is remembered, among what is repeated: it was delivered and is forgotten.
        if expectedCount > 0, entry.timestamp <= forgotten { return .drop }
        let isLoss = expectedCount > 0 && matchedCount == 0 && line.timestamp > (highest ?? line.timestamp)
        if isLoss {
            expected.removeAll(keepingCapacity: false)
            expectedCount = 0
        }
        remember(entry)
        return isLoss ? .deliverAfterLoss : .deliver
    }

    /// A hash of a line's stream and bytes, eight bytes at a time.
    static func hash(_ line: LogLine) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 &* UInt64(line.stream.rawValue) ^ UInt64(line.bytes.count)
        line.bytes.withUnsafeBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                // SAFETY: eight bytes from `index` lie within the buffer by the loop's condition.
                hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index += 8
            }
            var rest: UInt64 = 0
            while index < bytes.count {
                rest = rest << 8 | UInt64(bytes[index])
                index += 1
            }
            hash = mix(hash ^ rest)
        }
        return hash
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
