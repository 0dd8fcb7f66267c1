// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A WebSocket client for tests (RFC 6455), fast enough to follow a hundred thousand messages a second.
public final class WebSocketProbe: Sendable {
    /// How a connection ended.
    public enum Ending: Sendable, Hashable {
        /// The server sent a close frame with this code (1005 when it had none) and reason.
        case closed(code: Int, reason: String)
        /// The connection was lost without one.
        case cut
    }

    /// What the client does with messages.
    public enum Mode: Sendable {
        /// Keeps them for ``WebSocketProbe/next()``.
        case collect
        /// Counts them in ``WebSocketProbe/tally`` and forgets them.
        case count
    }

    /// An upgrade that the server refused.
    public struct Refused: Error, CustomStringConvertible {
        /// The server's answer.
        public let reply: HTTPReply
        /// The status and the body.
        public var description: String { "the upgrade was refused with \(reply.status): \(reply.text)" }
    }

    let channel: any Channel
    private let inbox: WebSocketInbox

    /// The server's answer to the opening handshake.
    public let reply: HTTPReply

    private init(channel: any Channel, inbox: WebSocketInbox, reply: HTTPReply) {
        self.channel = channel
        self.inbox = inbox
        self.reply = reply
    }

    /// Connects, and waits for the opening handshake.
    ///
    /// The URL is `ws://host:port/path`; a header given replaces the client's own of that name. Throws ``Refused``
    /// when the server answers with anything but 101.
    public static func connect(
        _ url: String,
        headers: [(String, String)] = [],
        subprotocols: [String] = [],
        mode: Mode = .collect,
        answersPings: Bool = true,
        within deadline: Duration = .seconds(30)
    ) async throws -> WebSocketProbe {
        guard let (address, target) = ProbeAddress.parse(url) else { throw HTTPProbe.InvalidURL(url: url) }
        var fields = [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            // Any sixteen bytes in base64 do; the test of the answer to it is the server's own suite.
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        if !subprotocols.isEmpty { fields.append(("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", "))) }
        let names = Set(headers.map { $0.0.lowercased() })
        fields.removeAll { names.contains($0.0.lowercased()) }
        let head = HTTPProbe.requestHead("GET", target, address, fields + headers, bodyLength: nil)
        let inbox = WebSocketInbox(mode: mode)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let handshake = loop.makePromise(of: HTTPReply.self)
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = WebSocketProbeHandler(handshake: handshake, inbox: inbox, answersPings: answersPings)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        let channel: any Channel
        do {
            channel = try await address.connect(bootstrap)
        } catch {
            handshake.fail(error)
            _ = try await handshake.futureResult.get()
            throw error
        }
        let timer = loop.scheduleTask(in: TimeAmount(deadline)) {
            handshake.fail(DeadlineExceeded(description: "no handshake within \(deadline)"))
        }
        defer { timer.cancel() }
        channel.writeAndFlush(ByteBuffer(bytes: head), promise: nil)
        do {
            let reply = try await handshake.futureResult.get()
            guard reply.status == 101 else { throw Refused(reply: reply) }
            return WebSocketProbe(channel: channel, inbox: inbox, reply: reply)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// The messages that have come since the last call; suspends while there are none.
    ///
    /// - Returns: `nil` when the connection has ended and everything was taken.
    /// - Throws: ``DeadlineExceeded`` when nothing comes in time, or the violation that ended the connection.
    public func next(within deadline: Duration = .seconds(30)) async throws -> [[UInt8]]? {
        let inbox = inbox
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(deadline)) {
            inbox.fail(DeadlineExceeded(description: "no message within \(deadline)"))
        }
        defer { timer.cancel() }
        let batch = try await inbox.next()
        if inbox.takeRoomWasMade() { channel.setOption(.autoRead, value: true).whenComplete { _ in } }
        return batch
    }

    /// How the connection ended, or `nil` while it is open.
    public var ending: Ending? { inbox.ending }

    /// Waits for the end of the connection; messages that were not taken are dropped.
    public func ended(within deadline: Duration = .seconds(30)) async throws -> Ending {
        while try await next(within: deadline) != nil {}
        return inbox.ending ?? .cut
    }

    /// How many pings the server has sent.
    public var pings: Int { inbox.pings }

    /// What came so far, when the mode is to count.
    public var tally: WebSocketTally { inbox.tally }

    /// Stops reading, as a client that hangs does: the server's data pile up in its socket.
    public func freeze() async throws {
        inbox.isFrozen = true
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// Reads again.
    public func thaw() async throws {
        inbox.isFrozen = false
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// Sends a text message.
    public func send(_ text: String) async throws {
        try await send(opcode: 0x1, Array(text.utf8))
    }

    /// Sends a frame of any opcode.
    public func send(opcode: UInt8, _ payload: [UInt8]) async throws {
        let frame = WebSocketFrameWalker.clientFrame(opcode: opcode, payload, key: .random(in: .min ... .max))
        try await sendRaw(frame)
    }

    /// Sends bytes as they are.
    public func sendRaw(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends a close frame and waits for the server's end of the connection.
    @discardableResult
    public func close(code: UInt16 = 1000) async throws -> Ending {
        try? await send(opcode: 0x8, [UInt8(code >> 8), UInt8(code & 0xFF)])
        return try await ended()
    }

    /// Ends the connection without a word.
    public func abort() {
        channel.close(promise: nil)
    }
}
