// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import Synchronization

/// A recording, open for reading.
///
/// It is read by place and never changed. Its size is taken when it is opened: of a recording that is being written,
/// what was flushed until then is read. Frames are found by the index, or without it by walking over them.
public final class RecordingFile: FrameSequence {
    /// A header is a few hundred bytes; with an engine's answer to `/version`, a host's and a scenario's name some
    /// thousands.
    private static let headerLimit = 1 << 20
    /// How many entries are read at once, and how many such pages are kept: enough for a search's way down.
    private static let pageSize = 64
    private static let pageLimit = 16

    /// The file's path.
    public let path: String
    /// Who made the recording, of what.
    public let header: RecordingHeader
    /// The file's size in bytes.
    public let size: UInt64
    /// What was found to be broken when the file was opened; frames found by the index are not looked at.
    public let damage: [Damage]
    /// The last observation's number, and 0 if there is none; if the last frame is damaged, what the index says.
    public let lastNumber: UInt64
    /// The last observation's time; the header's `created` if there is none.
    public let lastTime: Timestamp

    let source: FileSource
    /// Where the frames are known from.
    private enum Frames: Sendable {
        case stored(StoredIndex)
        case walked([WalkedFrame])
    }
    private let frames: Frames
    private let pages = Mutex<[(number: Int, entries: [FrameEntry])]>([])
    private let walkedNames = Mutex<NameTable?>(nil)

    /// Opens a recording.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - substitute: A header that is taken, and the damage told, where the file's own cannot be read; `nil` refuses
    ///     such a file.
    /// - Returns: The recording.
    /// - Throws: ``RecordingError``, when it cannot be opened, is something else, or of a later version.
    public static func open(
        _ path: String,
        substitute: RecordingHeader? = nil
    ) throws(RecordingError) -> RecordingFile {
        let source = try FileSource(path: path)
        var damage: [Damage] = []
        let header: RecordingHeader
        do throws(RecordingError) {
            header = try readHeader(source)
        } catch {
            guard case .notARecording(let reason) = error, let substitute, source.size > 0 else { throw error }
            header = substitute
            let message = "The header cannot be read: \(reason)."
            damage.append(Damage(kind: .frame, path: path, bytes: 0..<0, message: message))
        }
        do throws(IndexFault) {
            if let index = try StoredIndex.find(in: source) {
                return RecordingFile(source, header, index, damage: damage)
            }
        } catch {
            let message = "The index cannot be used: \(error.reason)."
            damage.append(Damage(kind: .index, path: path, bytes: error.bytes, message: message))
        }
        let walk = try FileWalk.walk(source, path: path, first: header.first)
        if let index = walk.index {
            if damage.isEmpty {
                let message = "The seek table is missing or not at the file's end."
                let bytes = index.bytes.upperBound..<source.size
                damage.append(Damage(kind: .index, path: path, bytes: bytes, message: message))
            }
            return RecordingFile(source, header, index, damage: damage)
        }
        return RecordingFile(source, header, walk, damage: damage)
    }

    private init(_ source: FileSource, _ header: RecordingHeader, _ index: StoredIndex, damage: [Damage]) {
        self.source = source
        self.header = header
        self.damage = damage
        path = source.path
        size = source.size
        frames = .stored(index)
        lastNumber = index.last?.summary.lastNumber ?? 0
        lastTime = index.last?.summary.lastTime ?? header.created
    }

    private init(_ source: FileSource, _ header: RecordingHeader, _ walk: FileWalk<FileSource>, damage: [Damage]) {
        self.source = source
        self.header = header
        self.damage = damage + walk.damage
        path = source.path
        size = source.size
        frames = .walked(walk.frames)
        let known = walk.frames.last { $0.firstNumber > 0 }
        let last = walk.last.summary
        lastNumber = max(last.lastNumber, known?.firstNumber ?? 0)
        lastTime = last.lastNumber > 0 ? last.lastTime : known?.firstTime ?? header.created
    }

