// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Reads lines from a frame on, frame by frame, in memory bounded by one frame's content.
///
/// Nothing of a frame is handed out before its checksum was found right: a frame of up to 8 MiB is decompressed at
/// once, a larger one twice, in pieces. Of the last frame of a recording that was not ended, which has no checksum yet,
/// the whole lines are handed out. A damaged frame costs itself alone.
public final class RecordingReader {
    /// How many bytes of lines are handed out together, at least, where there are as many.
    static let batchSize = 128 << 10
    /// The longest line that is read: a snapshot of 10,000 containers with 8 KiB each has 80 MiB.
    static let lineLimit: UInt64 = 128 << 20

    private let set: RecordingSet
    /// The frame that is read after the present one.
    private var nextFrame: Int
    private var decoder: (part: Int, decoder: FrameDecoder)?
    private var current: Current?
    private var damage: [Damage] = []
    /// The last observation's number that a frame before had at most.
    private var lastNumber: UInt64 = 0
    /// The parts whose damage was reported up to some place.
    private var reported: (part: Int, count: Int) = (-1, 0)

    /// The frame that is being handed out.
    private struct Current {
        var frame: Int
        var path: String
        var place: Range<UInt64>
        /// What was read of it and not handed out.
        var rest: ArraySlice<UInt8>
        /// Where the rest of the content is to come from, in pieces.
        var isInPieces = false
        var skipsHeader = false
        /// The size of whole lines that are yet to be read in pieces.
        var left: UInt64 = 0
    }

    /// Reads from a frame on.
    public init(_ set: RecordingSet, from frame: Int = 0) throws(RecordingError) {
        self.set = set
        nextFrame = max(0, frame)
        if nextFrame > 0, nextFrame < set.frameCount {
            let location = set.location(of: nextFrame)
            let offset = try set.parts[location.part].frame(location.frame).offset
            // Damage before the place is somebody else's.
            reported = (location.part, set.parts[location.part].damage.count { $0.bytes.lowerBound < offset })
        }
    }

    /// Takes the damage that was passed since the last call, what was known since opening too.
    public func takeDamage() -> [Damage] {
        defer { damage = [] }
        return damage
    }

    /// The next lines; `nil` behind the last.
    ///
    /// - Throws: ``RecordingError/system(_:)`` when the index cannot be read any more.
    public func next() throws(RecordingError) -> LineBatch? {
        while true {
            if let batch = nextOfCurrent() { return batch }
            guard nextFrame < set.frameCount else {
                reportKnown(upTo: .max, in: set.parts.count - 1)
                return nil
            }
            try begin(nextFrame)
            nextFrame += 1
        }
    }

    // MARK: Frames

    private func begin(_ index: Int) throws(RecordingError) {
        let (part, frame) = set.location(of: index)
        let file = set.parts[part]
        let entry = try file.frame(frame)
        reportKnown(upTo: entry.offset, in: part)
        let decoder = try decoder(of: part)
        let place = entry.offset..<entry.end
        defer { lastNumber = max(lastNumber, entry.summary.lastNumber) }
        var next = Current(frame: index, path: file.path, place: place, rest: [], skipsHeader: entry.offset == 0)
        do throws(FrameFault) {
            if !file.isTorn(frame), let content = try decoder.content(of: place, expected: entry.contentSize) {
                next.rest = content[...]
                current = next
                return
            }
            let isTorn = file.isTorn(frame)
            let heads = try FrameHeadReader.read(place, isTorn ? .torn : .all, with: decoder)
            guard heads.hasEnded || isTorn else { throw FrameFault("it is cut off") }
            guard heads.longestLine <= Self.lineLimit else {
                throw FrameFault("it has a line of \(heads.longestLine) bytes")
            }
            if !isTorn, heads.partialSize > 0 { notePartial(next, heads.partialSize) }
            next.isInPieces = true
            next.left = heads.wholeSize
            decoder.begin(place, isTorn ? .careful : .full)
            current = next
        } catch {
            note(error, entry, file.path)
        }
    }

