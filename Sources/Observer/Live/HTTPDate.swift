// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The time in a `Date` field: `Mon, 23 Nov 2026 10:50:31 GMT` (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = [
        "Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06",
        "Jul": "07", "Aug": "08", "Sep": "09", "Oct": "10", "Nov": "11", "Dec": "12",
    ]

    /// Reads a time of the preferred form; servers of our day send no other.
    static func parse(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months[String(parts[2])] else { return nil }
        return RFC3339.parse("\(parts[3])-\(month)-\(parts[1])T\(parts[4])Z")
    }
}
