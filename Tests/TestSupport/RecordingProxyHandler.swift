// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One of the two ends of a proxied connection: what it reads the other writes.
///
/// Both live on one event loop. An end reads again when the other has written, so that a slow reader holds up the
/// writer through the proxy as it would without.
final class RecordingProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let watched: StubWatched<RecordingProxy.Record>?
    private var parser = StubRequestParser()
    private var isCounted = false
    private var context: ChannelHandlerContext?
    private var partner: RecordingProxyHandler?

    private init(_ watched: StubWatched<RecordingProxy.Record>?) {
        self.watched = watched
    }

    /// The end towards the client, which records, and the end towards the engine.
    static func pair(
        _ watched: StubWatched<RecordingProxy.Record>
    ) -> (front: RecordingProxyHandler, back: RecordingProxyHandler) {
        let front = RecordingProxyHandler(watched)
        let back = RecordingProxyHandler(nil)
        front.partner = back
        back.partner = front
        return (front, back)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        watched?.change { $0.openConnections += 1 }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if let watched {
            let requests = parser.take(buffer.readableBytesView)
            let isLost = parser.isLost && !isCounted
            isCounted = isCounted || isLost
            watched.change { record in
                record.requests += requests
                record.unreadable += isLost ? 1 : 0
            }
        }
        partner?.write(buffer, thenReading: context)
    }

    private func write(_ buffer: ByteBuffer, thenReading source: ChannelHandlerContext) {
        guard let context else { return }
        let source = NIOLoopBound(source, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenSuccess { source.value.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent {
            partner?.context?.close(mode: .output, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watched?.change { $0.openConnections -= 1 }
        partner?.context?.close(promise: nil)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension RecordingProxyHandler: Sendable {}
