// SPDX-License-Identifier: Apache-2.0

internal import DockerAPI
internal import Patterns

/// A pattern, and what of its matches is masked.
struct RedactionRule: Sendable {
    /// The name of the group that is masked instead of the whole match.
    static let groupName = "secret"
    /// How many steps the searches of one line may take in all, about: some tens of milliseconds.
    static let lineBudget = 4_000_000
    /// How many steps each place of a long line may take at least: what sound patterns need.
    static let leastBudget = 1000

    let pattern: CompiledPattern
    /// The numbers of the groups named `secret`.
    let groups: [Int]

    init(_ pattern: CompiledPattern) {
        self.pattern = pattern
        groups = pattern.groups(named: Self.groupName)
    }

    /// How many groups a search for it must be able to tell.
    var groupCount: Int { pattern.groupCount + 1 }

    /// The text with what the rule finds masked, or `nil` when that changes nothing.
    ///
    /// A search that runs out of its limits masks the whole text. What is masked already is left alone: matches that
    /// begin inside of it are none, and those that reach into it take it up.
    ///
    /// Matches may be asked to begin in windows only.
    func masked(
        _ text: ArraySlice<UInt8>,
        _ search: PatternSearch,
        in windows: [ClosedRange<Int>]? = nil
    ) -> [UInt8]? {
        // SAFETY: the pointer does not leave the closure, and is read within its count.
        let ranges = text.withUnsafeBufferPointer { find(in: $0, search, windows ?? [0...text.count]) }
        guard let ranges else { return Mask.whole(unless: text) }
        return ranges.isEmpty ? nil : Mask.replace(ranges, in: text)
    }

    /// What is to be masked, sorted and apart from each other; `nil` when the search ran out of its limits.
    private func find(
        in text: UnsafeBufferPointer<UInt8>,
        _ search: PatternSearch,
        _ windows: [ClosedRange<Int>]
    ) -> [Range<Int>]? {
        let perPlace = min(max(Self.lineBudget / max(text.count, 1), Self.leastBudget), Int(PatternSearch.matchLimit))
        search.matchLimit = UInt32(perPlace)
        defer { search.lastStart = nil }
        var masks: [Range<Int>]?
        var found: [Range<Int>] = []
        var start = 0
        for window in windows {
            start = max(start, window.lowerBound)
            search.lastStart = window.upperBound < text.count ? window.upperBound : nil
            search: while start < text.count, start <= window.upperBound {
                switch search.find(pattern, in: text, from: start, allowsEmpty: false) {
                case .noMatch: break search
                case .tooCostly: return nil
                case .match: break
                }
                guard let whole = search.place(), whole.upperBound > start else { return nil }
                let known = masks ?? Mask.places(in: text)
                masks = known
                if let mask = Mask.place(around: whole.lowerBound, in: known) {
                    start = mask.upperBound
                    continue
                }
                note(search, whole, known, &found)
                start = whole.upperBound
            }
        }
        return Mask.merged(found)
    }

    /// Notes what of a match is to be masked.
    private func note(
        _ search: PatternSearch,
        _ whole: Range<Int>,
        _ masks: [Range<Int>],
        _ found: inout [Range<Int>]
    ) {
        let inner = groups.compactMap { search.place(ofGroup: $0) }
        for range in inner.isEmpty ? [whole] : inner where !range.isEmpty {
            if let range = Mask.widened(range, by: masks) { found.append(range) }
        }
    }
}
