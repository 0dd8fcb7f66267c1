// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file of a listening Unix socket, which appears at its path only when nobody but its owner may use it.
///
/// The socket is bound next to the path, under a name that begins with a dot, in the mode that the umask happens to
/// give; then it is narrowed and moved to the path, over the socket of a process that is gone.
struct UnixSocketFile {
    /// `sockaddr_un` holds 108 bytes, the last of them 0.
    static let longestPath = 107

    let path: String
    /// Where to bind.
    let temporaryPath: String

    /// Checks that the path can be taken.
    init(path: String) throws(ListenError) {
        self.path = path
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        self.temporaryPath = "\(directory).\(String(UInt32.random(in: 0 ... .max), radix: 36)).sock"
        let longest = max(path.utf8.count, self.temporaryPath.utf8.count)
        guard longest <= Self.longestPath else {
            throw self.error("the path, or \(self.temporaryPath), is longer than \(Self.longestPath) bytes")
        }
        guard let mode = Self.status(of: path)?.st_mode else { return }
        guard mode & S_IFMT == S_IFSOCK else { throw self.error("there is a file that is not a socket; remove it") }
        guard !self.isServed() else { throw self.error("another process serves it; stop that or take another path") }
    }

    private func error(_ problem: String) -> ListenError {
        ListenError(address: .unix(path: self.path), problem: problem)
    }

    /// Moves the bound socket to its path.
    ///
    /// - Returns: What tells this socket from a later one at the path.
    func publish() throws(ListenError) -> Identity {
        guard chmod(self.temporaryPath, S_IRUSR | S_IWUSR) == 0, rename(self.temporaryPath, self.path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(self.temporaryPath)
            throw self.error("the socket cannot be moved there: \(reason)")
        }
        return Identity(Self.status(of: self.path))
    }

    /// Removes the socket, unless it is another one by now.
    func remove(_ identity: Identity) {
        guard Identity(Self.status(of: self.path)) == identity else { return }
        unlink(self.path)
    }

    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64

        init(_ status: stat?) {
            self.device = status.map { UInt64($0.st_dev) } ?? 0
            self.inode = status.map { UInt64($0.st_ino) } ?? 0
        }
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Whether somebody accepts connections at the path.
    private func isServed() -> Bool {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return false }
        defer { _ = Self.closeDescriptor(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the bytes are copied into the fixed array within its size (`init` checked the length), the rest is 0.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        // SAFETY: a sockaddr_un is passed as the sockaddr that it begins with, with its own size, for this call only.
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        }
    }

    private static func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
}
