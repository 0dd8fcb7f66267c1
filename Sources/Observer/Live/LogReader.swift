// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI
internal import EngineClient
internal import Logging
internal import ObserverModel

/// Reads one container's log, run after run, each line once (law 5).
///
/// It outlives a connection to the engine: what it delivered is remembered in its cursor. One task at a time reads.
actor LogReader {
    private let id: ContainerID
    private var cursor = LogCursor()
    /// The time of a line whose beginning came before the last cut.
    private var pending: Timestamp?
    /// Whether the log was seen to be empty before the first line came, so that the next request reads all of it.
    private var sawEmptyLog = false
    /// The engine's time at the first request, to the second.
    private var anchor: Timestamp?
    private var toldUnreadable = false
    private var toldErrors: Set<String> = []

    /// How many different in-band errors of one container are told: each is a gap, and a broken driver may find a new
    /// wording for each line.
    private static let toldErrorLimit = 16
    /// How often a sweep that is cut is begun again: over half a minute with the waits between.
    ///
    /// What is still missing
    /// then comes with the next run, whose request begins where this one ended.
    private static let sweepLimit = 12

    init(id: ContainerID) {
        self.id = id
    }

    /// How one request for the log ended.
    private enum Outcome {
        /// The response ended as it should: the container stopped, or a proxy tired of it.
        case ended
        /// The connection was cut, or there was none.
        case cut(String)
        /// There was no line for so long that the stream is asked for anew.
        case silent
        /// The container is gone.
        case gone
        /// The log driver cannot be read.
        case unreadable(String)
    }

    /// Follows a run until it has ended and all of its lines were delivered.
    func read(_ run: ContainerRun, access: EngineAccess) async {
        defer { if !Task.isCancelled { run.drained.open() } }
        var backoff = Backoff(first: access.timing.firstRetry, limit: access.timing.longestStreamRetry)
        if !run.isFollowed { await run.ended.wait() }
        while !run.ended.isOpen, !Task.isCancelled {
            let before = cursor.delivered
            let outcome = await request(run, follow: true, access: access)
            if cursor.delivered > before { backoff.reset() }
            switch outcome {
            case .silent:
                continue
            case .gone:
                return
            case .unreadable(let reason):
                await tellUnreadable(reason, access: access)
                return
            case .ended:
                break
            case .cut(let reason):
                access.logger.debug(
                    "log stream cut",
                    metadata: ["container.id": "\(id.short)", "error": "\(reason)"]
                )
            }
            if await run.ended.wait(atMost: backoff.next(), clock: access.clock) { break }
            guard await isStillRunning(run, access: access) else {
                // The `die` is on its way, or was lost.
                if await !run.ended.wait(atMost: access.timing.grace, clock: access.clock) { run.suspect() }
                await run.ended.wait()
                break
            }
        }
        guard !Task.isCancelled else { return }
        // Follow misses an unterminated last line (fact H14), and a cut may have left lines behind.
        await sweep(run, access: access)
    }

    /// Reads once more what the run may have left, without following.
    private func sweep(_ run: ContainerRun, access: EngineAccess) async {
        var backoff = Backoff(first: access.timing.firstRetry, limit: access.timing.longestStreamRetry)
        for _ in 0..<Self.sweepLimit where !Task.isCancelled {
            switch await request(run, follow: false, access: access) {
            case .ended, .gone: return
            case .unreadable(let reason): return await tellUnreadable(reason, access: access)
            case .cut, .silent: try? await access.clock.sleep(for: backoff.next())
            }
        }
    }

    /// Whether the container is still in the run, as far as the engine says; waits until it says something.
    private func isStillRunning(_ run: ContainerRun, access: EngineAccess) async -> Bool {
        var backoff = Backoff(first: access.timing.firstRetry, limit: access.timing.longestStreamRetry)
        while !Task.isCancelled, !run.ended.isOpen {
            do {
                guard case .found(let inspection) = try await access.inspect(id) else { return false }
                let state = inspection.container.state
                let isSameRun = run.startedAt == nil || state.startedAt == run.startedAt
                return state.isRunning && !state.isRestarting && isSameRun
            } catch {
                _ = await run.ended.wait(atMost: backoff.next(), clock: access.clock)
            }
        }
        return false
    }

    // MARK: One request

    /// Asks for the log from where the cursor stands, and delivers what is new.
    private func request(_ run: ContainerRun, follow: Bool, access: EngineAccess) async -> Outcome {
        let since = cursor.resume(pending: pending)
        do {
            let stream = try await access.client.stream(
                access.target(target(run, since: since, follow: follow)),
                idleTimeout: silence(access.timing)
            )
            defer { stream.cancel() }
            if anchor == nil { anchor = stream.head["Date"].flatMap(HTTPDate.parse) }
            return try await deliver(stream, run: run, isSweep: !follow, access: access)
        } catch let error as EngineError {
            switch (error.status, error.code) {
            case (404, _): return .gone
            case (501, _): return .unreadable(error.message)
            case (_, .idle):
                if cursor.highest == nil { sawEmptyLog = true }
                return .silent
            default: return .cut(error.description)
            }
        } catch {
            return .cut("\(error)")
        }
    }

    private func target(_ run: ContainerRun, since: Timestamp?, follow: Bool) -> RequestTarget {
        var target = RequestTarget("containers", id.description, "logs")
            .query("stdout", true).query("stderr", true).query("timestamps", true)
        if follow { target = target.query("follow", true) }
        if let since = since ?? firstMoment(of: run) {
            // Never together with `tail`, which the engine applies first (engine.md).
            target = target.query("since", EngineTime.text(since))
        } else if case .tail(let count) = run.beginning, !sawEmptyLog {
            target = target.query("tail", count)
        }
        if !follow, let end = run.endTime { target = target.query("until", EngineTime.text(end)) }
        return target
    }

    /// From when on lines are wanted of a container that was found running and whose old lines are not wanted: from
    /// the engine's time at the first request, which was answered with nothing so far.
    private func firstMoment(of run: ContainerRun) -> Timestamp? {
        run.beginning == .tail(0) ? anchor : nil
    }

    /// The time of silence after which this container's stream is asked for anew: up to a half longer than for others.
    private func silence(_ timing: LiveTiming) -> Duration {
        timing.silence + timing.silence * Int(id.leadingWord % 1000) / 2000
    }

    /// Reads a response to its end and delivers what is new in it.
    private func deliver(
        _ stream: EngineStream,
        run: ContainerRun,
        isSweep: Bool,
        access: EngineAccess
    ) async throws -> Outcome {
        var decoder = LogDecoder(framing: run.isTTY ? .raw : .multiplexed, maximumLine: access.options.maximumLine)
        var lines: [DecodedLine] = []
        defer { pending = decoder.pendingTimestamp }
        while let bytes = try await stream.next() {
            var failure: LogStreamError?
            do { try decoder.decode(bytes, into: &lines) } catch { failure = error }
            await deliver(&lines, access: access)
            if let failure { try await tell(failure, access: access) }
        }
        // The end of a followed response is no end of a line: the sweep, or the next request, brings it whole.
        guard isSweep else { return .ended }
        var failure: LogStreamError?
        do { try decoder.finish(into: &lines) } catch { failure = error }
        await deliver(&lines, access: access)
        if let failure { try await tell(failure, access: access) }
        return .ended
    }

    /// Delivers the lines that are new, as one batch, and empties the array.
    private func deliver(_ lines: inout [DecodedLine], access: EngineAccess) async {
        guard !lines.isEmpty else { return }
        var batch = ObservationBatch()
        batch.reserveCapacity(lines.count)
        for line in lines {
            let logLine = LogLine(
                container: id,
                timestamp: line.timestamp ?? cursor.highest ?? access.wall.now(),
                stream: line.stream == .stderr ? .stderr : .stdout,
                bytes: line.bytes,
                continues: line.continues,
                isUnterminated: line.isUnterminated
            )
            let last = cursor.highest
            switch cursor.judge(logLine) {
            case .drop:
                continue
            case .deliver:
                break
            case .deliverAfterLoss:
                batch.append(Observation(fact: .gap(rotated(from: last, to: logLine.timestamp))))
            }
            batch.append(Observation(fact: .log(logLine)))
        }
        lines.removeAll(keepingCapacity: true)
        if !batch.isEmpty { await access.emit(batch) }
    }

    // MARK: What is told

    private func rotated(from: Timestamp?, to: Timestamp) -> Gap {
        Gap(
            scope: .container,
            container: id,
            reason: .rotated,
            from: from,
            to: to,
            message: "The log driver no longer holds what was written between the last line delivered and the next"
        )
    }

    private func tellUnreadable(_ reason: String, access: EngineAccess) async {
        guard !toldUnreadable else { return }
        toldUnreadable = true
        await access.emit(.gap(Gap(scope: .container, container: id, reason: .driverUnreadable, message: reason)))
    }

    /// Tells of what the engine said in the stream instead of lines.
    ///
    /// - Throws: The error, when nothing that follows in this response can be understood.
    private func tell(_ error: LogStreamError, access: EngineAccess) async throws {
        let text = "\(error)"
        if toldErrors.count < Self.toldErrorLimit, toldErrors.insert(text).inserted {
            let message = "The engine could not read this container's log: \(text)"
            await access.emit(.gap(Gap(scope: .container, container: id, reason: .streamCut, message: message)))
        }
        guard case .systemError = error else { throw error }
    }
}
