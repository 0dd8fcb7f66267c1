// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Times as the parameters `since` and `until` take them.
public enum EngineTime {
    /// A time as Unix seconds with nine decimals: `1795433138.673401720`.
    ///
    /// Both parameters are inclusive to the nanosecond (facts F2, H3), and RFC 3339 is refused (fact C4).
    /// A time before 1970 becomes 0, since the engine reads no sign with a fraction.
    public static func text(_ time: Timestamp) -> String {
        let (seconds, fraction) = max(0, time.nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(fraction)
        return "\(seconds).\(String(repeating: "0", count: 9 - digits.utf8.count))\(digits)"
    }
}
