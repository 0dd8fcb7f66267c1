// SPDX-License-Identifier: Apache-2.0

internal import Patterns

/// Matches lines with a pattern, within limits; for one thread at a time.
final class LineMatcher {
    /// What matching a line came to.
    enum Outcome: Sendable, Hashable {
        case match
        case noMatch
        /// A limit was reached before it was decided.
        case tooCostly
    }

    private let pattern: LinePattern
    // Whether it matches is all that is asked, so that the whole match is the only group.
    private let search = PatternSearch(groups: 1)

    init(_ pattern: LinePattern) {
        self.pattern = pattern
    }

    func match(_ text: UnsafeBufferPointer<UInt8>) -> Outcome {
        switch search.find(pattern.compiled, in: text) {
        case .match: .match
        case .noMatch: .noMatch
        case .tooCostly: .tooCostly
        }
    }
}
