// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Answers one request of the stub engine, well or badly.
///
/// Writing waits until the kernel has taken the bytes, so that a client which does not read holds the writer up; it
/// returns `false` when the client has gone.
public final class StubResponder: Sendable {
    /// How the end of a body is told.
    public enum Framing: Sendable {
        /// By the chunked transfer coding.
        case chunked
        /// By a Content-Length.
        case length(Int)
        /// By the end of the connection.
        case untilClose
        /// By nothing that is added here: the fields say what they say.
        case none
    }

    private struct State {
        var isChunked = false
        var closesAtEnd = false
    }

    private let channel: any Channel
    private let isHeadRequest: Bool
    private let state = Mutex(State())

    init(_ channel: any Channel, isHeadRequest: Bool) {
        self.channel = channel
        self.isHeadRequest = isHeadRequest
    }

    /// Sends a status line and fields, with what the framing adds.
    @discardableResult
    public func head(_ status: Int, _ fields: KeyValuePairs<String, String> = [:], framing: Framing = .chunked) async
        -> Bool
    {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        switch framing {
        case .chunked: text += "Transfer-Encoding: chunked\r\n"
        case .length(let count): text += "Content-Length: \(count)\r\n"
        case .untilClose: text += "Connection: close\r\n"
        case .none: break
        }
        state.withLock { state in
            if case .chunked = framing { state.isChunked = !isHeadRequest } else { state.isChunked = false }
            if case .untilClose = framing { state.closesAtEnd = true }
        }
        return await raw(Array((text + "\r\n").utf8))
    }

    /// Sends data: one chunk where the body is chunked, else the bytes as they are; an empty array is no chunk.
    @discardableResult
    public func chunk(_ bytes: [UInt8]) async -> Bool {
        guard state.withLock(\.isChunked), !bytes.isEmpty else { return await raw(bytes) }
        return await raw(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    /// Sends the text's bytes as one chunk.
    @discardableResult
    public func chunk(_ text: String) async -> Bool {
        await chunk(Array(text.utf8))
    }

    /// Sends bytes as they are.
    @discardableResult
    public func raw(_ bytes: [UInt8]) async -> Bool {
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
            return true
        } catch {
            return false
        }
    }

    /// Sends the text's bytes as they are.
    @discardableResult
    public func raw(_ text: String) async -> Bool {
        await raw(Array(text.utf8))
    }

    /// Ends the body as its framing has it: the zero chunk, or the end of the connection.
    @discardableResult
    public func end() async -> Bool {
        let state = state.withLock { $0 }
        if state.closesAtEnd { close() }
        return state.isChunked ? await raw("0\r\n\r\n") : true
    }

    /// Sends a whole answer in JSON.
    @discardableResult
    public func json(_ status: Int, _ text: String, _ fields: KeyValuePairs<String, String> = [:]) async -> Bool {
        var whole = "HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: application/json\r\n"
        for (name, value) in fields { whole += "\(name): \(value)\r\n" }
        return await raw(whole + "Content-Length: \(text.utf8.count)\r\n\r\n" + (isHeadRequest ? "" : text))
    }

    /// Closes the connection: the client sees its end after all that was written.
    public func close() {
        channel.close(promise: nil)
    }

    /// Resets the connection (SO_LINGER 0): a client on TCP gets ECONNRESET; on a Unix socket it is a mere end.
    public func reset() async {
        let provider = channel as? any SocketOptionProvider
        try? await provider?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        close()
    }

    /// Waits until the connection has ended, by whoever's doing.
    public func closed() async {
        try? await channel.closeFuture.get()
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 404: "Not Found"
        case 400: "Bad Request"
        case 500: "Internal Server Error"
        default: "Status"
        }
    }
}
