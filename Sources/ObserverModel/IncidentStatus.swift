// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// How incident recording stands, for `/metrics` and `/recordings`.
public struct IncidentStatus: Sendable, Hashable {
    /// How many incident recordings were opened.
    public var opened: UInt64 = 0
    /// How many could not be.
    public var failed: UInt64 = 0
    /// When the last incident was opened by what happened, not by a client's request.
    public var lastTrigger: Timestamp?
    /// The files that are being written.
    public var paths: Set<String> = []

    /// Makes the status of a recorder that has seen no incident.
    public init() {}
}

/// Somebody who records incidents, as far as others need to know of it.
public protocol IncidentStanding: Sendable {
    /// How incident recording stands.
    var status: IncidentStatus { get }
}