    private func decoder(of part: Int) throws(RecordingError) -> FrameDecoder {
        if let decoder, decoder.part == part { return decoder.decoder }
        let new = try FrameDecoder(set.parts[part].source)
        decoder = (part, new)
        return new
    }

    // MARK: Lines

    private func nextOfCurrent() -> LineBatch? {
        guard var current else { return nil }
        // The present value must not share the content, or taking pieces would copy it.
        self.current = nil
        if current.isInPieces { readPieces(&current) }
        if current.skipsHeader {
            guard let end = LineBreak.next(in: current.rest) else { return nil }
            current.rest = current.rest[(end + 1)...]
            current.skipsHeader = false
        }
        let rest = current.rest
        guard let end = Self.batchEnd(rest) else {
            // Behind the header there may be nothing yet.
            if current.left > 0 {
                self.current = current
                return nextOfCurrent()
            }
            if !rest.isEmpty { notePartial(current, UInt64(rest.count)) }
            return nil
        }
        current.rest = rest[end...]
        if !current.rest.isEmpty || current.left > 0 { self.current = current }
        return LineBatch(content: rest[..<end], frame: current.frame, path: current.path, place: current.place)
    }

    /// The end of the first lines that make a batch; `nil` when there is no whole line.
    private static func batchEnd(_ rest: ArraySlice<UInt8>) -> Int? {
        if rest.count > batchSize {
            let start = rest.startIndex + batchSize
            if let end = LineBreak.next(in: rest[start...]) { return end + 1 }
        }
        // What is left is a batch; mostly it ends with a newline, and no search is needed.
        if rest.last == 0x0A { return rest.endIndex }
        return rest.lastIndex(of: 0x0A).map { $0 + 1 }
    }

    private func readPieces(_ current: inout Current) {
        guard current.left > 0, let decoder else { return }
        var content = Array(current.rest)
        var hasLine = content.contains(0x0A)
        do throws(FrameFault) {
            // At least a batch, and at least one whole line.
            while current.left > 0, content.count < Self.batchSize || !hasLine {
                let before = content.count
                guard try decoder.decoder.append(to: &content) else { break }
                let added = UInt64(content.count - before)
                if added > current.left { content.removeLast(Int(added - current.left)) }
                current.left -= min(added, current.left)
                hasLine = hasLine || LineBreak.next(in: content[before...]) != nil
            }
        } catch {
            // It was read before: the file has been changed since.
            current.left = 0
            let message = "A frame was changed while it was read: \(error.reason)."
            damage.append(Damage(kind: .frame, path: current.path, bytes: current.place, message: message))
        }
        current.rest = content[...]
    }

    // MARK: Damage

    private func note(_ fault: FrameFault, _ entry: FrameEntry, _ path: String) {
        let summary = entry.summary
        var numbers = Damage.numbers(from: summary.firstNumber, to: summary.lastNumber)
        if !entry.isExact, summary.firstNumber == 0 { numbers = nil }
        let message = "The frame at byte \(entry.offset) cannot be read: \(fault.reason)."
        damage.append(
            Damage(kind: .frame, path: path, bytes: entry.offset..<entry.end, numbers: numbers, message: message)
        )
    }

    private func notePartial(_ current: Current, _ size: UInt64) {
        let message = "The frame at byte \(current.place.lowerBound) ends with \(size) bytes that are no whole line."
        damage.append(Damage(kind: .line, path: current.path, bytes: current.place, message: message))
    }

    /// Reports what was known since opening, as far as it lies before a place.
    private func reportKnown(upTo offset: UInt64, in part: Int) {
        while reported.part < part || reported.part == part && reported.count < set.parts[part].damage.count {
            let known = reported.part < 0 ? [] : set.parts[reported.part].damage
            if reported.count < known.count {
                guard reported.part < part || known[reported.count].bytes.lowerBound < offset else { return }
                damage.append(known[reported.count])
                reported.count += 1
            } else {
                reported = (reported.part + 1, 0)
                if let hole = set.holes[reported.part] { damage.append(hole) }
            }
        }
    }
}
