// SPDX-License-Identifier: Apache-2.0

/// Why a snapshot cannot be gone on from.
public struct SnapshotError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, as a sentence for a person.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
