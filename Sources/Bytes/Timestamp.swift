// SPDX-License-Identifier: Apache-2.0

/// A moment in time as nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The range of `Int64` nanoseconds covers the years 1678 to 2261. The engine's "unset" time,
/// `0001-01-01T00:00:00Z` (fact B8), lies outside of it and has no `Timestamp`: it parses to `nil`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nanoseconds: Int64

    /// Makes the moment that lies `nanoseconds` after the Unix epoch.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Makes the moment of a Unix time in whole seconds and nanoseconds.
    @inlinable
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.nanoseconds = seconds &* 1_000_000_000 &+ nanoseconds
    }

    /// Orders by time.
    @inlinable
    public static func < (a: Timestamp, b: Timestamp) -> Bool {
        a.nanoseconds < b.nanoseconds
    }

    /// The moment `nanoseconds` later, or the last one that can be told.
    @inlinable
    public func advanced(byNanoseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(distance)
        guard !overflow else { return Timestamp(nanoseconds: distance > 0 ? .max : .min) }
        return Timestamp(nanoseconds: sum)
    }

    /// The moment a duration later; a duration below a nanosecond counts as none.
    public func advanced(by duration: Duration) -> Timestamp {
        advanced(byNanoseconds: duration.wholeNanoseconds)
    }

    /// The time that passed from an earlier moment to this one.
    public func duration(since earlier: Timestamp) -> Duration {
        .nanoseconds(nanoseconds &- earlier.nanoseconds)
    }
}

extension Duration {
    /// The duration in whole nanoseconds, held within the range of `Int64` (292 years).
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carry else { return seconds > 0 ? .max : .min }
        return sum
    }
}

extension Timestamp: CustomStringConvertible {
    /// The moment in RFC 3339 with nine decimals, in UTC.
    public var description: String {
        var bytes: [UInt8] = []
        RFC3339.append(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
