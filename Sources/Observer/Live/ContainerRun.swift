// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel
internal import Synchronization

/// One run of a container, from its `start` to its `die`, as its readers and its watcher see it.
final class ContainerRun: Sendable {
    /// From where the log is read when nothing was read before.
    enum Beginning: Hashable, Sendable {
        /// From the first line that the driver holds.
        case all
        /// From a number of lines before the newest.
        case tail(Int)
    }

    /// The time at which the engine says that it started.
    let startedAt: Timestamp?
    /// From where its log is read when nothing was read before.
    let beginning: Beginning
    /// Whether the container has a TTY, whose log has no frames (fact H2).
    let isTTY: Bool
    /// Opens when the run is known to have ended.
    let ended = Latch()
    /// Opens when all of the run's lines were delivered, or cannot be had.
    let drained = Latch()
    /// Whether its log is followed; one whose `die` waits already is read once, up to that `die`, since to follow it
    /// would bring the next run's lines too early.
    let isFollowed: Bool
    /// Says that the run seems to have ended though no `die` told so.
    let suspect: @Sendable () -> Void
    private let end = Mutex<Timestamp?>(nil)

    init(
        startedAt: Timestamp?,
        beginning: Beginning,
        isTTY: Bool,
        isFollowed: Bool,
        suspect: @escaping @Sendable () -> Void
    ) {
        self.isFollowed = isFollowed
        self.suspect = suspect
        self.startedAt = startedAt
        self.beginning = beginning
        self.isTTY = isTTY
    }

    /// The time of the run's `die`, once it is known; lines behind it belong to the next run.
    var endTime: Timestamp? { end.withLock { $0 } }

    /// Says that the run has ended.
    func end(at time: Timestamp?) {
        end.withLock { $0 = time }
        ended.open()
    }
}
