// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// What is wrong with an engine's JSON, and where.
public struct WireError: Error, Hashable, Sendable {
    /// What was read: `inspect`, `stats`.
    public var what: String
    /// The member at fault, `State.Pid`, or empty for the whole.
    public var place: String
    /// What is wrong with it.
    public var reason: String

    /// Makes an error.
    public init(what: String, place: String = "", reason: String) {
        self.what = what
        self.place = place
        self.reason = reason
    }

    init(what: StaticString, _ error: JSONError) {
        self.init(what: what.description, reason: "is no JSON: \(error)")
    }
}

extension WireError: CustomStringConvertible {
    /// The error as a sentence for a person.
    ///
    /// `The engine's inspect cannot be read: State.Pid is no integer.`
    public var description: String {
        let subject = place.isEmpty ? "it" : place
        return "The engine's \(what) cannot be read: \(subject) \(reason)."
    }
}
