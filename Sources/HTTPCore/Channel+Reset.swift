// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Channel {
    /// Closes the connection and drops what is unsent.
    ///
    /// Lingering of no seconds makes the kernel forget its bytes at once; otherwise it would keep them, and the
    /// connection, for minutes after a frozen client. Unix sockets have no such option and need none.
    func reset() {
        guard let options = self as? any SocketOptionProvider else { return self.close(promise: nil) }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.close(promise: nil) }
    }
}
