// SPDX-License-Identifier: Apache-2.0

/// Somebody who takes every message that the pipeline makes: the hub.
public protocol MessageOutlet: Sendable {
    /// Takes messages, `seq` rising; called in order, by the pipeline alone, and never blocks for a reader.
    func publish(_ batch: MessageBatch)

    /// Returns when the slowest reader has room for more; asked only for sources that can wait (law 8).
    func waitForRoom() async
}
