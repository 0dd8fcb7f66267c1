// SPDX-License-Identifier: Apache-2.0

public import Observer
internal import Synchronization

extension Hub {
    /// Some of the messages that history holds.
    ///
    /// It scans on the caller's thread, outside of the lock, so it belongs off the event loops: all of a full history
    /// takes up to a tenth of a second.
    ///
    /// - Throws: ``ParameterError`` when the request's pattern proves too costly.
    public func page(_ request: PageRequest) throws(ParameterError) -> HistoryPage {
        let history = state.withLock { $0.history }
        var judge = FilterJudge(resolved(request.filter))
        // As on a stream, a number of another run, or one above the newest, stands for the oldest message held.
        let isKnown = request.run ?? configuration.run == configuration.run && request.after ?? 0 <= history.newest
        let after = isKnown ? request.after : nil
        let page =
            if let tail = request.tail, after == nil {
                history.tailPage(selectedBy: &judge, perContainer: tail, limit: request.limit)
            } else if request.order == .newest {
                history.lastPage(selectedBy: &judge, after: after, limit: request.limit)
            } else {
                history.page(selectedBy: &judge, after: after, limit: request.limit)
            }
        count(FrameSegment(), patternLimits: judge.takeLimitHits())
        if judge.hasGivenUp, let pattern = request.filter.pattern {
            throw ParameterError("re", pattern.text, "is too costly: it reached the match limit too often")
        }
        return page
    }
}
