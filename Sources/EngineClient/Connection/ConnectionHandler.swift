// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL

/// The end of a connection's pipeline: sends requests, decodes answers, and reads when there is reason to.
///
/// It lives on the connection's event loop. Whoever is elsewhere sends it a ``Command`` through the pipeline.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What others ask of a connection.
    enum Command: Sendable {
        /// Send a request, and hand its answer over.
        case start(Exchange, request: [UInt8])
        /// Close, if this exchange is still the one that is carried.
        case abandon(Exchange)
    }

    private let pool: ConnectionPool
    private var exchange: Exchange?
    private var decoder = ResponseDecoder()
    private var isHeadTold = false
    /// What was decoded since the last hand-over.
    private var batch: [UInt8] = []
    /// How many exchanges this connection has begun.
    private var exchangeCount = 0
    private var hasSurplus = false
    private var failure: EngineError?
    private var reading = ReadingState()
    private var timers = ConnectionTimers()

    init(pool: ConnectionPool) {
        self.pool = pool
    }

    // MARK: Commands

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let command = event as? Command else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        switch command {
        case .start(let exchange, let request): start(context, exchange, request)
        case .abandon(let exchange):
            if self.exchange === exchange { close(context) }
        }
        promise?.succeed()
    }

    private func start(_ context: ChannelHandlerContext, _ exchange: Exchange, _ request: [UInt8]) {
        guard context.channel.isActive, exchange.attach(context.channel) else {
            exchange.finish(.failed(.fault(exchange, .truncated("any answer"))), isStale: exchangeCount > 0)
            close(context)
            return
        }
        self.exchange = exchange
        exchangeCount += 1
        decoder = ResponseDecoder(isHeadRequest: exchange.request.method == .head)
        isHeadTold = false
        reading = ReadingState()
        timers.cancel()
        switch exchange.deadline {
        case .answer(let deadline, _), .head(let deadline, _):
            timers.deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
                self.fail(exchange, .deadlineExceeded(exchange), context)
            }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
        context.read()
    }

    // MARK: Bytes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else {
            // Bytes that nobody asked for: whatever they are, the next answer would be misread.
            close(context)
            return
        }
        let buffer = unwrapInboundIn(data)
        reading.record(bytes: buffer.readableBytes, isFull: buffer.writableBytes == 0)
        do throws(ResponseFault) {
            let consumed = try decoder.decode(buffer.readableBytesSpan, into: &batch)
            hasSurplus = consumed < buffer.readableBytes
        } catch {
            failure = failure ?? .fault(exchange, error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let exchange else { return }
        let wantsMore = handOver(exchange)
        if failure != nil {
            close(context)
        } else if decoder.isComplete {
            complete(context, exchange)
        } else if wantsMore {
            readOn(context, exchange)
        } else {
            // The consumer asks for the next read when it has taken what waits.
            timers.idle?.cancel()
        }
    }

    /// Hands over what was decoded.
    ///
    /// - Returns: Whether reading should go on.
    private func handOver(_ exchange: Exchange) -> Bool {
        if !isHeadTold, let head = decoder.head {
            isHeadTold = true
            // An error's body is waited for by the caller, so the deadline stands for it.
            if case .head = exchange.deadline, head.isSuccess { timers.deadline?.cancel() }
            exchange.receive(head)
        }
        return batch.isEmpty ? true : exchange.receive(&batch)
    }

    private func readOn(_ context: ChannelHandlerContext, _ exchange: Exchange) {
        guard exchange.isStream, isHeadTold else {
            context.read()
            return
        }
        if let idleTimeout = exchange.idleTimeout { watch(context, exchange, idleTimeout) }
        let loop = context.eventLoop
        switch reading.decide(chunkCount: decoder.chunkCount, now: loop.now.uptimeNanoseconds) {
        case .now: context.read()
        case .at(let time):
            timers.pace?.cancel()
            timers.pace = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time)) {
                context.read()
            }
        }
    }

    /// A read that the consumer asks for, having made room.
    func read(context: ChannelHandlerContext) {
        if let exchange, let idleTimeout = exchange.idleTimeout { watch(context, exchange, idleTimeout) }
        context.read()
    }

    private func watch(_ context: ChannelHandlerContext, _ exchange: Exchange, _ timeout: TimeAmount) {
        timers.idle?.cancel()
        timers.idle = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.fail(exchange, .idle(exchange, timeout), context)
        }
    }

    // MARK: Ends

    private func complete(_ context: ChannelHandlerContext, _ exchange: Exchange) {
        timers.cancel()
        self.exchange = nil
        let isKept = !exchange.isStream && decoder.keepsConnection && !hasSurplus && pool.checkIn(context.channel)
        if isKept {
            timers.idle = context.eventLoop.assumeIsolated().scheduleTask(in: ConnectionPool.idleTimeout) {
                if self.pool.remove(context.channel) { self.close(context) }
            }
        }
        // After the check-in, so that the caller's next call finds the connection.
        exchange.finish(.complete)
        if !isKept { close(context) }
    }

    private func fail(_ exchange: Exchange, _ error: EngineError, _ context: ChannelHandlerContext) {
        guard self.exchange === exchange else { return }
        failure = failure ?? error
        close(context)
    }

    private func close(_ context: ChannelHandlerContext) {
        timers.cancel()
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // TLS that ends without its close_notify is an end like any other for an answer that tells its own length.
        let isMereEnd = (error as? NIOSSLError) == .uncleanShutdown && !decoder.lastsUntilClose
        if let exchange, failure == nil, !isMereEnd { failure = .connection(exchange, error) }
        close(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timers.cancel()
        _ = pool.remove(context.channel)
        if let exchange {
            self.exchange = nil
            _ = handOver(exchange)
            exchange.finish(end(of: exchange), isStale: exchangeCount > 1 && decoder.byteCount == 0)
        }
        context.fireChannelInactive()
    }

    private func end(of exchange: Exchange) -> StreamBuffer.End {
        if let failure { return .failed(failure) }
        do throws(ResponseFault) {
            try decoder.finish()
            return .complete
        } catch {
            return .failed(.fault(exchange, error))
        }
    }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}
