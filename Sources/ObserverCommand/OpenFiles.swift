// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many files and sockets this process may have open.
enum OpenFiles {
    /// As many as anybody needs: a thousand WebSocket clients, as many other connections, and two streams to the engine
    /// for each of ten thousand containers, twice over.
    private static let wanted: rlim_t = 1 << 16

    /// Raises the soft limit, which is 1,024 in most shells and units, as far as the hard one allows.
    ///
    /// The soft limit protects programs that use `select(2)`; this one uses `epoll(7)`. Where it cannot be raised, the
    /// connections over the limit are refused one by one, which the log tells.
    static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        _ = setrlimit(resource, &limit)
    }
}
