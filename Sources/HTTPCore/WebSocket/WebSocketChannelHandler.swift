// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOHTTP1

/// The shell around ``WebSocketStateMachine``: reads and writes the socket, keeps the timer, calls the application.
///
/// It is the only handler of an upgraded connection, and begins with NIO's event that the upgrade is complete.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limits: WebSocketLimits
    private let logger: Logger
    private var machine: WebSocketStateMachine
    private var delegate: (any WebSocketSessionDelegate)?
    /// Kept until the application was told of the end.
    private var session: WebSocketSession?
    private var context: ChannelHandlerContext?
    private var timer = DeadlineTimer()

    /// Whether the server was told to end before the session began.
    private var isQuiescing: Bool
    /// What was read and not yet looked at: more than a few bytes only while reading is paused.
    private var unread = ByteBuffer()
    private var isProcessing = false
    private var isReadingPaused = false
    private var isReadWithheld = false
    private var isFlushNeeded = false
    /// All bytes that were ever written.
    private var written: UInt64 = 0

    init(
        delegate: any WebSocketSessionDelegate,
        limits: WebSocketLimits,
        logger: Logger,
        isQuiescing: Bool = false,
        now: NIODeadline
    ) {
        self.delegate = delegate
        self.limits = limits
        self.logger = logger
        self.isQuiescing = isQuiescing
        self.machine = WebSocketStateMachine(limits: limits, now: now)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let marks = ChannelOptions.Types.WriteBufferWaterMark(
            low: self.limits.lowWaterMark,
            high: self.limits.highWaterMark
        )
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: marks)
    }

    private func open(_ context: ChannelHandlerContext) {
        guard self.session == nil, let delegate = self.delegate, context.channel.isActive else { return }
        let session = WebSocketSession(
            handler: self,
            eventLoop: context.eventLoop,
            remoteAddress: context.channel.remoteAddress
        )
        self.session = session
        delegate.sessionOpened(session)
        if self.isQuiescing { self.quiesce() }
        self.updateTimer()
    }

    /// Tells the application that the session is over, unless it knows.
    private func report(_ ending: WebSocketStateMachine.Ending) {
        guard let session = self.session, let delegate = self.delegate.take() else { return }
        self.logger.debug(
            "WebSocket session ended",
            metadata: ["ws.close_code": "\(ending.code)", "ws.close_reason": "\(ending.reason)"]
        )
        delegate.sessionClosed(session, code: ending.code, reason: ending.reason)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.disconnected()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.disconnected()
    }

    private func disconnected() {
        if let ending = self.machine.inputClosed() { self.report(ending) }
        self.timer.cancel()
        self.delegate = nil
        self.session = nil
        self.context = nil
        self.unread = ByteBuffer()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.logger.debug("WebSocket connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        if self.unread.readableBytes == 0 {
            self.unread = bytes
        } else {
            self.unread.writeBuffer(&bytes)
        }
        self.process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if self.isFlushNeeded { self.flush() }
        self.updateTimer()
        context.fireChannelReadComplete()
    }

    private func process() {
        guard !self.isProcessing, let now = self.context?.eventLoop.now else { return }
        self.isProcessing = true
        defer { self.isProcessing = false }
        while !self.isReadingPaused, let received = self.machine.receive(&self.unread, now: now) {
            switch received {
            case .message(let message):
                guard let session = self.session else { continue }
                self.delegate?.session(session, received: message)
            case .pong(let frame):
                self.writePong(frame)
            case .end(let ending):
                self.end(ending)
            }
        }
        // Lets go of the socket's buffer, of which this may be a small part.
        if self.unread.readableBytes == 0 { self.unread = ByteBuffer() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is HTTPServerUpgradeEvents:
            self.open(context)
        case ChannelEvent.inputClosed:
            if let ending = self.machine.inputClosed() { self.report(ending) }
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            self.quiesce()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func quiesce() {
        guard let context = self.context else { return }
        self.isQuiescing = true
        self.machine.quiesce(now: context.eventLoop.now)
        if let session = self.session, self.machine.isOpen { self.delegate?.sessionQuiescing(session) }
        self.updateTimer()
    }

    func read(context: ChannelHandlerContext) {
        if self.isReadingPaused {
            self.isReadWithheld = true
        } else {
            context.read()
        }
    }

    func pauseReading() {
        guard self.machine.isOpen else { return }
        self.isReadingPaused = true
    }

    func resumeReading() {
        guard self.isReadingPaused else { return }
        self.isReadingPaused = false
        self.process()
        guard !self.isReadingPaused, self.isReadWithheld else { return }
        self.isReadWithheld = false
        self.context?.read()
    }

    // MARK: Out

    var isOpen: Bool { self.context != nil && self.machine.isOpen }

    var isWritable: Bool { self.machine.isOpen && self.context?.channel.isWritable ?? false }

    var unsentBytes: Int {
        (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func write(_ frames: ByteBuffer) {
        guard self.machine.isOpen, frames.readableBytes > 0 else { return }
        self.writeFrame(frames, promise: nil)
    }

    private func writeFrame(_ frame: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context = self.context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        self.written &+= UInt64(frame.readableBytes)
        self.isFlushNeeded = true
        context.write(Self.wrapOutboundOut(frame), promise: promise)
    }

    private func writePong(_ frame: ByteBuffer) {
        guard let context = self.context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        self.writeFrame(frame, promise: promise)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            guard let next = self.machine.pongSent(), self.context != nil else { return }
            self.writePong(next)
            self.flush()
        }
    }

    func flush() {
        guard let context = self.context else { return }
        self.isFlushNeeded = false
        context.flush()
        self.observeOutput()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.observeOutput()
        if self.isWritable, let session = self.session { self.delegate?.sessionBecameWritable(session) }
        context.fireChannelWritabilityChanged()
    }

    private func observeOutput() {
        guard let context = self.context else { return }
        let unsent = self.unsentBytes
        self.perform(
            self.machine.outputObserved(
                unsent: unsent,
                taken: self.written &- UInt64(unsent),
                now: context.eventLoop.now
            )
        )
        self.updateTimer()
    }

    // MARK: Time

    private func updateTimer() {
        guard let context = self.context, self.session != nil else { return }
        self.timer.set(self.machine.deadline, on: context.eventLoop) { self.timerFired() }
    }

    private func timerFired() {
        self.timer.fired()
        guard let context = self.context else { return }
        let unsent = self.unsentBytes
        self.perform(
            self.machine.timerFired(
                now: context.eventLoop.now,
                unsent: unsent,
                taken: self.written &- UInt64(unsent),
                isReading: !self.isReadingPaused
            )
        )
        self.updateTimer()
    }

    private func perform(_ due: WebSocketStateMachine.Due) {
        switch due {
        case .nothing:
            return
        case .ping(let frame):
            self.writeFrame(frame, promise: nil)
            self.flush()
        case .end(let ending):
            self.end(ending)
        case .abort(let ending):
            self.report(ending)
            self.abort()
        }
    }

    // MARK: The end

    func close(code: WebSocketCloseCode, reason: String) {
        guard let context = self.context,
            let frame = self.machine.close(code, reason: reason, now: context.eventLoop.now)
        else { return }
        self.writeFrame(frame, promise: nil)
        self.flush()
        self.updateTimer()
        // The client's close frame is wanted.
        self.resumeReading()
    }

    /// Writes the last frame, then shuts the output down, so that the client reads it and then the end.
    private func end(_ ending: WebSocketStateMachine.Ending) {
        if let context = self.context {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess {
                // Closes all of it if the client's side is closed already.
                self.context?.close(mode: .output, promise: nil)
            }
            self.writeFrame(ending.frame ?? ByteBuffer(), promise: promise)
            self.flush()
            self.updateTimer()
        }
        self.report(ending)
        self.resumeReading()
    }

    func abort() {
        guard let context = self.context else { return }
        if self.unsentBytes > 0 {
            context.channel.reset()
        } else {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension WebSocketChannelHandler: Sendable {}
