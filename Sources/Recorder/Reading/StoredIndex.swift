// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Why an index cannot be used, as a sentence, and where it is.
struct IndexFault: Error, Hashable {
    var reason: String
    var bytes: Range<UInt64>
}

/// A recording's index in its file, checked as a whole when it is opened and read in pages afterwards.
struct StoredIndex: Sendable {
    /// An entry of a later version may be longer; this many bytes are believed.
    private static let entrySizeLimit = 4096
    /// The names and marks: what ``NameTable``'s bounds allow, with room.
    private static let namesLimit: UInt64 = 256 << 20
    /// How many bytes are read at once.
    private static let windowSize = 256 << 10

    /// The index's skippable frame.
    let bytes: Range<UInt64>
    /// How many frames it has entries of.
    let count: Int
    let names: NameTable
    /// The last entry that has observations.
    let last: FrameEntry?
    private let entrySize: Int

    private var entriesOffset: UInt64 { bytes.lowerBound + UInt64(SkippableFrame.headerSize + RecordingIndex.headSize) }

    /// Finds the index by the seek table at the file's end.
    ///
    /// - Returns: `nil` when the file does not end with a seek table.
    /// - Throws: ``IndexFault`` for a table or an index that is wrong.
    static func find(in source: some ByteSource) throws(IndexFault) -> StoredIndex? {
        guard let table = try SeekTableLocation.find(in: source) else { return nil }
        let size = UInt64(table.last.compressedSize)
        guard table.last.contentSize == 0, size <= table.bytes.lowerBound else {
            throw IndexFault(reason: "the seek table does not lead to an index", bytes: table.bytes)
        }
        let index = try load(at: table.bytes.lowerBound - size, in: source)
        guard index.bytes.upperBound == table.bytes.lowerBound, table.count == index.count + 1 else {
            throw IndexFault(reason: "the seek table and the index do not agree", bytes: table.bytes)
        }
        return index
    }

    /// Reads the index whose skippable frame begins at an offset, and checks all of it.
    static func load(at offset: UInt64, in source: some ByteSource) throws(IndexFault) -> StoredIndex {
        let headSize = SkippableFrame.headerSize + RecordingIndex.headSize
        let head = try read(source, at: offset, count: headSize)[...]
        guard LittleEndian.read(UInt32.self, head, at: 0) == SkippableFrame.indexMagic,
            LittleEndian.read(UInt32.self, head, at: 8) == RecordingIndex.tag
        else { throw IndexFault(reason: "there is no index where the seek table says", bytes: offset..<offset) }
        let frameSize = UInt64(LittleEndian.read(UInt32.self, head, at: 4)) + UInt64(SkippableFrame.headerSize)
        let fixed = UInt64(headSize + RecordingIndex.checksumSize)
        guard frameSize >= fixed, frameSize <= source.size - offset else {
            throw IndexFault(reason: "the index is cut off", bytes: offset..<source.size)
        }
        let bytes = offset..<(offset + frameSize)
        let entrySize = Int(LittleEndian.read(UInt32.self, head, at: 16))
        let count = Int(LittleEndian.read(UInt32.self, head, at: 20))
        let entriesSize = UInt64(entrySize) * UInt64(count)
        guard (RecordingIndex.entrySize...entrySizeLimit).contains(entrySize), count > 0,
            entriesSize <= frameSize - fixed, frameSize - fixed - entriesSize <= namesLimit
        else { throw IndexFault(reason: "the index's sizes are wrong", bytes: bytes) }
        return try StoredIndex(head, bytes: bytes, entrySize: entrySize, count: count, in: source)
    }

    private init(
        _ head: ArraySlice<UInt8>,
        bytes: Range<UInt64>,
        entrySize: Int,
        count: Int,
        in source: some ByteSource
    ) throws(IndexFault) {
        self.bytes = bytes
        self.count = count
        self.entrySize = entrySize
        var hash = XXH64()
        hash.update(head.dropFirst(SkippableFrame.headerSize))
        var order = EntryOrder()
        var offset = bytes.lowerBound + UInt64(head.count)
        var left = count
        while left > 0 {
            let entries = min(left, Self.windowSize / entrySize)
            let window = try Self.read(source, at: offset, count: entries * entrySize)
            hash.update(window[...])
            for index in 0..<entries {
                let entry = RecordingIndex.entry(window[(index * entrySize)..<((index + 1) * entrySize)])
                if let reason = order.check(entry) {
                    throw IndexFault(reason: "the index is wrong: \(reason)", bytes: bytes)
                }
            }
            offset += UInt64(window.count)
            left -= entries
        }
        let namesSize = Int(bytes.upperBound - offset) - RecordingIndex.checksumSize
        let tail = try Self.read(source, at: offset, count: namesSize + RecordingIndex.checksumSize)
        hash.update(tail[..<namesSize])
        guard hash.value == LittleEndian.read(UInt64.self, tail[...], at: namesSize) else {
            throw IndexFault(reason: "the index's checksum is wrong", bytes: bytes)
        }
        guard order.end == bytes.lowerBound, let names = NameTable(json: tail[..<namesSize]) else {
            throw IndexFault(reason: "the index does not fit the file", bytes: bytes)
        }
        self.names = names
        last = order.last
    }

