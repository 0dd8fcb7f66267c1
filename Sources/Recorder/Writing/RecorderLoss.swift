// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Observations that could not be recorded.
struct RecorderLoss: Sendable, Hashable {
    var count: UInt64 = 0
    var from: Timestamp?
    var to: Timestamp?

    mutating func add(_ count: Int, from first: Timestamp, to last: Timestamp) {
        self.count += UInt64(count)
        from = from ?? first
        to = last
    }

    /// Adds all of a chunk's observations, and what was dropped before it.
    mutating func add(_ chunk: LineChunk) {
        if let loss = chunk.loss { add(loss) }
        add(chunk.summary)
    }

    /// Adds the observations of some lines.
    mutating func add(_ summary: LineSummary) {
        guard summary.count > 0 else { return }
        add(summary.count, from: summary.firstTime, to: summary.lastTime)
    }

    /// Adds what was lost after it.
    mutating func add(_ loss: RecorderLoss) {
        count += loss.count
        from = from ?? loss.from
        to = loss.to ?? to
    }

    /// The gap that tells of the loss.
    func gap(_ reason: Gap.Reason, because cause: String) -> Gap {
        Gap(
            scope: .recorder,
            reason: reason,
            from: from,
            to: to,
            lost: count,
            message: "\(count) observations are missing in the recording: \(cause)"
        )
    }
}
