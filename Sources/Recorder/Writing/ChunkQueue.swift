// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel
internal import Synchronization

/// Lines that wait for the disk: the pipeline puts them in, the recorder's thread takes them out.
///
/// Bounded by the bytes of the lines. Where the bound is reached, or nothing can be written, whole batches are dropped
/// until there is room for a snapshot, from which reading goes on; what was lost is counted.
final class ChunkQueue: Sendable {
    /// What is handed to the recorder's thread.
    struct Work: Sendable {
        var chunks: [LineChunk] = []
        /// Whether nothing will follow.
        var isClosed = false
    }

    /// A chunk is closed when it has this many bytes: a writer then works while lines come in.
    private static let chunkSize = 256 << 10

    private struct State {
        var builder = ChunkBuilder()
        var chunks: [LineChunk] = []
        /// The bytes of the chunks.
        var bytes = 0
        var isDropping = false
        /// Whether dropping goes on until the writer asks for lines again.
        var isHalted = false
        var wantsSnapshot = false
        var isClosed = false
        var dropped = RecorderLoss()
        /// A snapshot that could not be written and behind which nothing was observed yet.
        var held: LineChunk?

        var size: Int { bytes + builder.chunk.bytes.count }

        mutating func put(_ chunk: LineChunk) {
            guard !chunk.isEmpty else { return }
            bytes += chunk.bytes.count
            chunks.append(chunk)
        }
    }

    private let state: Mutex<State>
    private let limit: Int
    private let wake: @Sendable () -> Void

    /// Makes a queue whose first line is a snapshot.
    ///
    /// - Parameters:
    ///   - initial: The state before the first observation that will be put in.
    ///   - time: The time of that state.
    ///   - limit: How many bytes of lines may wait.
    ///   - wake: Is called when there is something to do for the writer, from any thread.
    init(initial: StateSnapshot, time: Timestamp, limit: Int, wake: @escaping @Sendable () -> Void) {
        var state = State()
        _ = state.builder.append(initial, time: time)
        self.state = Mutex(state)
        self.limit = limit
        self.wake = wake
    }

    /// Puts in a batch.
    func put(_ batch: ObservationBatch, snapshot: () -> StateSnapshot) {
        guard let first = batch.first, let last = batch.last else { return }
        let isNews = state.withLock { state in
            guard !state.isClosed else { return false }
            let wasEmpty = state.size == 0
            if state.size >= limit { state.isDropping = true }
            if state.isDropping {
                state.dropped.add(batch.count, from: first.time, to: last.time)
                guard !state.isHalted, state.size < limit / 2 else { return false }
                beginAnew(&state, snapshot(), last.time)
                return true
            }
            for observation in batch { state.builder.append(observation) }
            if state.wantsSnapshot || state.builder.isSnapshotDue {
                state.wantsSnapshot = false
                state.put(state.builder.append(snapshot(), time: last.time))
            } else if state.builder.chunk.bytes.count >= Self.chunkSize {
                state.put(state.builder.take())
            }
            return wasEmpty || state.size >= FramePolicy.flushSize
        }
        if isNews { wake() }
    }

    private func beginAnew(_ state: inout State, _ snapshot: StateSnapshot, _ time: Timestamp) {
        state.put(state.builder.append(snapshot, time: time, loss: state.dropped))
        state.isDropping = false
        state.wantsSnapshot = false
        state.dropped = RecorderLoss()
    }

    /// How many bytes of lines wait.
    var size: Int { state.withLock { $0.size } }

    /// Takes out all that waits.
    func take() -> Work {
        state.withLock { state in
            state.put(state.builder.take())
            defer {
                state.chunks = []
                state.bytes = 0
            }
            return Work(chunks: state.chunks, isClosed: state.isClosed)
        }
    }

    /// Asks for a snapshot behind the next batch, since a new file is wanted.
    func requestSnapshot() {
        state.withLock { $0.wantsSnapshot = true }
    }

    /// Drops what waits and what comes until ``resume()``, since nothing can be written.
    ///
    /// - Parameters:
    ///   - lost: What was taken out and could not be written.
    ///   - pending: What was written before it, but not so far that a reader finds it.
    func halt(_ lost: [LineChunk], after pending: RecorderLoss = RecorderLoss()) {
        state.withLock { state in
            state.put(state.builder.take())
            state.dropped.add(pending)
            let all = lost + state.chunks
            for chunk in all { state.dropped.add(chunk) }
            state.held = state.dropped.count == 0 ? all.last { $0.snapshot != nil } : nil
            state.chunks = []
            state.bytes = 0
            state.isDropping = true
            state.isHalted = true
        }
    }

    /// Takes lines again: from the snapshot that is held if nothing was lost, else from one behind the next batch on.
    func resume() {
        state.withLock { state in
            state.isHalted = false
            guard let held = state.held.take(), state.dropped.count == 0 else { return }
            state.put(held)
            state.isDropping = false
        }
    }

    /// Takes nothing more.
    func close() {
        state.withLock { $0.isClosed = true }
        wake()
    }
}
