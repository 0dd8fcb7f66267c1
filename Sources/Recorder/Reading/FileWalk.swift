// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// A frame that was found by walking.
struct WalkedFrame: Hashable {
    var offset: UInt64
    var size: UInt32
    /// The first observation; 0 where the frame has none.
    var firstNumber: UInt64
    var firstTime: Timestamp
    var opensWithSnapshot: Bool
    /// Whether the file ends within it.
    var isTorn = false

    var bytes: Range<UInt64> { offset..<(offset + UInt64(size)) }
}

/// Finds a recording's frames without its index: walks over the frames, decompresses each one's first block and the
/// last one whole, and goes on behind damage.
struct FileWalk<Source: ByteSource> {
    /// How many frames are remembered, 48 bytes each: four times what a recorder puts into a file.
    static var frameLimit: Int { 4 * FramePolicy.frameLimit }
    /// How many damages are told apart; a file with more of them is rubble.
    static var damageLimit: Int { 1000 }

    private let source: Source
    private let path: String
    private let walker: FrameWalker<Source>
    private let decoder: FrameDecoder
    private(set) var frames: [WalkedFrame] = []
    private(set) var damage: [Damage] = []
    /// The index, where the walk came across a good one.
    private(set) var index: StoredIndex?
    /// The heads of the last frame with observations.
    private(set) var last = FrameHeads()
    /// The damages whose last number is known when the next observation is.
    private var open: [Int] = []
    /// The number of the file's first observation, from its header.
    private let first: UInt64

    /// Walks over a file.
    static func walk(
        _ source: Source,
        path: String,
        first: UInt64
    ) throws(RecordingError) -> FileWalk {
        var walk = try FileWalk(source, path: path, first: first)
        try walk.run()
        return walk
    }

    private init(_ source: Source, path: String, first: UInt64) throws(RecordingError) {
        self.source = source
        self.path = path
        self.first = first
        walker = FrameWalker(source: source)
        decoder = try FrameDecoder(source)
    }

    private mutating func run() throws(RecordingError) {
        var offset: UInt64 = 0
        while offset < source.size, index == nil {
            guard frames.count < Self.frameLimit, damage.count < Self.damageLimit else {
                return note(.frame, offset..<source.size, "The rest is not read: it has too many frames or faults.")
            }
            switch try walker.step(at: offset) {
            case .frame(let shape): offset = try take(shape)
            case .torn(let magic, let wholeEnd): offset = try takeTorn(magic, at: offset, wholeEnd: wholeEnd)
            case .damaged(let reason, let place):
                let isZero = try walker.isZero(from: place)
                if place > offset, isZero {
                    offset = try takeTorn(FrameShape.dataMagic, at: offset, wholeEnd: place)
                } else {
                    offset = try skip(from: offset, because: reason)
                }
            }
        }
        if index == nil { try readLast() }
    }

    /// Takes a frame that was walked over.
    ///
    /// - Returns: Where to go on.
    private mutating func take(_ shape: FrameShape) throws(RecordingError) -> UInt64 {
        if shape.isSkippable {
            if shape.magic == SkippableFrame.indexMagic { takeIndex(shape) }
            return shape.bytes.upperBound
        }
        // Behind a frame is another one or the end; if not, a broken block has led astray, or what follows is broken.
        if try !walker.isBorder(shape.bytes.upperBound), !isSound(shape.bytes) {
            return try skip(from: shape.bytes.lowerBound, because: "a frame's blocks lead nowhere")
        }
        guard shape.bytes.count <= Int(UInt32.max) else {
            note(.frame, shape.bytes, "A frame of \(shape.bytes.count) bytes is too large.")
            return shape.bytes.upperBound
        }
        do throws(FrameFault) {
            add(try FrameHeadReader.read(shape.bytes, .first, with: decoder), shape.bytes)
        } catch {
            note(.frame, shape.bytes, "A frame cannot be read: \(error.reason).")
        }
        return shape.bytes.upperBound
    }

