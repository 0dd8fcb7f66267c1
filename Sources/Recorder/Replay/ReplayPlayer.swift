// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Logging
internal import ObserverModel

/// Plays a recording: waits until observations are due, hands them over, and does what `/playback` asks.
///
/// One task runs ``play(emit:)``; requests are carried out by it between two batches, so that none tears another.
actor ReplayPlayer {
    /// How many observations are handed over together at most: a few frames of 64 KiB for clients.
    private static let batchLimit = 512
    /// What is due within this time is handed over now: timers are not finer.
    private static let grain: Int64 = 1_000_000
    /// How often it is looked whether the awaited clients are there.
    private static let clientInterval = Duration.milliseconds(10)

    /// A request on its way.
    private struct Command {
        var request: PlaybackRequest
        var continuation: CheckedContinuation<Result<PlaybackStatus, PlaybackRefusal>, Never>
    }

    private let feed: FeedReader
    private let options: ReplayOptions
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let face: PlaybackClock
    private var stage: (any PlaybackStage)?

    private var pace: PlaybackPace
    private var state = PlaybackStatus.State.waiting
    private var wantsPause: Bool
    private var pending: ObservationBatch = []
    private var next = 0
    /// The state behind a hole that was read; nothing is pending then.
    private var behindHole: (state: StateSnapshot, time: Timestamp)?
    /// The time up to which everything was handed over.
    private var position: Timestamp
    private var sequence: UInt64
    private var epoch = 0
    private var commands: [Command] = []
    /// Whether nobody carries out requests any more.
    private var isOver = false
    private var wake = Latch()

    init(
        feed: any PlaybackFeed & Sendable,
        options: ReplayOptions,
        clock: some Clock<Duration>,
        face: PlaybackClock,
        logger: Logger
    ) {
        self.feed = FeedReader(feed)
        self.face = face
        self.options = options
        self.clock = clock
        self.logger = logger
        let start = clock.now
        let now: @Sendable () -> Int64 = { start.duration(to: clock.now).wholeNanoseconds }
        self.now = now
        position = options.since ?? feed.range.lowerBound
        sequence = max(1, feed.firstNumber) - 1
        wantsPause = options.startsPaused
        pace = PlaybackPace(speed: options.speed, isPaused: true, time: position, now: 0)
    }

    func attach(_ stage: any PlaybackStage) { self.stage = stage }

    private var end: Timestamp { min(options.until ?? feed.range.upperBound, feed.range.upperBound) }

    // MARK: Playing

    /// Plays until the task is cancelled, or to the end if the options say so.
    func play(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws {
        let feed = feed
        try await withThrowingTaskGroup { group in
            group.addTask { await feed.run() }
            group.addTask { try await self.playOn(emit: emit) }
            // The reader ends when it is told to; whichever ends first, or fails, ends the other.
            try await group.next()
            group.cancelAll()
        }
    }

    private func playOn(emit: @escaping @Sendable (ObservationBatch) async -> Void) async throws {
        // Whatever ends it, nobody must wait for an answer any more.
        defer {
            isOver = true
            for command in commands { command.continuation.resume(returning: .success(status())) }
            commands = []
        }
        try await go(to: options.since, isJump: false)
        await awaitClients()
        if state == .waiting { setPaused(wantsPause) }
        while !Task.isCancelled {
            if !commands.isEmpty {
                await perform(commands.removeFirst(), emit: emit)
                continue
            }
            guard state == .playing else {
                await rest(until: nil)
                continue
            }
            guard try await refill() else {
                await finish()
                if options.exits { return }
                continue
            }
            let limit = pace.due(at: now() + Self.grain)
            if await handOver(limit, emit: emit) { continue }
            await rest(until: nextTime.flatMap { pace.moment(of: $0) })
        }
    }

    private func awaitClients() async {
        while let stage, stage.clientCount < options.awaitedClients, !Task.isCancelled {
            if !commands.isEmpty { return }
            try? await clock.sleep(for: Self.clientInterval)
        }
    }

    /// The time of what is handed over next, where that was read.
    private var nextTime: Timestamp? { behindHole?.time ?? (next < pending.count ? pending[next].time : nil) }

    /// Makes sure that there is something to hand over.
    ///
    /// - Returns: Whether there is; there is nothing at the end.
    private func refill() async throws -> Bool {
        while nextTime == nil {
            pending.removeAll(keepingCapacity: true)
            next = 0
            guard let item = try await feed.next() else { return false }
            switch item {
            case .observations(let batch): pending = batch
            case .state(let state, let time): behindHole = (state, time)
            case .damage(let text): logger.warning("the recording is damaged", metadata: ["error": "\(text)"])
            }
        }
        guard let nextTime, nextTime <= end else { return false }
        skipSilence(before: nextTime)
        return true
    }

    /// Passes over a silence that lasts too long.
    private func skipSilence(before time: Timestamp) {
        guard let limit = options.longestSilence, case .times = pace.speed else { return }
        let silence = time.duration(since: position)
        guard silence > limit, !pace.isPaused else { return }
        let target = time.advanced(byNanoseconds: -limit.wholeNanoseconds)
        if target > pace.due(at: now()) { pace.anchor(target, now: now()) }
        position = target
    }

    /// Hands over what is due by a time.
    ///
    /// - Returns: Whether anything was.
    private func handOver(
        _ limit: Timestamp,
        emit: @Sendable (ObservationBatch) async -> Void
    ) async -> Bool {
        let limit = min(limit, end)
        if let (state, time) = behindHole {
            guard time <= limit else { return false }
            behindHole = nil
            position = max(position, time)
            await load(state)
            return true
        }
        var last = next
        while last < pending.count, last - next < Self.batchLimit, pending[last].time <= limit { last += 1 }
        guard last > next else { return false }
        position = pending[last - 1].time
        sequence = pending[last - 1].number
        // At full speed what was read together goes on together, without a copy.
        let batch = next == 0 && last == pending.count ? pending : Array(pending[next..<last])
        next = last
        show()
        await emit(batch)
        return true
    }

    private func finish() async {
        state = .ended
        position = end
        pace.set(isPaused: true, at: position, now: now())
        show()
        await stage?.tellEnd(sequence: sequence, time: end)
        guard options.exits else { return }
        await stage?.waitUntilDelivered()
        await stage?.closeStreams()
    }

    /// Waits for a moment or a request.
    private func rest(until moment: Int64?) async {
        guard commands.isEmpty else { return }
        show()
        let latch = wake
        guard let moment else { return await latch.wait() }
        let rest = moment - now()
        guard rest > 0 else { return }
        if await latch.wait(atMost: .nanoseconds(rest), clock: clock) { wake = Latch() }
    }

    private func setPaused(_ isPaused: Bool) {
        guard state != .ended || isPaused else { return }
        let due = max(position, min(pace.due(at: now()), end))
        // What was due and not yet handed over is not skipped: it is due again at once.
        pace.set(isPaused: isPaused, at: pace.isPaused ? position : due, now: now())
        state = isPaused ? .paused : .playing
        if isPaused { position = max(position, nextTime.map { min(due, $0) } ?? due) }
    }

    // MARK: Requests

    /// Carries out a request in its turn.
    func apply(_ request: PlaybackRequest) async throws(PlaybackRefusal) -> PlaybackStatus {
        if let time = request.seek, !feed.range.contains(time) {
            throw PlaybackRefusal(
                "The recording goes from \(feed.range.lowerBound) to \(feed.range.upperBound); \(time) is outside of it."
            )
        }
        guard !isOver else { throw PlaybackRefusal("Playback is over: the observer is being stopped.") }
        let result = await withCheckedContinuation { continuation in
            commands.append(Command(request: request, continuation: continuation))
            wake.open()
            wake = Latch()
        }
        return try result.get()
    }

    private func perform(
        _ command: Command,
        emit: @escaping @Sendable (ObservationBatch) async -> Void
    ) async {
        let request = command.request
        do {
            if let time = request.seek { try await go(to: time, isJump: true) }
            if let speed = request.speed { pace.set(speed, at: current, now: now()) }
            if let isPaused = request.paused { setPaused(isPaused) }
            if let distance = request.advance { try await advance(distance, emit: emit) }
            command.continuation.resume(returning: .success(status()))
        } catch {
            command.continuation.resume(returning: .failure(PlaybackRefusal("The recording cannot be read: \(error).")))
        }
    }

    /// The present: up to where time has come, as far as it was handed over.
    private var current: Timestamp {
        let due = min(pace.due(at: now()), end)
        return max(position, nextTime.map { min(due, $0) } ?? due)
    }

    /// Plays a distance at once and stands still there.
    private func advance(
        _ distance: Duration,
        emit: @escaping @Sendable (ObservationBatch) async -> Void
    ) async throws {
        let target = min(current.advanced(by: distance), end)
        while try await refill(), await handOver(target, emit: emit) {}
        position = max(position, target)
        state = .paused
        pace.set(isPaused: true, at: position, now: now())
        await stage?.waitUntilDelivered()
    }

    /// Goes to a time: the state is that after all that was observed up to it.
    private func go(to time: Timestamp?, isJump: Bool) async throws {
        let place = try await feed.seek(to: time ?? feed.range.lowerBound)
        pending = []
        next = 0
        behindHole = nil
        sequence = max(1, feed.firstNumber) - 1
        await load(place.snapshot)
        if let time { try await fold(through: time) }
        position = time ?? feed.range.lowerBound
        pace.anchor(position, now: now())
        guard isJump else { return }
        if state == .ended { setPaused(true) }
        epoch += 1
        await stage?.tellJump(epoch: epoch, sequence: sequence, time: position)
    }

    /// Begins anew with a state, that before any observation where there is none.
    private func load(_ state: StateSnapshot?) async {
        do {
            try await stage?.load(state)
            if let state { sequence = max(sequence, state.number) }
        } catch {
            logger.warning("the recording's state was not loaded", metadata: ["error": "\(error)"])
        }
    }

    private func fold(through time: Timestamp) async throws {
        while let item = try await feed.next() {
            switch item {
            case .state(let state, let since) where since > time:
                // The time lies in a hole: what is known of it is what was before.
                behindHole = (state, since)
                return
            case .state(let state, _): await load(state)
            case .damage(let text): logger.warning("the recording is damaged", metadata: ["error": "\(text)"])
            case .observations(let batch):
                let count = batch.firstIndex { $0.time > time } ?? batch.count
                if count > 0 {
                    await stage?.fold(Array(batch[..<count]))
                    sequence = batch[count - 1].number
                }
                guard count < batch.count else { continue }
                pending = batch
                next = count
                return
            }
        }
    }

    /// Lets the clock show the present.
    private func show() {
        let limit = nextTime.map { min($0, end) } ?? end
        face.set(PlaybackClock.Face(pace: pace, from: position, through: limit), now: now)
    }

    /// Where playback stands.
    func status() -> PlaybackStatus {
        let now = now()
        var lag = Duration.zero
        if state == .playing, let nextTime, let moment = pace.moment(of: nextTime), moment < now,
            case .times = pace.speed
        {
            lag = .nanoseconds(now - moment)
        }
        return PlaybackStatus(
            state: state,
            speed: pace.speed,
            position: current,
            start: feed.range.lowerBound,
            end: feed.range.upperBound,
            sequence: sequence,
            lag: lag,
            epoch: epoch
        )
    }
}
