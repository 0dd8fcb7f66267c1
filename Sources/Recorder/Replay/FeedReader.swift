// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel
internal import Synchronization

/// Reads a recording a few batches ahead of the player, on a task of its own: while lines are projected and sent, those
/// that come next are decompressed and parsed.
///
/// An actor, so that a jump waits for the batch that is being read. What was read waits on a shelf, which the player
/// takes from without waiting for the reader.
actor FeedReader {
    /// How many batches are read ahead: each is 128 KiB of lines, 4 MiB in all with what they are parsed into.
    private static let shelfLimit = 16
    /// At how many the reader is woken: each time costs as much as reading ten lines.
    private static let shelfLow = 8

    private let feed: any PlaybackFeed
    /// The times between which the recording lies.
    nonisolated let range: ClosedRange<Timestamp>
    /// The number of its first observation.
    nonisolated let firstNumber: UInt64

    /// What lies on the shelf.
    private struct Shelf {
        var items: [Result<FeedItem?, any Error>] = []
        /// Whether nothing more is to be read: the end, or an error, lies on the shelf or was taken.
        var isOver = false
        /// Opened when the reader has something to do.
        var room = Latch()
        /// Opened when the player has something to take.
        var news = Latch()

        var wantsMore: Bool { !isOver && items.count < FeedReader.shelfLimit }
    }

    private let shelf = Mutex(Shelf())

    init(_ feed: any PlaybackFeed & Sendable) {
        self.feed = feed
        range = feed.range
        firstNumber = feed.firstNumber
    }

    /// Reads ahead until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            step()
            let latch = shelf.withLock { shelf in
                if shelf.wantsMore { return Latch?.none }
                shelf.room = Latch()
                return shelf.room
            }
            await latch?.wait()
        }
    }

    private func step() {
        guard shelf.withLock({ $0.wantsMore }) else { return }
        let item: Result<FeedItem?, any Error>
        do { item = .success(try feed.next()) } catch { item = .failure(error) }
        let news = shelf.withLock { shelf in
            shelf.items.append(item)
            if case .success(.some) = item {} else { shelf.isOver = true }
            return shelf.news
        }
        news.open()
    }

    /// Goes to a frame from which the state as of a time can be folded, and reads on from there.
    func seek(to time: Timestamp) throws -> FeedPlace {
        defer {
            let room = shelf.withLock { shelf in
                shelf.items = []
                shelf.isOver = false
                return shelf.room
            }
            room.open()
        }
        return try feed.seek(to: time)
    }

    /// What comes next; `nil` at the end, and when the task is cancelled.
    nonisolated func next() async throws -> FeedItem? {
        while !Task.isCancelled {
            let (item, latch) = shelf.withLock { shelf in
                guard let first = shelf.items.first else {
                    shelf.news = Latch()
                    return (Result<FeedItem?, any Error>?.none, Latch?.some(shelf.news))
                }
                // The end stays: it is asked for again.
                guard case .success(.some) = first else { return (first, nil) }
                shelf.items.removeFirst()
                return (first, shelf.items.count <= Self.shelfLow ? shelf.room : nil)
            }
            if let item {
                latch?.open()
                return try item.get()
            }
            await latch?.wait()
        }
        return nil
    }
}
