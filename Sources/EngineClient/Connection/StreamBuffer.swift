// SPDX-License-Identifier: Apache-2.0

/// What has been received of an answer and not been taken yet: a pure state machine between a connection and a
/// consumer.
struct StreamBuffer: Sendable {
    /// How an answer ended.
    enum End: Sendable {
        /// As it should.
        case complete
        /// With an error; what came before it is handed out first.
        case failed(EngineError)
    }

    /// What a consumer gets.
    enum Taken: Sendable {
        /// All that was there; reading must be taken up again if it had stopped.
        case bytes([UInt8], resumesReading: Bool)
        /// The clean end.
        case end
        /// The end with an error.
        case failed(EngineError)
        /// Nothing yet.
        case nothing
    }

    /// From how many waiting bytes on reading stops; a last read may go beyond it by its own size.
    let capacity: Int

    /// The head, once it came.
    private(set) var head: ResponseHead?

    private var bytes: [UInt8] = []
    private var end: End?
    private var isFull = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Whether the end is known, whatever still waits before it.
    var hasEnded: Bool { end != nil }

    /// Whether anything waits.
    var hasBytes: Bool { !bytes.isEmpty }

    /// The error at the end.
    var failure: EngineError? {
        if case .failed(let error) = end { error } else { nil }
    }

    /// Takes the head.
    mutating func receive(_ head: ResponseHead) {
        self.head = head
    }

    /// Takes a batch, leaving it empty.
    ///
    /// - Returns: Whether reading should go on.
    mutating func receive(_ batch: inout [UInt8]) -> Bool {
        guard end == nil else { return false }
        if bytes.isEmpty {
            swap(&bytes, &batch)
        } else {
            bytes.append(contentsOf: batch)
        }
        batch.removeAll(keepingCapacity: true)
        isFull = bytes.count >= capacity
        return !isFull
    }

    /// Ends the answer, and discards what still waits if nobody wants it; the first end stands.
    ///
    /// - Returns: Whether this was the first.
    mutating func finish(_ end: End, discarding: Bool = false) -> Bool {
        if discarding { bytes = [] }
        guard self.end == nil else { return false }
        self.end = end
        return true
    }

    /// Hands out what waits.
    mutating func take() -> Taken {
        if !bytes.isEmpty {
            var taken: [UInt8] = []
            swap(&taken, &bytes)
            defer { isFull = false }
            return .bytes(taken, resumesReading: isFull && end == nil)
        }
        switch end {
        case .complete: return .end
        case .failed(let error): return .failed(error)
        case nil: return .nothing
        }
    }
}
