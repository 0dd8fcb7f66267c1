// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Answers a connection that is one too many, whatever it asks, and closes it.
final class RefusedConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let refusal: HTTPRefusal
    private let lingerTimeout: TimeAmount

    init(_ refusal: HTTPRefusal, lingerTimeout: TimeAmount) {
        self.refusal = refusal
        self.lingerTimeout = lingerTimeout
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(self.refusal.encoded()), promise: nil)
        context.close(mode: .output, promise: nil)
        // Not closed at once: the request that is on its way would reset the connection before the answer is read.
        let cut = context.eventLoop.scheduleTask(in: self.lingerTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in cut.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension RefusedConnectionHandler: Sendable {}
