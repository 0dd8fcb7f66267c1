// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import Dispatch
public import Logging
public import ObserverModel
internal import Synchronization

/// Records every observation that the pipeline makes.
///
/// ``take(_:snapshot:)`` makes lines and puts them into a bounded queue; a thread of its own compresses and writes them.
/// Nothing that goes wrong with the disk reaches the pipeline: it is told by ``status``, the log and a gap.
public final class DiskRecorder: ObservationSink, RecorderStanding {
    private let queue: ChunkQueue
    private let options: RecorderOptions
    private let wall: any ObserverClock
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let signal: DispatchSemaphore
    private let shared = Mutex(RecorderStatus())
    /// Which files were written, for those who read along.
    public let ledger = RecordingLedger()
    private let gaps: AsyncStream<Gap>
    private let gapInput: AsyncStream<Gap>.Continuation
    private let firstStep: AsyncStream<Void>
    private let firstStepInput: AsyncStream<Void>.Continuation

    /// How many gaps may wait to be told: they come once a retry at most.
    private static let gapLimit = 64

    /// Makes a recorder; no file is begun before ``run(tell:)``.
    ///
    /// - Parameters:
    ///   - options: What is recorded, and where.
    ///   - initial: The projector's state before the first observation.
    ///   - wall: The clock of file names and headers.
    ///   - monotonic: What flushes, retries and ages are measured on.
    ///   - logger: For what happens to files.
    public init(
        options: RecorderOptions,
        initial: StateSnapshot,
        wall: any ObserverClock,
        monotonic: some Clock<Duration>,
        logger: Logger
    ) {
        self.options = options
        self.wall = wall
        self.logger = logger
        let start = monotonic.now
        now = { start.duration(to: monotonic.now).wholeNanoseconds }
        let signal = DispatchSemaphore(value: 0)
        self.signal = signal
        queue = ChunkQueue(initial: initial, time: wall.now(), limit: RecorderOptions.queueLimit) { signal.signal() }
        (firstStep, firstStepInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (gaps, gapInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.gapLimit))
    }

    /// How recording stands.
    public var status: RecorderStatus { shared.withLock { $0 } }

    /// Waits until the first file was begun, or could not be; for one caller.
    public func begun() async {
        for await _ in firstStep {}
    }

    /// How many bytes of lines wait to be written.
    public var queuedBytes: Int { queue.size }

    /// Takes a batch; never waits for the disk.
    public func take(_ batch: ObservationBatch, snapshot: () -> StateSnapshot) {
        queue.put(batch, snapshot: snapshot)
    }

    /// Writes until ``stop()``, then ends the file.
    ///
    /// - Parameter tell: Takes a gap that clients and the recording are to be told of.
    public func run(tell: @escaping @Sendable (Gap) async -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [gaps] in for await gap in gaps { await tell(gap) } }
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "recorder").async { [self] in
                    work()
                    gapInput.finish()
                    continuation.resume()
                }
            }
        }
    }

    /// Takes nothing more; ``run(tell:)`` returns when all is on the disk.
    public func stop() {
        queue.close()
    }

    private func work() {
        var core = RecorderCore(options: options, queue: queue, ledger: ledger)
        while true {
            let hasEnded = core.step(now: now(), wall: wall.now())
            let status = core.status
            shared.withLock { $0 = status }
            for report in core.takeReports() { pass(report) }
            firstStepInput.finish()
            if hasEnded { return }
            guard let deadline = core.deadline else {
                signal.wait()
                continue
            }
            let rest = max(0, deadline - now())
            _ = signal.wait(timeout: .now() + .nanoseconds(Int(rest)))
        }
    }

    private func pass(_ report: RecorderCore.Report) {
        switch report {
        case .began(let path): logger.info("recording", metadata: ["path": "\(path)"])
        case .ended(let path, let bytes):
            logger.info("recording ended", metadata: ["path": "\(path)", "bytes": "\(bytes)"])
        case .removed(let path): logger.info("old recording removed", metadata: ["path": "\(path)"])
        case .failed(let reason): logger.error("recording failed", metadata: ["error": "\(reason)"])
        case .gap(let gap): gapInput.yield(gap)
        }
    }
}
