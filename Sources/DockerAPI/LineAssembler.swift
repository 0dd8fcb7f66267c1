// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Makes lines of the messages of one stream.
///
/// A message is what the log driver kept as one record: a timestamp, a blank, and a line with its newline, or 16 KiB
/// of a longer line without one. Parts of a line share their timestamp (fact H6), so that a message with another
/// timestamp behind an unterminated one is a new line: the last run ended without a newline.
struct LineAssembler: Sendable {
    let stream: StandardStream
    private let maximumLine: Int
    private let hasTimestamps: Bool

    /// Whether messages have no border but newlines and the size of a part: the raw stream of a TTY.
    var marksParts = false

    /// The first bytes of a message, while it is not clear whether a timestamp begins it; never a newline.
    private var head: [UInt8] = []
    private var isAtMessageStart: Bool
    /// How many bytes of a raw message come before the border of a part.
    private var partLeft = LogEncoder.partSize

    /// Whether a line has begun and not ended.
    private var isOpen = false
    /// The bytes of the open line that came in earlier arrays or parts.
    private var line: [UInt8] = []
    /// The time of the open line, or of the last one.
    private(set) var lineTime: Timestamp?
    private var reader = TimestampReader()

    init(stream: StandardStream, maximumLine: Int, hasTimestamps: Bool) {
        self.stream = stream
        // A piece must have room for a character at the least; 64 is a size that tests can reason with.
        self.maximumLine = max(maximumLine, 64)
        self.hasTimestamps = hasTimestamps
        isAtMessageStart = hasTimestamps
    }

    var isPending: Bool { isOpen || !head.isEmpty }

    /// Reads a part of the stream that lies in one array, with which a message begins or ends as the flags say.
    @inline(__always)
    mutating func take(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        isFirst: Bool,
        isLast: Bool,
        into lines: inout [DecodedLine]
    ) {
        if isFirst { isAtMessageStart = hasTimestamps }
        var index = range.lowerBound
        while index < range.upperBound {
            if isAtMessageStart {
                guard readPrefix(bytes, &index, range.upperBound, isComplete: isLast, into: &lines) else { return }
            }
            let end = marksParts && hasTimestamps ? min(range.upperBound, index + partLeft) : range.upperBound
            takeBody(bytes, &index, end, into: &lines)
        }
    }

    /// Ends the stream.
    mutating func finish(into lines: inout [DecodedLine]) {
        if !head.isEmpty {
            beginMessage(nil, into: &lines)
            var index = 0
            let held = head
            head = []
            takeBody(held, &index, held.count, into: &lines)
        }
        if isOpen { flush(isUnterminated: true, into: &lines) }
    }

    // MARK: Timestamps

    /// Reads the timestamp at a message's start, if there is one.
    ///
    /// - Returns: `false` when more bytes are needed; those that there are were kept then.
    @inline(__always)
    private mutating func readPrefix(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ end: Int,
        isComplete: Bool,
        into lines: inout [DecodedLine]
    ) -> Bool {
        partLeft = LogEncoder.partSize
        if head.isEmpty, let time = reader.read(bytes.span, at: index, end) {
            index += TimestampReader.length
            beginMessage(time, into: &lines)
        } else {
            guard readOddPrefix(bytes, &index, end, isComplete: isComplete, into: &lines) else { return false }
        }
        isAtMessageStart = false
        return true
    }

    /// Reads a timestamp that was cut, or that is not of the usual length, or finds that there is none.
    private mutating func readOddPrefix(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ end: Int,
        isComplete: Bool,
        into lines: inout [DecodedLine]
    ) -> Bool {
        let held = head.count
        head.append(contentsOf: bytes[index..<min(end, index + TimestampReader.maximumLength - held)])
        switch TimestampReader.prefix(of: head, isComplete: isComplete) {
        case .undecided:
            index = end
            return false
        case .time(let time, let length):
            head = []
            index += length - held
            beginMessage(time, into: &lines)
        case .none:
            let text = head
            head = []
            beginMessage(nil, into: &lines)
            // What was held from earlier arrays is text; the rest is read from where it lies.
            if held > 0 { carry(text, 0, held, into: &lines) }
            partLeft -= held
        }
        return true
    }

    /// Tells whether a message begins a line or continues one.
    @inline(__always)
    private mutating func beginMessage(_ time: Timestamp?, into lines: inout [DecodedLine]) {
        if isOpen {
            guard let time, time != lineTime else { return }
            flush(isUnterminated: true, into: &lines)
        }
        isOpen = true
        if let time { lineTime = time }
    }

    // MARK: Text

    /// Reads text up to a newline or the end.
    @inline(__always)
    private mutating func takeBody(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ end: Int,
        into lines: inout [DecodedLine]
    ) {
        isOpen = true
        guard let newline = Self.newline(in: bytes, index, end) else {
            carry(bytes, index, end, into: &lines)
            partLeft -= end - index
            index = end
            if marksParts, partLeft <= 0 { isAtMessageStart = hasTimestamps }
            return
        }
        if line.isEmpty, newline - index <= maximumLine {
            isOpen = false
            lines.append(DecodedLine(bytes: bytes[index..<newline], timestamp: lineTime, stream: stream))
        } else {
            carry(bytes, index, newline, into: &lines)
            flush(isUnterminated: false, into: &lines)
        }
        index = newline + 1
        isAtMessageStart = hasTimestamps
    }

    /// Keeps text of the open line, and gives out a piece when there is more than fits one.
    private mutating func carry(_ bytes: [UInt8], _ start: Int, _ end: Int, into lines: inout [DecodedLine]) {
        var start = start
        while line.count + (end - start) > maximumLine {
            let count = maximumLine - line.count
            if line.isEmpty {
                let border = Self.characterBorder(bytes[start..<(start + count)], before: bytes[start + count])
                appendPiece(bytes[start..<border], to: &lines)
                start = border
            } else {
                line.append(contentsOf: bytes[start..<(start + count)])
                start += count
                let border = Self.characterBorder(line[...], before: bytes[start])
                let rest = Array(line[border...])
                appendPiece(line[..<border], to: &lines)
                line = rest
            }
        }
        line.append(contentsOf: bytes[start..<end])
    }

    private func appendPiece(_ piece: ArraySlice<UInt8>, to lines: inout [DecodedLine]) {
        lines.append(DecodedLine(bytes: piece, timestamp: lineTime, stream: stream, continues: true))
    }

    /// Gives out the open line.
    private mutating func flush(isUnterminated: Bool, into lines: inout [DecodedLine]) {
        let bytes = line
        line = []
        isOpen = false
        lines.append(
            DecodedLine(bytes: bytes[...], timestamp: lineTime, stream: stream, isUnterminated: isUnterminated)
        )
    }

    /// Where to cut so that no UTF-8 character is torn: the end, or before the character that `next` belongs to.
    private static func characterBorder(_ bytes: ArraySlice<UInt8>, before next: UInt8) -> Int {
        guard next & 0xC0 == 0x80 else { return bytes.endIndex }
        for index in bytes.indices.suffix(3).reversed() where bytes[index] & 0xC0 != 0x80 {
            return bytes[index] >= 0xC0 ? index : bytes.endIndex
        }
        return bytes.endIndex
    }

    @inline(__always)
    private static func newline(in bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the callers keep `start <= end <= count`; the result of `memchr` lies within the bytes searched.
            guard let base = buffer.baseAddress, let found = memchr(base + start, 0x0A, end - start) else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}
