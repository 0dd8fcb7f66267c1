// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// Reads the engine's events, and does nothing else: an engine waits 100 ms for a slow reader and then drops
/// (engine.md, "Events").
///
/// It outlives a connection, so that after a cut the engine's ring of 256 events fills the hole as far as it reaches.
actor EventReader {
    /// How many events are remembered by their bytes, so that the overlap of ring and stream is told once: four times
    /// the ring.
    private static let rememberedLimit = 1024
    /// How many events an engine keeps (fact F3).
    private static let ring = 256

    private var lastTime: Timestamp?
    private var lastObserved: Timestamp?
    private var remembered: Set<[UInt8]> = []
    private var order: [[UInt8]] = []
    /// Whether a stream was ever open: before that nothing can have been missed.
    private var hasOpened = false
    /// When the engine was found not to answer, since the last stream was open.
    private var lostAt: Timestamp?

    private static let filters = Filters().adding("type", "container").adding("type", "network")

    /// Says that the engine could not be reached at a time; the earliest since the last stream counts.
    func noteUnreachable(at time: Timestamp) {
        lostAt = lostAt ?? time
    }

    /// Reads until the engine cannot be reached, or the task is cancelled.
    func read(into reports: Mailbox<SessionItem>, access: EngineAccess) async {
        var backoff = Backoff(first: access.timing.firstRetry, limit: access.timing.longestStreamRetry)
        while !Task.isCancelled {
            do {
                try await readStream(into: reports, access: access) { backoff.reset() }
            } catch {
                access.logger.debug("event stream ended", metadata: ["error": "\(error)"])
            }
            guard !Task.isCancelled else { return }
            // A proxy cuts idle streams; that is normal life. Only an engine that does not answer is lost.
            do {
                _ = try await access.client.get("/_ping", deadline: .seconds(5))
            } catch {
                noteUnreachable(at: access.wall.now())
                reports.put(.lost("\(error)"))
                return
            }
            guard (try? await access.clock.sleep(for: backoff.next())) != nil else { return }
        }
    }

    private func readStream(
        into reports: Mailbox<SessionItem>,
        access: EngineAccess,
        opened: () -> Void
    ) async throws {
        let target = access.target(RequestTarget("events").filters(Array(Self.filters.json.utf8)))
        let stream = try await access.client.stream(target, idleTimeout: access.timing.silence)
        defer { stream.cancel() }
        let (missed, gap) = try await missedEvents(until: stream.head, access: access)
        opened()
        hasOpened = true
        lostAt = nil
        reports.put(.opened(missed: missed, gap: gap))
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        while let bytes = try await stream.next() {
            try splitter.split(bytes, into: &objects)
            for object in objects {
                guard let event = admit(object, access: access) else { continue }
                if !reports.put(.event(event)) {
                    // The session does not keep up with thousands of events; a list finds what they told.
                    throw EventOverflow()
                }
            }
            objects.removeAll(keepingCapacity: true)
        }
    }

    /// Reads an event, unless it is known already.
    private func admit(_ json: ArraySlice<UInt8>, access: EngineAccess) -> IncomingEvent? {
        do {
            let event = try IncomingEvent(json: json)
            let key = Array(event.raw)
            guard remembered.insert(key).inserted else { return nil }
            order.append(key)
            if order.count >= 2 * Self.rememberedLimit {
                for old in order.prefix(Self.rememberedLimit) { remembered.remove(old) }
                order.removeFirst(Self.rememberedLimit)
            }
            lastTime = max(lastTime ?? event.message.time, event.message.time)
            lastObserved = access.wall.now()
            return event
        } catch {
            access.logger.warning("event not understood", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Fetches from the engine's ring what came since the last event, up to the opening of the new stream.
    ///
    /// - Returns: The events, and a gap when the ring does not reach back to the last one.
    private func missedEvents(
        until head: ResponseHead,
        access: EngineAccess
    ) async throws -> ([IncomingEvent], Gap?) {
        // What is admitted below moves the last event on.
        let from = lastObserved ?? lostAt
        guard let lastTime else {
            let isRestart = hasOpened && lostAt != nil
            return ([], isRestart ? gap(.engineRestarted, from: from, access: access) : nil)
        }
        // `Date` has whole seconds: one more makes sure that history and stream overlap. The engine then waits out
        // that second, at most (fact F4).
        let now = head["Date"].flatMap(HTTPDate.parse) ?? access.wall.now()
        let target = access.target(
            RequestTarget("events").filters(Array(Self.filters.json.utf8))
                .query("since", EngineTime.text(lastTime))
                .query("until", EngineTime.text(now.advanced(by: .seconds(1))))
        )
        let response = try await access.client.get(target)
        var splitter = JSONObjectSplitter()
        var objects: [ArraySlice<UInt8>] = []
        try splitter.split(response.body, into: &objects)
        var reachesBack = false
        var missed: [IncomingEvent] = []
        for object in objects {
            var minified: [UInt8] = []
            JSONMinify.append(object, to: &minified)
            if remembered.contains(minified) {
                reachesBack = true
            } else if let event = admit(object, access: access) {
                missed.append(event)
            }
        }
        guard !reachesBack else { return (missed, nil) }
        // `since` is inclusive (fact F2): a ring that does not hold the last event has overflown or is a new engine's
        // (facts F3, J7). Other types of events count towards its 256, so a few less mean overflow too.
        let isOverflow = objects.count >= Self.ring / 2
        return (missed, gap(isOverflow ? .eventsLost : .engineRestarted, from: from, access: access))
    }

    private func gap(_ reason: Gap.Reason, from: Timestamp?, access: EngineAccess) -> Gap {
        let message =
            reason == .eventsLost
            ? "The engine's ring of 256 events overflowed while the event stream was cut; a list shows what they led to"
            : "The engine was restarted and holds no events of the time before; a list shows what they led to"
        return Gap(
            scope: .engine,
            reason: reason,
            from: from,
            to: access.wall.now(),
            message: message
        )
    }
}

/// The session did not take events as fast as they came.
struct EventOverflow: Error, CustomStringConvertible {
    var description: String { "more events waited than are held" }
}
