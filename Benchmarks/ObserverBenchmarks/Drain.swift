// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The other side of the fan-out benchmark, in a process of its own so that its processor time is not counted: clients
/// that read and throw away.
///
/// `ObserverBenchmarks --drain PORT COUNT [PATH]`: with a path, each asks for a WebSocket there first.
enum Drain {
    /// What a playback's last message begins with.
    private static let ending = Array(#"{"type":"end","#.utf8)

    /// Whether what was read ends with a playback's end: an observer waits for the answer to its close frame, which this
    /// client has none for.
    private static func isEnding(_ bytes: ArraySlice<UInt8>) -> Bool {
        let tail = bytes.suffix(200)
        return tail.indices.contains { tail[$0...].starts(with: ending) }
    }

    /// Reads until all connections have ended, or playback has.
    static func run(port: UInt16, count: Int, path: String?) throws {
        var polls: [pollfd] = []
        for _ in 0..<count {
            let socket = try Sockets.connect(port: port)
            if let path {
                // Any sixteen bytes in base64 do (RFC 6455, section 4.1).
                let request =
                    "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                let bytes = Array(request.utf8)
                guard write(socket, bytes, bytes.count) == bytes.count else { throw Unmeasured("write: \(errno)") }
            }
            polls.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0))
        }
        var open = count
        // Larger than any socket's receive buffer holds at once would be no gain.
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while open > 0 {
            guard poll(&polls, nfds_t(count), -1) >= 0 else { throw Unmeasured("poll: \(errno)") }
            for index in 0..<count where polls[index].revents != 0 {
                let count = read(polls[index].fd, &buffer, buffer.count)
                guard count <= 0 || isEnding(buffer[..<count]) else { continue }
                close(polls[index].fd)
                // A negative number is passed over (poll(2)).
                polls[index].fd = -1
                open -= 1
            }
        }
    }
}

/// Loopback sockets without a library.
enum Sockets {
    /// Connects to a port of this machine.
    static func connect(port: UInt16) throws -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port)
        let result = withSocketAddress(&address) { Glibc.connect(file, $0, $1) }
        guard file >= 0, result == 0 else { throw Unmeasured("connect to port \(port): \(errno)") }
        return file
    }

    /// Listens on a free port.
    static func listen() throws -> (file: Int32, port: UInt16) {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(0)
        guard file >= 0, withSocketAddress(&address, { bind(file, $0, $1) }) == 0, Glibc.listen(file, 256) == 0 else {
            throw Unmeasured("listen: \(errno)")
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withSocketAddress(&address) { pointer, _ in
            getsockname(file, UnsafeMutablePointer(mutating: pointer), &length)
        }
        return (file, UInt16(bigEndian: address.sin_port))
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }

    private static func withSocketAddress<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(UnsafePointer($0), length) }
        }
    }
}
