// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files, read and written whole.
enum TextFile {
    /// Reads a file of at most `limit` bytes; `nil` when it cannot be read.
    ///
    /// What is not UTF-8 becomes U+FFFD.
    static func read(_ path: String, limit: Int) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limit {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
        return nil
    }

    /// Writes a file whole or not at all: beside its place first, then renamed.
    ///
    /// - Returns: What went wrong, or `nil`.
    static func write(_ bytes: [UInt8], to path: String) -> String? {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return reason() }
        let isWritten = Descriptor.write(bytes[...], to: descriptor)
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            let reason = reason()
            unlink(temporary)
            return reason
        }
        return nil
    }

    /// Makes a folder and those that it lies in, for this user alone.
    ///
    /// - Returns: Whether it is there now.
    static func makeFolder(_ path: String) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex, !makeFolder(String(path[..<slash])) {
            return false
        }
        return mkdir(path, 0o700) == 0 || errno == EEXIST
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
