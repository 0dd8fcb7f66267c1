// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPCore

@Suite("The timers of a connection") struct HTTPConnectionTimersTests {
    /// Stands for a socket, of which one side can be closed; NIO's embedded channel would close altogether.
    private final class HalfClosure: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            guard mode == .output else { return context.close(mode: mode, promise: promise) }
            promise?.succeed()
        }
    }

    /// A connection whose time the test moves, with a responder that answers when the test says so.
    private final class Connection {
        let channel = EmbeddedChannel()

        init(limits: HTTPLimits = HTTPLimits()) throws {
            self.channel.allowRemoteHalfClosure = true
            let decoder = ByteToMessageHandler(HTTPRequestDecoder(), maximumBufferSize: limits.headerBytes)
            let connection = HTTPConnectionHandler(
                limits: limits,
                endpoint: nil,
                acceptance: NIOLoopBoundBox(nil, eventLoop: self.channel.eventLoop),
                logger: .init(label: "test"),
                now: self.channel.eventLoop.now
            )
            try self.channel.pipeline.syncOperations.addHandlers([
                HalfClosure(), HTTPResponseEncoder(), decoder, connection,
            ])
            try self.channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
        }

        var isOpen: Bool { self.channel.isActive }

        func send(_ text: String) throws { try self.channel.writeInbound(ByteBuffer(string: text)) }

        func wait(seconds: Int64) { self.channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

        /// The parts of requests that got through to the responder since the last call.
        func requestParts() throws -> Int {
            var count = 0
            while try self.channel.readInbound(as: HTTPServerRequestPart.self) != nil { count += 1 }
            return count
        }

        func respond() throws {
            try self.respondHead()
            try self.channel.writeOutbound(HTTPServerResponsePart.end(nil))
        }

        func respondHead() throws {
            let headers: HTTPHeaders = ["Content-Length": "0"]
            try self.channel.writeOutbound(
                HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))
            )
        }

        /// The status codes of what was sent since the last call.
        func statuses() throws -> [Int] {
            var bytes: [UInt8] = []
            while let part = try self.channel.readOutbound(as: ByteBuffer.self) {
                bytes += Array(part.readableBytesView)
            }
            var statuses: [Int] = []
            while let answer = HTTPAnswer.parse(&bytes) { statuses.append(answer.status) }
            return statuses
        }
    }

    private let hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("close one that never says a thing, without a word")
    func silent() throws {
        let connection = try Connection()
        connection.wait(seconds: 9)
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(!connection.isOpen)
        #expect(try connection.statuses() == [])
    }

    @Test("answer 408 to a head that takes 10 s, however it trickles in")
    func slowHead() throws {
        let connection = try Connection()
        for character in "GET /hell" {
            try connection.send(String(character))
            connection.wait(seconds: 1)
        }
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(try connection.statuses() == [408])
        // The client may read the answer before the connection is gone.
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test("answer 408 to a head and a body that take 10 s together")
    func slowBody() throws {
        let connection = try Connection()
        try connection.send("POST / HTTP/1.1\r\n")
        connection.wait(seconds: 6)
        try connection.send("Host: h\r\nContent-Length: 9\r\n\r\n")
        connection.wait(seconds: 3)
        try connection.send("abc")
        #expect(try connection.requestParts() == 2)
        #expect(throws: HTTPParserError.self) {
            connection.wait(seconds: 1)
            try connection.channel.throwIfErrorCaught()
        }
        #expect(try connection.statuses() == [408])
        // Too late: neither the rest nor a response gets through.
        try connection.send("defghi" + self.hello)
        #expect(try connection.requestParts() == 0)
        try connection.respond()
        #expect(try connection.statuses() == [])
    }

    @Test("do not hurry a response")
    func slowResponse() throws {
        let connection = try Connection()
        try connection.send(self.hello)
        connection.wait(seconds: 1_000)
        #expect(connection.isOpen)
        try connection.respond()
        #expect(try connection.statuses() == [200])
        connection.wait(seconds: 59)
        #expect(connection.isOpen)
    }

    @Test("close a kept-alive one after 60 s, counted anew after each request")
    func idle() throws {
        let connection = try Connection()
        for _ in 0..<3 {
            try connection.send(self.hello)
            try connection.respond()
            connection.wait(seconds: 59)
            #expect(connection.isOpen)
        }
        connection.wait(seconds: 1)
        #expect(!connection.isOpen)
        #expect(try connection.statuses() == [200, 200, 200])
    }

    @Test("give the second request 10 s from its first byte on")
    func slowSecond() throws {
        let connection = try Connection()
        try connection.send(self.hello)
        try connection.respond()
        #expect(try connection.statuses() == [200])
        connection.wait(seconds: 50)
        try connection.send("GET")
        connection.wait(seconds: 9)
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(try connection.statuses() == [408])
    }

    @Test("spoil no response that is on its way when the body is late")
    func lateBody() throws {
        let connection = try Connection()
        try connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n")
        try connection.respondHead()
        connection.wait(seconds: 10)
        #expect(try connection.statuses() == [200])
        try connection.channel.writeOutbound(HTTPServerResponsePart.end(nil))
        connection.wait(seconds: 1)
        #expect(try connection.statuses() == [])
        #expect(!connection.isOpen)
    }

    @Test("cut a response 5 s after the client closed its side")
    func halfClosed() throws {
        let connection = try Connection()
        try connection.send(self.hello)
        try connection.respondHead()
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        connection.wait(seconds: 4)
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test("cut one that is told to end while its last response is on its way, 3 s later")
    func shutdownWhileFinishing() {
        let start = NIODeadline.uptimeNanoseconds(1)
        var state = HTTPConnectionState(limits: HTTPLimits(), now: start)
        #expect(state.finish() == .finish)
        #expect(state.deadline == nil)
        #expect(state.quiesce(now: start) == .none)
        #expect(state.deadline == start + .seconds(3))
        #expect(state.timerFired(now: start + .seconds(2)) == .none)
        #expect(state.timerFired(now: start + .seconds(3)) == .close)
    }

    @Test("cut a response 3 s after the server was told to end")
    func shutdown() throws {
        let connection = try Connection()
        try connection.send(self.hello)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        connection.wait(seconds: 2)
        try connection.respondHead()
        connection.wait(seconds: 0)
        #expect(connection.isOpen)
        connection.wait(seconds: 1)
        #expect(!connection.isOpen)
    }
}
