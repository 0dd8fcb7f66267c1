// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the heads of a frame's lines say, found without an index.
struct FrameHeads: Hashable {
    /// The numbers, times and kinds; the messages' own times are not looked at.
    var summary = LineSummary()
    var opensWithSnapshot = false
    /// The bytes of whole lines, and those behind the last one.
    var wholeSize: UInt64 = 0
    var partialSize: UInt64 = 0
    var longestLine: UInt64 = 0
    /// What ended the reading of a torn frame, if it was not its end.
    var fault: FrameFault?
    /// Whether the frame was whole.
    var hasEnded = false
}

/// Reads the heads of a frame's lines, in memory that does not grow with the frame.
struct FrameHeadReader {
    /// How far a frame is read.
    enum Extent {
        /// Up to its first observation.
        case first
        /// To its end.
        case all
        /// As far as it goes, in a frame that was not ended.
        case torn

        var pace: FrameDecoder.Pace {
            switch self {
            case .first: .brief
            case .all: .full
            case .torn: .careful
            }
        }
    }

    private var heads = FrameHeads()
    /// The beginning of the line that is being read, and its size so far.
    private var line: [UInt8] = []
    private var lineSize: UInt64 = 0
    private var isFirstLine = true
    private var skipsHeader: Bool

    private init(skipsHeader: Bool) {
        self.skipsHeader = skipsHeader
    }

    /// Reads a frame.
    static func read(
        _ bytes: Range<UInt64>,
        _ extent: Extent,
        with decoder: FrameDecoder
    ) throws(FrameFault) -> FrameHeads {
        var reader = FrameHeadReader(skipsHeader: bytes.lowerBound == 0)
        decoder.begin(bytes, extent.pace)
        var piece: [UInt8] = []
        do throws(FrameFault) {
            while try decoder.append(to: &piece) {
                reader.take(piece)
                piece.removeAll(keepingCapacity: true)
                if extent == .first, reader.heads.summary.firstNumber > 0 { break }
            }
        } catch {
            guard extent == .torn else { throw error }
            reader.heads.fault = error
        }
        reader.heads.partialSize = reader.lineSize
        reader.heads.hasEnded = decoder.hasEnded
        return reader.heads
    }

    private mutating func take(_ piece: [UInt8]) {
        var rest = piece[...]
        while !rest.isEmpty {
            let end = LineBreak.next(in: rest)
            let part = rest[..<(end ?? rest.endIndex)]
            if line.count < LineHead.maximumSize { line += part.prefix(LineHead.maximumSize - line.count) }
            lineSize += UInt64(part.count)
            guard let end else { return }
            heads.wholeSize += lineSize + 1
            heads.longestLine = max(heads.longestLine, lineSize)
            endLine()
            rest = rest[(end + 1)...]
        }
    }

    private mutating func endLine() {
        defer {
            line.removeAll(keepingCapacity: true)
            lineSize = 0
        }
        if skipsHeader {
            skipsHeader = false
            return
        }
        defer { isFirstLine = false }
        guard let head = LineHead(line[...]) else { return }
        switch head.kind {
        case .snapshot: if isFirstLine { heads.opensWithSnapshot = true }
        case let kind?:
            heads.summary.add(number: head.number, time: head.time, timestamp: head.time, kind: kind)
        case nil: break
        }
    }
}

/// Finds the ends of lines.
enum LineBreak {
    /// The index of the next newline.
    @inline(__always)
    static func next(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { next(in: $0, from: 0) }.map { bytes.startIndex + $0 }
    }

    /// The offset of the next newline from an offset on, which must not lie behind the end.
    @inline(__always)
    static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        // SAFETY: what is searched lies within the bytes, and `memchr` gives a place within that.
        guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }
}