    /// Reads entries, fewer than asked for at the end.
    func entries(from first: Int, count wanted: Int, in source: some ByteSource) throws(RecordingError) -> [FrameEntry]
    {
        let number = min(wanted, count - first)
        let window = try source.bytes(
            at: entriesOffset + UInt64(first) * UInt64(entrySize),
            count: number * entrySize
        )
        guard window.count == number * entrySize else {
            throw .system("the index was cut off while the recording was read")
        }
        let entries = (0..<number).map { RecordingIndex.entry(window[($0 * entrySize)..<(($0 + 1) * entrySize)]) }
        // It was checked when the file was opened; somebody may have written to it since.
        guard entries.allSatisfy({ $0.offset <= bytes.lowerBound && $0.end <= bytes.lowerBound }) else {
            throw .system("the index was changed while the recording was read")
        }
        return entries
    }

    private static func read(
        _ source: some ByteSource,
        at offset: UInt64,
        count: Int
    ) throws(IndexFault) -> [UInt8] {
        let end = offset..<max(offset, source.size)
        do throws(RecordingError) {
            let bytes = try source.bytes(at: offset, count: count)
            if bytes.count == count { return bytes }
        } catch {
            throw IndexFault(reason: error.description, bytes: end)
        }
        throw IndexFault(reason: "the index is cut off", bytes: end)
    }
}

/// Checks that the index's entries follow each other as frames do.
private struct EntryOrder {
    private(set) var end: UInt64 = 0
    private(set) var last: FrameEntry?

    /// - Returns: What is wrong.
    mutating func check(_ entry: FrameEntry) -> String? {
        guard entry.offset == end, entry.compressedSize > 0 else { return "its frames do not follow each other" }
        let (next, overflow) = end.addingReportingOverflow(UInt64(entry.compressedSize))
        guard !overflow else { return "its frames do not follow each other" }
        end = next
        let summary = entry.summary
        guard summary.firstNumber > 0 else { return summary.lastNumber == 0 ? nil : "a frame has no first number" }
        guard summary.firstNumber <= summary.lastNumber, summary.firstNumber > last?.summary.lastNumber ?? 0 else {
            return "its numbers do not rise"
        }
        guard summary.firstTime <= summary.lastTime, summary.firstTime >= last?.summary.lastTime ?? summary.firstTime
        else { return "its times run backwards" }
        last = entry
        return nil
    }
}

/// Where a file's seek table is.
struct SeekTableLocation: Hashable {
    /// The table's skippable frame.
    var bytes: Range<UInt64>
    /// How many frames it lists.
    var count: Int
    /// Its last entry.
    var last: SeekTable.Entry

    /// Finds the seek table at a file's end; `nil` when there is none.
    static func find(in source: some ByteSource) throws(IndexFault) -> SeekTableLocation? {
        let size = source.size
        guard size >= UInt64(SeekTable.footerSize) else { return nil }
        let footer = try read(source, at: size - UInt64(SeekTable.footerSize), count: SeekTable.footerSize)
        guard let frameSize = SeekTable.frameSize(footer: footer[...]) else { return nil }
        let fault = IndexFault(reason: "the seek table is wrong", bytes: size - UInt64(SeekTable.footerSize)..<size)
        guard UInt64(frameSize) <= size else { throw fault }
        let bytes = (size - UInt64(frameSize))..<size
        let head = try read(source, at: bytes.lowerBound, count: SkippableFrame.headerSize)[...]
        let count = Int(LittleEndian.read(UInt32.self, footer[...], at: 0))
        // Another program's table has checksums in it; a recording's has none.
        guard LittleEndian.read(UInt32.self, head, at: 0) == SkippableFrame.seekTableMagic,
            Int(LittleEndian.read(UInt32.self, head, at: 4)) == frameSize - SkippableFrame.headerSize,
            footer[4] == 0, count > 0
        else { throw fault }
        let place = size - UInt64(SeekTable.footerSize + SeekTable.entrySize)
        let last = try read(source, at: place, count: SeekTable.entrySize)[...]
        return SeekTableLocation(bytes: bytes, count: count, last: SeekTable.entry(last))
    }

    private static func read(_ source: some ByteSource, at offset: UInt64, count: Int) throws(IndexFault) -> [UInt8] {
        do throws(RecordingError) {
            let bytes = try source.bytes(at: offset, count: count)
            if bytes.count == count { return bytes }
        } catch {
            throw IndexFault(reason: error.description, bytes: offset..<source.size)
        }
        throw IndexFault(reason: "the seek table is cut off", bytes: offset..<source.size)
    }
}
