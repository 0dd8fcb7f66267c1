// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The name of one life of a live observer.
enum RunName {
    /// Makes a name that sorts by time and differs between observers that start in the same second:
    /// `live-20261123T031500Z-9f2c01ab`.
    static func make(at time: Timestamp, random: UInt32) -> String {
        let digits = time.description.prefix(19).filter { $0 != "-" && $0 != ":" }
        let suffix = String(random, radix: 16)
        return "live-\(digits)Z-\(String(repeating: "0", count: 8 - suffix.count))\(suffix)"
    }
}
