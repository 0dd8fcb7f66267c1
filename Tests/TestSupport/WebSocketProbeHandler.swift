// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Reads the opening handshake's answer and the server's frames for a ``WebSocketProbe``.
final class WebSocketProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let handshake: EventLoopPromise<HTTPReply>
    private let inbox: WebSocketInbox
    private let answersPings: Bool
    private var parser = HTTPReplyParser(hasBody: true)
    private var isOpen = false
    private var pending = ByteBuffer()
    private var fragments: [UInt8]?
    private var tally = WebSocketTally()
    private var pings = 0

    init(handshake: EventLoopPromise<HTTPReply>, inbox: WebSocketInbox, answersPings: Bool) {
        self.handshake = handshake
        self.inbox = inbox
        self.answersPings = answersPings
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        do {
            if !isOpen {
                guard let rest = try readHandshake(&bytes) else { return }
                bytes = rest
            }
            if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
            try readFrames(context)
        } catch {
            handshake.fail(error)
            inbox.end(.cut, failure: error)
            context.close(promise: nil)
        }
    }

    /// The close frame, once it came.
    private var farewell: (code: Int, reason: String)?

    /// Returns the bytes behind the handshake, once it is complete.
    private func readHandshake(_ bytes: inout ByteBuffer) throws -> ByteBuffer? {
        let reply = try parser.append(bytes.readableBytesView)
        guard let head = parser.headReply else { return nil }
        guard head.status == 101 else {
            if let reply { handshake.succeed(reply) }
            return nil
        }
        isOpen = true
        handshake.succeed(head)
        return ByteBuffer(bytes: parser.bytes)
    }

    private func readFrames(_ context: ChannelHandlerContext) throws {
        var messages: [[UInt8]] = []
        let counts = if case .count = inbox.mode { true } else { false }
        if counts && fragments == nil {
            pending.moveReaderIndex(forwardBy: pending.withUnsafeReadableBytes { tally.addTexts($0) })
        }
        let consumed = try pending.withUnsafeReadableBytes { bytes in
            try WebSocketFrameWalker.walk(bytes) { frame in
                if frame.opcode == 0x1 && frame.isFinal && fragments == nil {
                    if counts { tally.add(frame.payload) } else { messages.append([UInt8](frame.payload)) }
                } else if let message = try readUncommon(frame, context) {
                    if counts { message.withUnsafeBytes { tally.add($0) } } else { messages.append(message) }
                }
            }
        }
        pending.moveReaderIndex(forwardBy: consumed)
        if pending.readableBytes == 0 { pending.clear() } else { pending.discardReadBytes() }
        if inbox.add(messages, tally: tally, pings: pings) {
            context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
        }
        // Behind the messages that came in the same read.
        if let farewell { inbox.end(.closed(code: farewell.code, reason: farewell.reason)) }
    }

    /// Handles what is not a whole text message, and returns a message that a fragment completes.
    private func readUncommon(_ frame: WebSocketFrameWalker.Frame, _ context: ChannelHandlerContext) throws -> [UInt8]?
    {
        switch frame.opcode {
        case 0x0, 0x1:
            fragments = (fragments ?? []) + frame.payload
            guard frame.isFinal else { return nil }
            return fragments.take()
        case 0x8:
            let payload = [UInt8](frame.payload)
            let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005
            farewell = (code, String(decoding: payload.dropFirst(2), as: UTF8.self))
            send(opcode: 0x8, Array(payload.prefix(2)), context)
        case 0x9:
            pings += 1
            if answersPings { send(opcode: 0xA, [UInt8](frame.payload), context) }
        case 0xA: break
        default: throw WebSocketFrameWalker.Violation(description: "opcode \(frame.opcode)")
        }
        return nil
    }

    private func send(opcode: UInt8, _ payload: [UInt8], _ context: ChannelHandlerContext) {
        let frame = WebSocketFrameWalker.clientFrame(opcode: opcode, payload, key: .random(in: .min ... .max))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: frame)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isOpen { handshake.completeWith(Result { try parser.finish() }) }
        inbox.end(.cut)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        handshake.fail(error)
        inbox.end(.cut)
        context.close(promise: nil)
    }
}
