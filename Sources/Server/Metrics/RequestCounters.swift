// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Synchronization

/// Counts requests by route, method and status; each is one of a few, so that a client cannot make more counters.
final class RequestCounters: Sendable {
    struct Key: Sendable, Hashable, Comparable {
        /// A route's template, never what a client sent.
        let route: String
        let method: String
        let status: Int

        init(route: String, method: String, status: Int) {
            self.route = route
            self.method = method
            self.status = status
        }

        init(route: String, method: HTTPRequest.Method, status: Int) {
            let isKnown = [.get, .head, .post, .put, .delete, .options, .patch].contains(method)
            self.init(route: route, method: isKnown ? method.rawValue : "other", status: status)
        }

        static func < (a: Key, b: Key) -> Bool {
            (a.route, a.method, a.status) < (b.route, b.method, b.status)
        }
    }

    /// The route of requests for what is not there.
    static let unmatched = "unmatched"

    private let counts = Mutex<[Key: UInt64]>([:])

    func count(_ key: Key) {
        counts.withLock { $0[key, default: 0] += 1 }
    }

    /// The counts, by route, method and status.
    var sorted: [(key: Key, count: UInt64)] {
        counts.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