    private mutating func add(_ heads: FrameHeads, _ bytes: Range<UInt64>, isTorn: Bool = false) {
        let number = heads.summary.firstNumber
        if number > 0 { close(before: number) }
        frames.append(
            WalkedFrame(
                offset: bytes.lowerBound,
                size: UInt32(clamping: bytes.count),
                firstNumber: number,
                firstTime: heads.summary.firstTime,
                opensWithSnapshot: heads.opensWithSnapshot,
                isTorn: isTorn
            )
        )
    }

    private func isSound(_ bytes: Range<UInt64>) -> Bool {
        (try? FrameHeadReader.read(bytes, .all, with: decoder))?.hasEnded == true
    }

    private mutating func takeIndex(_ shape: FrameShape) {
        do throws(IndexFault) {
            index = try StoredIndex.load(at: shape.bytes.lowerBound, in: source)
        } catch {
            note(.index, shape.bytes, "The index cannot be used: \(error.reason).")
        }
    }

    // MARK: Damage and ends

    /// Takes the frame that the file ends in.
    private mutating func takeTorn(
        _ magic: UInt32,
        at offset: UInt64,
        wholeEnd: UInt64
    ) throws(RecordingError) -> UInt64 {
        // A broken block may have led past the end.
        if let next = try walker.nextFrame(from: offset + 1) {
            note(.frame, offset..<next, "A frame's blocks lead past the end of the file.")
            return next
        }
        if SkippableFrame.magics.contains(magic) {
            note(.index, offset..<source.size, "The index is cut off.")
            return source.size
        }
        let bytes = offset..<wholeEnd
        guard magic == FrameShape.dataMagic, bytes.count <= Int(UInt32.max) else {
            note(.ending, offset..<source.size, "The last \(source.size - offset) bytes are the beginning of a frame.")
            return source.size
        }
        do throws(FrameFault) {
            let heads = try FrameHeadReader.read(bytes, .torn, with: decoder)
            add(heads, bytes, isTorn: true)
            last = heads
            let left = source.size - wholeEnd
            if let fault = heads.fault {
                let what = "the last frame goes on only for \(heads.wholeSize) bytes of lines"
                note(.ending, bytes, "The recording was not ended, and \(what): \(fault.reason).")
            } else if heads.partialSize > 0 || left > 0 {
                let what = "\(left) bytes of a block and \(heads.partialSize) bytes of a line"
                note(.ending, wholeEnd..<source.size, "The recording was not ended; its last \(what) were dropped.")
            }
        } catch {
            note(.frame, offset..<source.size, "The last frame, which is cut off, cannot be read: \(error.reason).")
        }
        return source.size
    }

    private mutating func skip(from offset: UInt64, because reason: String) throws(RecordingError) -> UInt64 {
        let next = try walker.nextFrame(from: offset + 1) ?? source.size
        note(.frame, offset..<next, "\(next - offset) bytes cannot be read: \(reason).")
        return next
    }

    private mutating func note(_ kind: Damage.Kind, _ bytes: Range<UInt64>, _ message: String) {
        if kind == .frame { open.append(damage.count) }
        damage.append(Damage(kind: kind, path: path, bytes: bytes, message: message))
    }

    /// Tells the damages before an observation which numbers they have cost.
    private mutating func close(before number: UInt64) {
        guard !open.isEmpty else { return }
        var start = first
        if let before = frames.last(where: { $0.firstNumber > 0 }) {
            // What the last sound frame ends with is read, since the lost numbers begin behind it.
            let heads = try? FrameHeadReader.read(before.bytes, .all, with: decoder)
            start = max(heads?.summary.lastNumber ?? 0, before.firstNumber) &+ 1
        }
        for index in open { damage[index].numbers = Damage.numbers(from: start, to: number - 1) }
        open.removeAll()
    }

    /// Reads the last frame with observations, so that the last number and time are known.
    private mutating func readLast() throws(RecordingError) {
        guard let frame = frames.last(where: { $0.firstNumber > 0 }), !frame.isTorn else { return }
        do throws(FrameFault) {
            last = try FrameHeadReader.read(frame.bytes, .all, with: decoder)
        } catch {
            last.summary.lastNumber = frame.firstNumber
            last.summary.lastTime = frame.firstTime
        }
    }
}
