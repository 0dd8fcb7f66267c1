// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Control over a simulation's faults: the API's `/faults`.
public protocol FaultControl: Sendable {
    /// The faults in force, the oldest first.
    func faults() async -> [ActiveFault]

    /// Applies a timeline entry without its trigger at the virtual present.
    ///
    /// - Parameter entry: The entry as JSON.
    /// - Returns: What was applied; a fault that is over at once has its time as ``ActiveFault/until``.
    /// - Throws: ``FaultRefusal`` with the reason, and then nothing has changed.
    func inject(_ entry: ArraySlice<UInt8>) async throws -> ActiveFault

    /// Ends a fault at the virtual present.
    ///
    /// - Parameter id: The fault's name.
    /// - Returns: The fault that has ended; `nil` when none of that name is in force.
    func clear(_ id: String) async -> ActiveFault?
}

/// A fault that was applied.
public struct ActiveFault: Sendable, Hashable {
    /// Its name: the entry's own, or one that was given.
    public var id: String
    /// What it does: a verb of the timeline.
    public var verb: String
    /// The services that it is about, sorted.
    public var services: [String]
    /// When it began.
    public var since: Timestamp
    /// When it ends, where that is known.
    public var until: Timestamp?
    /// What it does, as a sentence for a person.
    public var message: String

    /// Makes one.
    public init(
        id: String,
        verb: String,
        services: [String],
        since: Timestamp,
        until: Timestamp? = nil,
        message: String
    ) {
        self.id = id
        self.verb = verb
        self.services = services
        self.since = since
        self.until = until
        self.message = message
    }
}

/// Why a fault was not applied.
public struct FaultRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, as a sentence for a person.
    public var description: String

    /// Makes a refusal.
    public init(_ description: String) {
        self.description = description
    }
}
