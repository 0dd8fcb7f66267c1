// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file that appears under its name when it is whole, mode 0600, and never takes the place of another.
final class NewFile {
    private let path: String
    private let temporary: String
    private let file: Int32

    /// Begins a file under another name in the same folder.
    init(path: String) throws(RecordingError) {
        guard access(path, F_OK) != 0 else { throw .system("\(path) exists already and is not overwritten") }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { path[...$0] } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        guard !name.isEmpty else { throw .system("\(path) is no file's name") }
        var template = Array("\(folder).\(name).XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw .system("\(path) cannot be written: \(FileSource.reason(errno))") }
        self.path = path
        self.file = file
        temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        close(file)
        unlink(temporary)
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws(RecordingError) {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` is less than the bytes' number, so that their base is there.
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("\(path) cannot be written: \(FileSource.reason(errno))")
            }
            done += count
        }
    }

    /// Gives the file its name.
    func finish() throws(RecordingError) {
        guard fsync(file) == 0 else { throw .system("\(path) cannot be written: \(FileSource.reason(errno))") }
        if link(temporary, path) == 0 { return }
        switch errno {
        case EEXIST: throw .system("\(path) exists already and is not overwritten")
        case EPERM, ENOTSUP, ENOSYS, EMLINK:
            // No hard links here: the name is taken first, by an empty file that nobody else can have made.
            let reserved = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard reserved >= 0 else { throw .system("\(path) cannot be created: \(FileSource.reason(errno))") }
            close(reserved)
            guard rename(temporary, path) == 0 else {
                throw .system("\(path) cannot be created: \(FileSource.reason(errno))")
            }
        default: throw .system("\(path) cannot be created: \(FileSource.reason(errno))")
        }
    }
}
