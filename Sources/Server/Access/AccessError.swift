// SPDX-License-Identifier: Apache-2.0

/// What makes a configuration of access unusable, as a sentence that names the option to change.
public struct AccessError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sentence.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
