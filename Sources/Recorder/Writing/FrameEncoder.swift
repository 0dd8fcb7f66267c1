// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Makes a recording's bytes of chunks: frames, their blocks, and at the end the index and the seek table.
///
/// It does no I/O and reads no clock: monotonic nanoseconds are passed in, and bytes are appended to an array.
struct FrameEncoder {
    private let compressor: ZstdCompressor
    private var current = FrameEntry()
    /// The encoded entries of the frames that have ended.
    private(set) var entries: [FrameEntry] = []
    private var names = NameTable()
    /// How many bytes were given out.
    private(set) var size: UInt64 = 0
    /// The content since the last flush, and when it began to wait.
    private var unflushed = 0
    private var unflushedSince: Int64 = 0
    /// When the present frame got its first content.
    private var frameSince: Int64?

    /// Begins a recording with its header, which is flushed at once.
    init(header: RecordingHeader, now: Int64, into output: inout [UInt8]) throws(ZstdError) {
        compressor = try ZstdCompressor()
        var line: [UInt8] = []
        header.append(to: &line)
        try write(line[...], .flush, now: now, into: &output)
    }

    /// Where the frame begins that the last snapshot opened.
    private(set) var snapshotOffset: UInt64 = 0
    /// The content that was given to it.
    private(set) var contentSize: UInt64 = 0

    /// Whether all content was given out in whole blocks, which a reader finds.
    var isFlushed: Bool { unflushed == 0 }

    /// Appends a chunk's lines.
    ///
    /// - Returns: Whether a frame ended, so that the file is due for the disk.
    mutating func append(_ chunk: LineChunk, now: Int64, into output: inout [UInt8]) throws(ZstdError) -> Bool {
        var hasEnded = false
        // A snapshot opens a frame, but the header's frame has its snapshot behind the header.
        if chunk.snapshot != nil, frameSince != nil, !(entries.isEmpty && current.summary.firstNumber == 0) {
            hasEnded = try endFrame(now: now, into: &output)
        }
        if chunk.snapshot != nil {
            current.opensWithSnapshot = true
            snapshotOffset = current.offset
        }
        for observation in chunk.named { names.note(observation) }
        current.summary.add(chunk.summary)
        if unflushed == 0 { unflushedSince = now }
        unflushed += chunk.bytes.count
        let isFlush = unflushed >= FramePolicy.flushSize
        try write(chunk.bytes[...], isFlush ? .flush : .continue, now: now, into: &output)
        if isFlush { unflushed = 0 }
        if Int(current.contentSize) >= FramePolicy.contentLimit {
            hasEnded = try endFrame(now: now, into: &output) || hasEnded
        }
        return hasEnded
    }

    /// Does what is due by the time.
    ///
    /// - Returns: Whether a frame ended.
    mutating func tick(now: Int64, into output: inout [UInt8]) throws(ZstdError) -> Bool {
        if let frameSince, now - frameSince >= FramePolicy.ageLimit {
            return try endFrame(now: now, into: &output)
        }
        if unflushed > 0, now - unflushedSince >= FramePolicy.flushInterval {
            unflushed = 0
            try write([], .flush, now: now, into: &output)
        }
        return false
    }

    /// When ``tick(now:into:)`` has something to do, if nothing comes until then.
    var deadline: Int64? {
        let frame = frameSince.map { $0 + FramePolicy.ageLimit }
        guard unflushed > 0 else { return frame }
        return min(frame ?? .max, unflushedSince + FramePolicy.flushInterval)
    }

    /// Ends the recording: the last frame, the index, the seek table.
    mutating func finish(now: Int64, into output: inout [UInt8]) throws(ZstdError) {
        _ = try endFrame(now: now, into: &output)
        let index = RecordingIndex.encode(entries, names: names)
        output.append(contentsOf: index)
        var table = entries.map {
            SeekTable.Entry(compressedSize: $0.compressedSize, contentSize: $0.contentSize)
        }
        table.append(SeekTable.Entry(compressedSize: UInt32(index.count), contentSize: 0))
        let seekTable = SeekTable.encode(table)
        output.append(contentsOf: seekTable)
        size += UInt64(index.count + seekTable.count)
    }

    private mutating func endFrame(now: Int64, into output: inout [UInt8]) throws(ZstdError) -> Bool {
        guard frameSince != nil else { return false }
        try write([], .end, now: now, into: &output)
        entries.append(current)
        current = FrameEntry()
        current.offset = size
        frameSince = nil
        unflushed = 0
        return true
    }

    private mutating func write(
        _ bytes: ArraySlice<UInt8>,
        _ directive: ZstdCompressor.Directive,
        now: Int64,
        into output: inout [UInt8]
    ) throws(ZstdError) {
        let before = output.count
        try compressor.compress(bytes, directive, into: &output)
        let added = output.count - before
        size += UInt64(added)
        current.compressedSize += UInt32(added)
        current.contentSize += UInt32(bytes.count)
        contentSize += UInt64(bytes.count)
        if !bytes.isEmpty, frameSince == nil { frameSince = now }
    }
}
