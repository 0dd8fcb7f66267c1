// SPDX-License-Identifier: Apache-2.0

/// An answer whose body is taken as it comes: logs, events, stats.
///
/// One task consumes it. Whoever does not call ``next()`` holds the engine up once the buffer and the socket are
/// full, and it alone: each stream has a connection of its own. Letting go of the stream closes the connection.
public final class EngineStream: Sendable {
    /// The status, always 2xx, and the fields.
    public let head: ResponseHead

    private let exchange: Exchange

    init(head: ResponseHead, exchange: Exchange) {
        self.head = head
        self.exchange = exchange
    }

    deinit {
        exchange.abandon()
    }

    /// Waits for bytes of the body and takes all that came since the last call; `nil` is the clean end.
    ///
    /// The transfer coding is taken off, and where one array ends has no meaning. Cancelling the task closes the
    /// connection.
    ///
    /// - Throws: ``EngineError``, after all bytes that came before: ``EngineError/Code/truncated`` when the connection
    ///   ended without the terminating chunk (facts J2, J3), ``EngineError/Code/reset``,
    ///   ``EngineError/Code/malformedResponse``, ``EngineError/Code/idle``, ``EngineError/Code/cancelled``.
    public func next() async throws(EngineError) -> [UInt8]? {
        try await exchange.next()
    }

    /// Closes the connection at once; a waiting ``next()`` throws ``EngineError/Code/cancelled``.
    public func cancel() {
        exchange.abandon()
    }
}
