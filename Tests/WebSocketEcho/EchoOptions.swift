// SPDX-License-Identifier: Apache-2.0

/// The command line of the echo server.
struct EchoOptions: Equatable {
    var host = "127.0.0.1"
    var port = 9001
    /// 64 MiB: conformance suites send 16 MiB.
    var maximumMessageBytes = 64 * 1024 * 1024

    static let usage = """
        usage: WebSocketEcho [--host HOST] [--port PORT] [--max-message BYTES]

        Echoes WebSocket messages on any path (default ws://127.0.0.1:9001, messages up to 64 MiB).
        Port 0 picks a free one.
        """

    /// Reads the arguments; `nil` when they make no sense.
    init?(_ arguments: some Sequence<String>) {
        var arguments = arguments.makeIterator()
        while let option = arguments.next() {
            guard let value = arguments.next() else { return nil }
            switch option {
            case "--host":
                self.host = value
            case "--port":
                guard let port = UInt16(value) else { return nil }
                self.port = Int(port)
            case "--max-message":
                guard let bytes = Int(value), (1...Int(UInt32.max)).contains(bytes) else { return nil }
                self.maximumMessageBytes = bytes
            default:
                return nil
            }
        }
    }
}
