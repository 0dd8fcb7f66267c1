// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file that is being written: created, locked, and appended to.
struct RecordingOutput {
    /// The file's path.
    let path: String
    private let file: Int32

    /// Creates a file in a place, mode 0600, under the first name that is free, and locks it.
    static func create(in place: RecordingPlace, names: [String]) throws(RecordingError) -> RecordingOutput {
        for name in names {
            let path = place.path(of: name)
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
            if file < 0 {
                if errno == EEXIST { continue }
                throw .system("\(path) cannot be created: \(Self.reason(errno))")
            }
            // Nobody else has the file yet; the lock tells other observers that it is being written.
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let reason = Self.reason(errno)
                close(file)
                throw .system("\(path) cannot be locked: \(reason)")
            }
            Self.syncFolder(place.folder)
            return RecordingOutput(path: path, file: file)
        }
        throw .system("\(place.folder) has \(names.count) recordings of this second")
    }

    /// Appends bytes.
    ///
    /// - Throws: ``RecordingError/full(_:)`` when the disk has no room; part of the bytes may then be in the file, which
    ///   a reader takes for the end of a killed process.
    func append(_ bytes: [UInt8]) throws(RecordingError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + offset, $0.count - offset) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path, errno)
            }
            offset += count
        }
    }

    /// Waits until what was written is on the disk.
    func sync() throws(RecordingError) {
        guard fdatasync(file) == 0 else { throw Self.failure(path, errno) }
    }

    /// Whether the file's name is gone, with its folder say: nobody could find what is written.
    var isGone: Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_nlink == 0
    }

    /// Closes the file, and with it gives back the lock.
    func end() {
        close(file)
    }

    /// Closes the file and removes it: nothing was written to it.
    func discard() {
        unlink(path)
        close(file)
    }

    /// The share of the disk that is free, and its size in bytes; `nil` when the system does not tell.
    static func freeShare(of folder: String) -> (free: UInt64, size: UInt64)? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_frsize > 0 else { return nil }
        return (UInt64(status.f_bavail) * UInt64(status.f_frsize), UInt64(status.f_blocks) * UInt64(status.f_frsize))
    }

    private static func failure(_ path: String, _ code: Int32) -> RecordingError {
        code == ENOSPC || code == EDQUOT
            ? .full("\(path) cannot be written: \(reason(code))")
            : .system("\(path) cannot be written: \(reason(code))")
    }

    /// A new name lasts when its folder is on the disk; where that cannot be had, the file is still good.
    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "the folder does not exist"
        case EACCES, EPERM: "this user may not write there"
        case EROFS: "the file system is read-only"
        case ENOSPC: "the disk is full"
        case EDQUOT: "the quota is used up"
        default: String(cString: strerror(code))
        }
    }
}
