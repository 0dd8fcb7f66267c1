// SPDX-License-Identifier: Apache-2.0

import TestSupport

extension SplitMix64 {
    /// A number below a bound.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// Whether something that happens once in a number of times happens.
    mutating func once(in times: Int) -> Bool {
        below(times) == 0
    }
}