    static func readHeader(_ source: FileSource) throws(RecordingError) -> RecordingHeader {
        guard source.size > 0 else { throw .notARecording("it is empty") }
        let magic = try source.bytes(at: 0, count: 4)
        guard magic.count == 4, LittleEndian.read(UInt32.self, magic[...], at: 0) == FrameShape.dataMagic else {
            throw .notARecording("it does not begin as a zstd file")
        }
        let decoder = try FrameDecoder(source)
        // The header has a block of its own: what is broken behind it must not hide it.
        decoder.begin(0..<source.size, .careful)
        var content: [UInt8] = []
        var fault = "its first line does not end"
        do throws(FrameFault) {
            while content.count < headerLimit, LineBreak.next(in: content[...]) == nil {
                guard try decoder.append(to: &content) else { break }
            }
        } catch {
            // The fault may also be that other frames follow this one: what came out before it is looked at.
            fault = "its beginning cannot be decompressed, \(error.reason)"
        }
        guard let end = LineBreak.next(in: content[...]) else { throw .notARecording(fault) }
        return try RecordingHeader(line: content[..<end])
    }

    // MARK: What it holds

    /// Whether it has its index: it was ended, not killed, and is not being written.
    public var isComplete: Bool {
        if case .stored = frames { true } else { false }
    }

    /// How many frames there are.
    public var frameCount: Int {
        switch frames {
        case .stored(let index): index.count
        case .walked(let frames): frames.count
        }
    }

    /// What is known of a frame, from 0 on; without an index, less is known (``FrameEntry/isExact``).
    public func frame(_ index: Int) throws(RecordingError) -> FrameEntry {
        switch frames {
        case .stored(let stored): return try storedFrame(index, stored)
        case .walked(let frames): return Self.entry(of: index, in: frames, file: self)
        }
    }

    private func storedFrame(_ index: Int, _ stored: StoredIndex) throws(RecordingError) -> FrameEntry {
        let number = index / Self.pageSize
        if let page = pages.withLock({ $0.first { $0.number == number } }) {
            return page.entries[index % Self.pageSize]
        }
        let entries = try stored.entries(from: number * Self.pageSize, count: Self.pageSize, in: source)
        pages.withLock { pages in
            if pages.count == Self.pageLimit { pages.removeFirst() }
            pages.append((number, entries))
        }
        return entries[index % Self.pageSize]
    }

    private static func entry(of index: Int, in frames: [WalkedFrame], file: RecordingFile) -> FrameEntry {
        let frame = frames[index]
        var entry = FrameEntry()
        entry.offset = frame.offset
        entry.compressedSize = frame.size
        entry.opensWithSnapshot = frame.opensWithSnapshot
        entry.isExact = false
        guard frame.firstNumber > 0 else { return entry }
        entry.summary.firstNumber = frame.firstNumber
        entry.summary.firstTime = frame.firstTime
        let next = frames[(index + 1)...].first { $0.firstNumber > 0 }
        entry.summary.lastNumber = max(frame.firstNumber, next.map { $0.firstNumber - 1 } ?? file.lastNumber)
        entry.summary.lastTime = max(frame.firstTime, next?.firstTime ?? file.lastTime)
        entry.summary.leastTimestamp = Timestamp(nanoseconds: .min)
        entry.summary.greatestTimestamp = Timestamp(nanoseconds: .max)
        return entry
    }

    /// The bytes of the header's line with its newline, which a reader does not hand out.
    func headerSize() throws(RecordingError) -> Int? {
        let decoder = try FrameDecoder(source)
        guard let first = frameCount > 0 ? try frame(0) : nil, first.offset == 0 else { return nil }
        decoder.begin(0..<first.end, .brief)
        var content: [UInt8] = []
        while content.count < Self.headerLimit, (try? decoder.append(to: &content)) == true {
            if let end = LineBreak.next(in: content[...]) { return end + 1 }
        }
        return nil
    }

    /// Whether the file ends within a frame: the last one of a recording that was not ended.
    func isTorn(_ index: Int) -> Bool {
        if case .walked(let frames) = frames { frames[index].isTorn } else { false }
    }

    /// Where the index is; `nil` in a file without one.
    var storedIndex: StoredIndex? {
        if case .stored(let index) = frames { index } else { nil }
    }

    /// The containers and marks: from the index, or without one by reading the whole file, once.
    public func names() throws(RecordingError) -> NameTable {
        if case .stored(let index) = frames { return index.names }
        if let names = walkedNames.withLock({ $0 }) { return names }
        var names = NameTable()
        var parser = LineParser()
        let reader = try RecordingReader(RecordingSet(self))
        while let batch = try reader.next() {
            batch.forEachLine { line in
                switch LineHead(line)?.kind {
                case .container, .mark, .incident:
                    if case .observation(let observation)? = try? parser.parse(line) { names.note(observation) }
                default: break
                }
            }
        }
        let found = names
        walkedNames.withLock { $0 = found }
        return found
    }
}
