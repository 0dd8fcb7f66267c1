// SPDX-License-Identifier: Apache-2.0

import Bytes
import Logging
import ObserverModel
import Synchronization
import TestSupport

@testable import Recorder

/// A stage that notes what it is told, and knows which observations its state is made of.
final class NotedStage: PlaybackStage {
    struct Notes: Sendable {
        /// The number of the snapshot that the state began with.
        var base: UInt64 = 0
        /// The observations that were folded or emitted since.
        var numbers: [UInt64] = []
        /// The observations that were emitted, since the beginning.
        var emitted: [Observation] = []
        var jumps: [(epoch: Int, sequence: UInt64, time: Timestamp)] = []
        var ends = 0
        var isClosed = false
        var clients = 0
        var delivered = 0
    }

    private let notes = Mutex(Notes())

    var now: Notes { notes.withLock { $0 } }

    var clientCount: Int { now.clients }

    func addClient() { notes.withLock { $0.clients += 1 } }

    func take(_ batch: ObservationBatch) {
        notes.withLock { notes in
            notes.numbers += batch.map(\.number)
            notes.emitted += batch
        }
    }

    func load(_ snapshot: StateSnapshot?) async throws {
        notes.withLock { notes in
            notes.base = snapshot?.number ?? 0
            notes.numbers = []
        }
    }

    func fold(_ batch: ObservationBatch) async {
        notes.withLock { $0.numbers += batch.map(\.number) }
    }

    func tellJump(epoch: Int, sequence: UInt64, time: Timestamp) async {
        notes.withLock { $0.jumps.append((epoch, sequence, time)) }
    }

    func tellEnd(sequence: UInt64, time: Timestamp) async { notes.withLock { $0.ends += 1 } }

    func waitUntilDelivered() async { notes.withLock { $0.delivered += 1 } }

    func closeStreams() async { notes.withLock { $0.isClosed = true } }

    /// Whether the state is made of every observation behind its snapshot up to a number, each once and in order.
    func isWhole(through number: UInt64) -> Bool {
        let notes = now
        guard number > notes.base else { return notes.numbers.isEmpty && number == notes.base }
        return notes.numbers == Array((notes.base + 1)...number)
    }
}

/// A recording that is played to a noted stage on a clock that the test moves.
struct Playing: Sendable {
    let source: ReplaySource
    let stage: NotedStage
    let clock: TestClock

    /// Plays for as long as the body takes.
    static func run(
        _ paths: [String],
        _ options: ReplayOptions = ReplayOptions(),
        _ body: @Sendable (Playing) async throws -> Void
    ) async throws {
        let clock = TestClock()
        let stage = NotedStage()
        let source = try ReplaySource(
            try RecordingSet(paths: paths),
            options: options,
            projection: 1,
            monotonic: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await source.attach(stage)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run { stage.take($0) } }
            try await body(Playing(source: source, stage: stage, clock: clock))
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Waits until a number of observations was emitted in all.
    func emitted(_ count: Int) async throws {
        _ = try await eventually("\(count) emitted, not \(stage.now.emitted.count)", every: .milliseconds(1)) {
            stage.now.emitted.count >= count ? true : nil
        }
    }

    func state(_ wanted: PlaybackStatus.State) async throws -> PlaybackStatus {
        try await eventually("the state \(wanted)", every: .milliseconds(1)) {
            let status = await source.status()
            return status.state == wanted ? status : nil
        }
    }
}
