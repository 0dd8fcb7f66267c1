// SPDX-License-Identifier: Apache-2.0

/// The path and the query of a request.
struct RequestTarget: Sendable, Hashable {
    /// The path as it was sent, without the query.
    let path: Substring
    /// What follows the question mark.
    let query: Substring
    /// The path's parts, still encoded; slashes that say nothing are left out.
    let segments: [Substring]

    init(_ target: String?) {
        let halves = (target ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = halves.first ?? "/"
        query = halves.count > 1 ? halves[1] : ""
        segments = path.hasPrefix("/") ? path.split(separator: "/") : [path]
    }
}
