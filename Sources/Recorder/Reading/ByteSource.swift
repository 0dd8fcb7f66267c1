// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Bytes that are read by their place.
protocol ByteSource: Sendable {
    /// How many bytes there are, or were when it was opened.
    var size: UInt64 { get }

    /// Reads from an offset on.
    ///
    /// - Returns: How many bytes were read: fewer than there is room for only at the end.
    func read(at offset: UInt64, into room: UnsafeMutableRawBufferPointer) throws(RecordingError) -> Int
}

extension ByteSource {
    /// Reads bytes, fewer than asked for only at the end; the count must come from a bound, not from the file alone.
    func bytes(at offset: UInt64, count: Int) throws(RecordingError) -> [UInt8] {
        var fault: RecordingError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
            do throws(RecordingError) {
                initialized = try read(at: offset, into: UnsafeMutableRawBufferPointer(room))
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return bytes
    }
}

/// Bytes in memory.
struct ByteArraySource: ByteSource {
    let bytes: [UInt8]

    var size: UInt64 { UInt64(bytes.count) }

    func read(at offset: UInt64, into room: UnsafeMutableRawBufferPointer) throws(RecordingError) -> Int {
        guard offset < size else { return 0 }
        let start = Int(offset)
        let count = min(room.count, bytes.count - start)
        bytes.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
        return count
    }
}

/// A file that is only read, by `pread`: it may be cut or written to under us, which a mapping would not survive.
final class FileSource: ByteSource {
    let path: String
    /// The size when the file was opened; what is appended later is not seen.
    let size: UInt64
    private let file: Int32

    /// Opens a file.
    init(path: String) throws(RecordingError) {
        // Without waiting: a pipe would have to be written to first.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .system("\(path) cannot be opened: \(Self.reason(errno))") }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            let reason = Self.reason(errno)
            close(file)
            throw .system("\(path) cannot be read: \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .notARecording("\(path) is no regular file")
        }
        self.file = file
        self.path = path
        size = UInt64(max(0, status.st_size))
    }

    deinit { close(file) }

    func read(at offset: UInt64, into room: UnsafeMutableRawBufferPointer) throws(RecordingError) -> Int {
        guard offset < size else { return 0 }
        let wanted = Int(min(UInt64(room.count), size - offset))
        return try readPresent(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]))
    }

    /// Reads from an offset on, also what was appended since the file was opened.
    ///
    /// - Returns: How many bytes were read: fewer than there is room for only at the present end.
    func readPresent(at offset: UInt64, into room: UnsafeMutableRawBufferPointer) throws(RecordingError) -> Int {
        guard let base = room.baseAddress else { return 0 }
        let wanted = room.count
        var done = 0
        while done < wanted {
            // SAFETY: `done < wanted <= room.count`, so that the rest of the room is written.
            let count = pread(file, base + done, wanted - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("\(path) cannot be read at byte \(offset): \(Self.reason(errno))")
            }
            // The file was cut under us.
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Whether a recorder holds the file's lock, and so may still append to it.
    var isBeingWritten: Bool {
        guard flock(file, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(file, LOCK_UN)
        return false
    }

    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "it does not exist"
        case EACCES, EPERM: "this user may not read it"
        default: String(cString: strerror(code))
        }
    }
}
