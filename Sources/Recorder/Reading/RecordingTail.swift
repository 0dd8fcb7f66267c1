// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Reads the lines of one file on, from a frame's beginning, also while a recorder appends to it.
///
/// Everything that was flushed is handed out at once, the checksum of its frame unseen: who must know that a frame is
/// whole reads it with ``RecordingReader`` when it has ended. What was opened stays readable when its name is removed.
public final class RecordingTail {
    /// What comes next.
    public enum Step: Sendable {
        /// Whole lines, each with its newline; the header is not among them.
        case lines(ArraySlice<UInt8>)
        /// All that was flushed so far was handed out.
        case nothing
        /// The recording has ended with its index.
        case ended
    }

    /// How much of the file is read at once: as much as a recorder flushes.
    private static let inputSize = 64 << 10
    /// How much is decompressed at once: the library's own piece.
    private static let pieceSize = 128 << 10
    /// How many bytes of lines are handed out together, about.
    private static let batchSize = 256 << 10

    private let source: FileSource
    private let zstd: ZstdDecompressor
    private var offset: UInt64
    private var input: [UInt8] = []
    private var used = 0
    /// The beginning of a line that goes on in what comes next.
    private var rest: [UInt8] = []
    private var skipsHeader: Bool
    /// Whether the next byte begins a frame.
    private var isAtFrame = true
    /// Whether the library may have content of what it has read already.
    private var holdsMore = false
    private var hasEnded = false
    /// What went wrong behind the lines that are still to be handed out.
    private var fault: RecordingError?

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - offset: Where a frame begins.
    /// - Throws: ``RecordingError/system(_:)`` when it cannot be opened.
    public init(path: String, offset: UInt64 = 0) throws(RecordingError) {
        source = try FileSource(path: path)
        do throws(ZstdError) { zstd = try ZstdDecompressor() } catch { throw .system("\(path): \(error)") }
        self.offset = offset
        skipsHeader = offset == 0
    }

    /// The file's path.
    public var path: String { source.path }

    /// Whether a recorder holds the file, and so may append to it; where nobody does, nothing more will come.
    public var isBeingWritten: Bool { source.isBeingWritten }

    /// The next lines, if there are any yet.
    ///
    /// - Throws: ``RecordingError/system(_:)`` when the file cannot be read, or is damaged there.
    public func next() throws(RecordingError) -> Step {
        do throws(RecordingError) {
            while fault == nil, !hasEnded, rest.count < Self.batchSize, try readOn() {}
            // A line longer than a batch is not done yet, though a batch is read.
            var hasLine = rest.contains(0x0A)
            while fault == nil, !hasEnded, !hasLine {
                let before = rest.count
                guard try readOn() else { break }
                hasLine = rest[before...].contains(0x0A)
                try checkLine()
            }
        } catch { fault = error }
        if let lines = takeLines() { return .lines(lines) }
        if let fault { throw fault }
        return hasEnded ? .ended : .nothing
    }

    private func checkLine() throws(RecordingError) {
        guard UInt64(rest.count) <= RecordingReader.lineLimit else {
            throw .system("\(path) has a line of more than \(RecordingReader.lineLimit) bytes")
        }
    }

    /// Reads and decompresses some more.
    ///
    /// - Returns: Whether there was something.
    private func readOn() throws(RecordingError) -> Bool {
        if !holdsMore { guard try fill() else { return false } }
        if isAtFrame { guard try beginFrame() else { return false } }
        try decompress()
        return true
    }

    /// Sees to it that there is input, four bytes of it where a frame begins.
    private func fill() throws(RecordingError) -> Bool {
        let wanted = isAtFrame ? 4 : 1
        if input.count - used >= wanted { return true }
        input.removeFirst(used)
        used = 0
        var fault: RecordingError?
        let more = [UInt8](unsafeUninitializedCapacity: Self.inputSize) { room, count in
            do throws(RecordingError) {
                count = try source.readPresent(at: offset, into: UnsafeMutableRawBufferPointer(room))
            } catch { fault = error }
        }
        if let fault { throw fault }
        offset += UInt64(more.count)
        input += more
        return input.count >= wanted
    }

    /// Looks at what begins here.
    ///
    /// - Returns: Whether it is a frame with content; what else there is ends the recording.
    private func beginFrame() throws(RecordingError) -> Bool {
        let magic = LittleEndian.read(UInt32.self, input[...], at: used)
        guard magic == FrameShape.dataMagic else {
            guard FrameShape.isMagic(magic) else {
                throw .system("\(path) is damaged before byte \(offset): a frame does not begin where one must")
            }
            hasEnded = true
            return false
        }
        isAtFrame = false
        zstd.reset()
        return true
    }

    private func decompress() throws(RecordingError) {
        var fault: ZstdError?
        withUnsafeTemporaryAllocation(byteCount: Self.pieceSize, alignment: 16) { room in
            input.withUnsafeBytes { bytes in
                do throws(ZstdError) {
                    var written = 0
                    repeat {
                        let step = try zstd.step(UnsafeRawBufferPointer(rebasing: bytes[used...]), into: room)
                        used += step.read
                        written = step.written
                        isAtFrame = step.hasEnded
                        // SAFETY: the library has written so many bytes.
                        rest.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<written]))
                        // A full room says that the library may hold back more.
                    } while written == room.count && !isAtFrame && rest.count < Self.batchSize
                    holdsMore = written == room.count && !isAtFrame
                } catch { fault = error }
            }
        }
        if let fault {
            throw .system("\(path) is damaged before byte \(offset): \(FrameDecoder.sentence(fault))")
        }
    }

    /// Takes what whole lines there are.
    private func takeLines() -> ArraySlice<UInt8>? {
        guard let last = rest.lastIndex(of: 0x0A) else { return nil }
        var lines = rest[...last]
        rest = Array(rest[(last + 1)...])
        if skipsHeader, let end = LineBreak.next(in: lines) {
            skipsHeader = false
            lines = lines[(end + 1)...]
        }
        return lines.isEmpty ? nil : lines
    }
}
