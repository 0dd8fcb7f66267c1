// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Where what clients post enters a source whose time is its own.
///
/// Applied again at the same time, an input must fall between the same observations (law 3): so it waits until all that
/// is due has been handed over, and nothing is handed over while it enters.
public protocol InputGate: Sendable {
    /// Lets an input enter at the source's present.
    ///
    /// - Parameter body: Takes the present: after everything due, and 1 ns at least behind the last observation.
    /// - Returns: What the body returned.
    func pass<Result: Sendable>(_ body: @Sendable (Timestamp) async -> Result) async -> Result
}
