// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Dispatch
public import Logging
public import ObserverModel
internal import Synchronization

/// Writes a file of its own for each incident, beginning before it: what the recorder writes is read along and kept.
///
/// Signs of incidents come from the messages that pass through ``outlet(before:)``; clients ask by ``record(_:)``.
public final class FlightRecorder: IncidentStanding {
    private let options: RecorderOptions
    private let limits: IncidentLimits
    private let ledger: RecordingLedger
    private let wall: any ObserverClock
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let signal: DispatchSemaphore
    private let inbox = Mutex(Inbox())
    private let shared = Mutex(IncidentStatus())
    private let opened: AsyncStream<Incident>
    private let openedInput: AsyncStream<Incident>.Continuation

    /// How many signs may wait for the thread, which is there within milliseconds: a storm beyond it is one incident.
    private static let signLimit = 4096
    /// How many requests may wait.
    private static let requestLimit = 16
    /// How often files that are up to date look for more, in nanoseconds: as often as the recorder flushes.
    private static let interval = FramePolicy.flushInterval
    /// How long what is left is copied when the observer stops, in nanoseconds: a stop takes less than 5 s in all.
    private static let stopLimit: Int64 = 1_500_000_000

    private typealias Reply = CheckedContinuation<Result<RequestedRecording, RecordingRefusal>, Never>

    private struct Inbox {
        var signs: [IncidentSign] = []
        var requests: [(request: RecordingRequest, reply: Reply)] = []
        var isStopped = false
    }

    /// Makes a flight recorder; nothing is written before ``run(tell:)``.
    ///
    /// - Parameters:
    ///   - options: The recorder's options: files go into the same folder.
    ///   - limits: How long incident recordings are.
    ///   - ledger: What the recorder has written.
    ///   - wall: The recorder's clock.
    ///   - monotonic: What flushes are measured on.
    ///   - logger: For what happens to files.
    public init(
        options: RecorderOptions,
        limits: IncidentLimits,
        ledger: RecordingLedger,
        wall: any ObserverClock,
        monotonic: some Clock<Duration>,
        logger: Logger
    ) {
        self.options = options
        self.limits = limits
        self.ledger = ledger
        self.wall = wall
        self.logger = logger
        let start = monotonic.now
        now = { start.duration(to: monotonic.now).wholeNanoseconds }
        signal = DispatchSemaphore(value: 0)
        (opened, openedInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    /// How incident recording stands.
    public var status: IncidentStatus { shared.withLock { $0 } }

    /// An outlet that looks for signs of incidents and passes everything on.
    public func outlet(before next: any MessageOutlet) -> any MessageOutlet {
        IncidentOutlet(next: next, recorder: self)
    }

    func note(_ signs: [IncidentSign]) {
        guard !signs.isEmpty else { return }
        inbox.withLock { inbox in
            inbox.signs += signs.prefix(max(0, Self.signLimit - inbox.signs.count))
        }
        signal.signal()
    }

    /// Begins a recording of what was and what will be.
    ///
    /// - Returns: The file that was begun.
    public func record(_ request: RecordingRequest) async throws(RecordingRefusal) -> RequestedRecording {
        let result = await withCheckedContinuation { (reply: Reply) in
            let refusal: RecordingRefusal? = inbox.withLock { inbox in
                guard !inbox.isStopped else { return .failed("The observer is being stopped.") }
                guard inbox.requests.count < Self.requestLimit else { return .tooMany(Self.requestLimit) }
                inbox.requests.append((request, reply))
                return nil
            }
            if let refusal { reply.resume(returning: .failure(refusal)) }
            signal.signal()
        }
        return try result.get()
    }

    /// Works until ``stop()``, then ends all files.
    ///
    /// - Parameter tell: Takes each incident that was opened, for clients and the recording.
    public func run(tell: @escaping @Sendable (Incident) async -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [opened] in for await incident in opened { await tell(incident) } }
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "flight-recorder").async { [self] in
                    work()
                    openedInput.finish()
                    continuation.resume()
                }
            }
        }
    }

    /// Takes nothing more; ``run(tell:)`` returns when what is open has been ended.
    ///
    /// The recorder must have ended before.
    public func stop() {
        inbox.withLock { $0.isStopped = true }
        signal.signal()
    }

    private func work() {
        var desk = IncidentDesk(options: options, limits: limits, ledger: ledger)
        var stopAt: Int64?
        while true {
            let work = takeWork()
            for sign in work.signs { desk.take(sign, now: now(), wall: wall.now()) }
            for (request, reply) in work.requests {
                do throws(RecordingRefusal) {
                    reply.resume(returning: .success(try desk.take(request, now: now(), wall: wall.now())))
                } catch { reply.resume(returning: .failure(error)) }
            }
            let hasMore = desk.step(now: now(), wall: wall.now(), isLast: work.isStopped)
            publish(&desk)
            if work.isStopped {
                stopAt = stopAt ?? now() + Self.stopLimit
                guard desk.isBusy, hasMore, now() < stopAt ?? 0 else { break }
            }
            if hasMore { continue }
            if desk.isBusy {
                _ = signal.wait(timeout: .now() + .nanoseconds(Int(Self.interval)))
            } else {
                signal.wait()
            }
        }
        desk.finish(now: now())
        publish(&desk)
    }

    private func takeWork() -> Inbox {
        inbox.withLock { inbox in
            defer {
                inbox.signs = []
                inbox.requests = []
            }
            return inbox
        }
    }

    private func publish(_ desk: inout IncidentDesk) {
        let status = desk.status
        shared.withLock { $0 = status }
        for report in desk.takeReports() {
            switch report {
            case .opened(let incident, let path):
                logger.warning("incident", metadata: ["path": "\(path)", "reason": "\(incident.message)"])
                openedInput.yield(incident)
            case .ended(let path, let bytes):
                logger.info("incident recording ended", metadata: ["path": "\(path)", "bytes": "\(bytes)"])
            case .failed(let reason):
                logger.error("incident recording failed", metadata: ["error": "\(reason)"])
            }
        }
    }
}

/// Looks for signs of incidents in messages on their way.
private final class IncidentOutlet: MessageOutlet {
    private let next: any MessageOutlet
    private let recorder: FlightRecorder
    private let reader = Mutex(IncidentReader())

    init(next: any MessageOutlet, recorder: FlightRecorder) {
        self.next = next
        self.recorder = recorder
    }

    func publish(_ batch: MessageBatch) {
        next.publish(batch)
        recorder.note(reader.withLock { $0.signs(in: batch) })
    }

    func waitForRoom() async {
        await next.waitForRoom()
    }
}
