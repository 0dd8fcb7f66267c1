// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import NIOCore

/// Where a client stands in its selection's ring.
struct RingCursor: Sendable, Hashable {
    /// The bytes of all frames before it, since the ring's beginning.
    fileprivate(set) var offset: UInt64
    /// The messages before it, since the ring's beginning.
    fileprivate(set) var ordinal: UInt64
    /// The number of the last message that its client has or was told that it missed.
    fileprivate(set) var lastSequence: UInt64

    fileprivate init(offset: UInt64, ordinal: UInt64, lastSequence: UInt64) {
        self.offset = offset
        self.ordinal = ordinal
        self.lastSequence = lastSequence
    }

    /// A cursor at the beginning of an empty ring, for a client that has all up to `sequence`.
    init(after sequence: UInt64) {
        self.init(offset: 0, ordinal: 0, lastSequence: sequence)
    }
}

/// What a cursor meets next.
enum RingStep: Sendable {
    /// Frames to write, and what they count as.
    case frames(FrameSegment)
    /// Messages that were evicted before the cursor came to them.
    case gap(first: UInt64, last: UInt64, lost: UInt64)
}

/// The encoded frames of one selection, from the slowest client's position to the newest.
///
/// A segment is shared by all clients and never changes once a client has got it: the open one is sealed the moment that
/// somebody takes it. Each sealed segment knows how many cursors stand before it, so what all have passed is known at
/// once. Small segments that only laggards still need are merged, so that a trickle of single messages does not cost a
/// multiple of its size.
struct SelectionRing: Sendable {
    private struct Held: Sendable {
        var segment: FrameSegment
        var offset: UInt64
        var ordinal: UInt64
        /// How many cursors stand before this segment, those included that fell off before it.
        var readers: Int

        var end: UInt64 { offset + UInt64(segment.byteCount) }
    }

    private let segmentBytes: Int
    private var sealed: Deque<Held> = []
    private var open = FrameSegment()
    private var openOffset: UInt64 = 0
    private var openOrdinal: UInt64 = 0
    private var openReaders = 0
    private var sealedCost = 0
    private var evictedSequence: UInt64 = 0

    /// Makes an empty ring whose segments are sealed at a size.
    init(segmentBytes: Int = FrameSegment.fullBytes) {
        self.segmentBytes = segmentBytes
    }

    /// What is held, in bytes.
    var cost: Int { sealedCost + open.cost }
    var isEmpty: Bool { sealed.isEmpty && open.isEmpty }

    // MARK: Writing

    /// Appends a run's frames.
    mutating func append(_ segments: [FrameSegment]) {
        for segment in segments { append(segment) }
    }

    /// Appends frames: to the open segment, or as the new open one.
    mutating func append(_ segment: FrameSegment) {
        guard !segment.isEmpty else { return }
        if open.isEmpty {
            open = segment
        } else if open.byteCount + segment.byteCount <= segmentBytes {
            open.append(segment)
        } else {
            seal()
            open = segment
        }
    }

    /// Drops the oldest sealed segment; the cursors before it stand before the next one then, with a gap to tell of.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    mutating func evict() -> Bool {
        guard let oldest = sealed.popFirst() else { return false }
        sealedCost -= oldest.segment.cost
        evictedSequence = oldest.segment.lastSequence
        if sealed.isEmpty { openReaders += oldest.readers } else { sealed[0].readers += oldest.readers }
        return true
    }

    // MARK: Reading

    /// A cursor at the end, for a client that has all up to `sequence`.
    mutating func join(after sequence: UInt64) -> RingCursor {
        if !open.isEmpty { seal() }
        openReaders += 1
        let cursor = RingCursor(offset: openOffset, ordinal: openOrdinal, lastSequence: sequence)
        trim()
        return cursor
    }

    /// Takes a cursor out.
    mutating func leave(_ cursor: RingCursor) {
        removeReader(at: place(of: cursor))
        trim()
    }

    /// Moves a cursor on by one segment, or over what it missed; `nil` when it has all.
    mutating func next(_ cursor: inout RingCursor) -> RingStep? {
        if let gap = missed(&cursor) { return gap }
        if cursor.offset == openOffset {
            guard !open.isEmpty else { return nil }
            seal()
        }
        let place = place(of: cursor)
        let segment = sealed[place].segment
        removeReader(at: place)
        if place + 1 < sealed.count { sealed[place + 1].readers += 1 } else { openReaders += 1 }
        cursor.offset += UInt64(segment.byteCount)
        cursor.ordinal += UInt64(segment.messageCount)
        cursor.lastSequence = segment.lastSequence
        trim()
        return .frames(segment)
    }

    /// Whether a cursor has everything.
    func isAtEnd(_ cursor: RingCursor) -> Bool {
        cursor.offset == openOffset && open.isEmpty
    }

    /// How far a cursor is behind, in bytes.
    func lag(of cursor: RingCursor) -> Int {
        Int(openOffset - min(cursor.offset, openOffset)) + open.byteCount
    }

    // MARK: Inside

    private var heldOffset: UInt64 { sealed.first?.offset ?? openOffset }
    private var heldOrdinal: UInt64 { sealed.first?.ordinal ?? openOrdinal }

    /// Moves a cursor that fell off to the oldest segment held, where it is counted already.
    private func missed(_ cursor: inout RingCursor) -> RingStep? {
        guard cursor.offset < heldOffset else { return nil }
        let lost = heldOrdinal - cursor.ordinal
        let first = cursor.lastSequence + 1
        cursor = RingCursor(offset: heldOffset, ordinal: heldOrdinal, lastSequence: evictedSequence)
        return lost > 0 ? .gap(first: first, last: evictedSequence, lost: lost) : nil
    }

    /// The index of the segment that a cursor stands before; the number of sealed ones for the open one.
    private func place(of cursor: RingCursor) -> Int {
        guard cursor.offset < openOffset else { return sealed.count }
        var low = 0
        var high = sealed.count
        while low < high {
            let middle = (low + high) / 2
            if sealed[middle].end <= cursor.offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func removeReader(at place: Int) {
        if place < sealed.count { sealed[place].readers -= 1 } else { openReaders -= 1 }
    }

    /// Frees what all have passed.
    private mutating func trim() {
        while let first = sealed.first, first.readers == 0 {
            sealedCost -= first.segment.cost
            sealed.removeFirst()
        }
    }

    private mutating func seal() {
        mergeSmall()
        sealed.append(Held(segment: open, offset: openOffset, ordinal: openOrdinal, readers: openReaders))
        sealedCost += open.cost
        openOffset += UInt64(open.byteCount)
        openOrdinal += UInt64(open.messageCount)
        open = FrameSegment()
        openReaders = 0
    }

    /// Merges the last two sealed segments while no cursor stands between them and they are of about the same size,
    /// so that each byte is copied a logarithmic number of times at most.
    private mutating func mergeSmall() {
        while sealed.count >= 2 {
            let last = sealed[sealed.count - 1]
            let before = sealed[sealed.count - 2]
            let size = before.segment.byteCount + last.segment.byteCount
            guard last.readers == 0, size <= segmentBytes,
                before.segment.byteCount <= 2 * last.segment.byteCount
            else { return }
            var merged = FrameSegment()
            merged.reserve(size)
            merged.append(before.segment)
            merged.append(last.segment)
            sealedCost += merged.cost - before.segment.cost - last.segment.cost
            sealed.removeLast()
            sealed[sealed.count - 1].segment = merged
        }
    }
}
