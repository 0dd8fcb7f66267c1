// SPDX-License-Identifier: Apache-2.0

/// A whole answer of an engine.
public struct EngineResponse: Sendable, Hashable {
    /// The status and the fields.
    public let head: ResponseHead

    /// The body with the transfer coding taken off.
    public let body: [UInt8]

    /// Creates an answer.
    public init(head: ResponseHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
