// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization

/// Logs refusals with what would allow them, but not more than a log can bear: whoever is refused may ask a thousand
/// times a second.
final class RefusalLog: Sendable {
    /// Enough for a person who tries things out; a day of them is some tens of megabytes.
    static let linesPerSecond = 5

    private struct State {
        var bucket = TokenBucket(rate: RefusalLog.linesPerSecond)
        var unlogged = 0
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let stopwatch: Stopwatch
    private let logger: Logger

    init(logger: Logger, clock: any Clock<Duration>) {
        self.logger = logger
        stopwatch = Stopwatch(clock)
    }

    /// How many requests were refused, by code.
    var counts: [(code: String, count: Int)] {
        state.withLock { $0.counts }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Takes a refusal; `method` and `path` are the request's, the path without its query.
    func note(_ refusal: AccessRefusal, method: String, path: String) {
        let now = stopwatch.elapsed
        let unlogged: Int? = state.withLock { state in
            state.counts[refusal.code, default: 0] += 1
            guard state.bucket.take(at: now) else {
                state.unlogged += 1
                return nil
            }
            defer { state.unlogged = 0 }
            return state.unlogged
        }
        guard let unlogged else { return }
        var metadata: Logger.Metadata = [
            "http.method": "\(method)", "http.path": "\(path.prefix(200))", "http.status": "\(refusal.status)",
            "code": "\(refusal.code)",
        ]
        if unlogged > 0 { metadata["unlogged"] = "\(unlogged)" }
        logger.warning("request refused: \(refusal.message)", metadata: metadata)
    }
}
