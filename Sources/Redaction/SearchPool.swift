// SPDX-License-Identifier: Apache-2.0

internal import Patterns
internal import Synchronization

/// Searches that are idle, so that a line needs not make one: taking and giving back costs a tenth of making.
final class SearchPool: Sendable {
    /// How many are kept: more threads than this seldom redact at the same time, and each keeps 32 KB or more.
    static let limit = 16

    // SAFETY: a search is in the pool or in the hands of the one who took it, never both, and the mutex orders them.
    private struct Idle: @unchecked Sendable {
        let search: PatternSearch
    }

    private let idle = Mutex<[Idle]>([])
    private let groups: Int

    /// Makes a pool of searches that can tell that many groups.
    init(groups: Int) {
        self.groups = groups
    }

    /// Runs a closure with a search of its own.
    func with<Result>(_ body: (PatternSearch) -> Result) -> Result {
        let taken = idle.withLock { $0.popLast() } ?? Idle(search: PatternSearch(groups: groups))
        defer { idle.withLock { if $0.count < Self.limit { $0.append(taken) } } }
        return body(taken.search)
    }
}
