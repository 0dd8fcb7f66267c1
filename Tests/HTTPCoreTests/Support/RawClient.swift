// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import NIOCore
import NIOPosix

/// A client that sends what it is told, valid or not, and reads what it is told.
struct RawClient {
    /// The end came before what was waited for.
    struct Ended: Error {
        let received: String
    }

    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let channel: any Channel
    /// What was read and not taken.
    var received: [UInt8] = []
    /// Whether the connection was reset rather than closed.
    private(set) var wasReset = false

    /// Connects, and closes when the body is done.
    ///
    /// With `isFrozen` the client reads nothing, not even into its own buffers, before `thaw`.
    static func connect<Value: Sendable>(
        to address: BoundAddress,
        isFrozen: Bool = false,
        _ body: @Sendable (inout RawClient) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: !isFrozen)
        if isFrozen { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4_096) }
        let wrap: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            }
        }
        let connection =
            switch address {
            case .tcp(let ip, let port): try await bootstrap.connect(host: ip, port: port, channelInitializer: wrap)
            case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
            }
        return try await connection.executeThenClose { inbound, outbound in
            var client = RawClient(
                iterator: inbound.makeAsyncIterator(),
                outbound: outbound,
                channel: connection.channel
            )
            return try await body(&client)
        }
    }

    private init(
        iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        channel: any Channel
    ) {
        self.iterator = iterator
        self.outbound = outbound
        self.channel = channel
    }

    func send(_ bytes: [UInt8]) async throws { try await self.outbound.write(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) async throws { try await self.outbound.write(ByteBuffer(string: text)) }

    /// Sends, though the other side may have had enough already.
    func trySend(_ bytes: [UInt8]) async { try? await self.outbound.write(ByteBuffer(bytes: bytes)) }

    /// Closes the client's side.
    func finish() { self.outbound.finish() }

    /// Begins to read after all.
    func thaw() async throws { try await self.channel.setOption(.autoRead, value: true).get() }

    private mutating func receive() async -> Bool {
        do {
            guard let buffer = try await self.iterator.next(isolation: #isolation) else { return false }
            self.received += Array(buffer.readableBytesView)
            return true
        } catch {
            self.wasReset = true
            return false
        }
    }

    /// Reads until the bytes are enough, and leaves them in `received`.
    mutating func read(until isEnough: ([UInt8]) -> Bool) async throws {
        while !isEnough(self.received) {
            guard await self.receive() else { throw Ended(received: String(decoding: self.received, as: UTF8.self)) }
        }
    }

    /// Reads until the server closes.
    mutating func readToEnd() async {
        while await self.receive() {}
    }

    /// Reads the next whole answer.
    mutating func readAnswer() async throws -> HTTPAnswer {
        while true {
            if let answer = HTTPAnswer.parse(&self.received) { return answer }
            guard await self.receive() else { throw Ended(received: String(decoding: self.received, as: UTF8.self)) }
        }
    }

    /// Reads all answers until the server closes.
    mutating func readAnswers() async -> [HTTPAnswer] {
        await self.readToEnd()
        var answers: [HTTPAnswer] = []
        while let answer = HTTPAnswer.parse(&self.received) { answers.append(answer) }
        return answers
    }

    /// Makes a session of the connection.
    mutating func upgrade(_ path: String = "/ws", with more: [UInt8] = []) async throws {
        try await self.send(Array(RawClient.handshake(path).utf8) + more)
        let answer = try await self.readAnswer()
        guard answer.status == 101 else { throw Ended(received: "\(answer)") }
    }

    static func handshake(_ path: String = "/ws", extra: String = "") -> String {
        """
        GET \(path) HTTP/1.1\r
        Host: localhost\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Version: 13\r
        \(extra)\r

        """
    }
}
