// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The shell around ``HTTPConnectionState``, between NIO's HTTP codec and everything that serves requests.
///
/// It refuses what must not reach a router, decides about upgrades, and closes connections in time. NIO drops the head of a request whose upgrade is refused, so a request that is not to be upgraded passes without
/// its `Upgrade` field.
final class HTTPConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPLimits
    private let endpoint: (any WebSocketEndpoint)?
    private let acceptance: NIOLoopBoundBox<WebSocketAcceptance?>
    private let logger: Logger
    private var state: HTTPConnectionState
    private var stall: WriteStall
    private var context: ChannelHandlerContext?
    private var timer = DeadlineTimer()
    private var isFirstRequest = true
    private var isLastResponse = false
    /// From an accepted handshake on, everything passes, until the session's handler takes over.
    private var isUpgrading = false
    private(set) var isQuiescing = false
    /// Whether a request ended before all of it was read.
    private var isCutShort = false
    private var didReadPart = false

    init(
        limits: HTTPLimits,
        endpoint: (any WebSocketEndpoint)?,
        acceptance: NIOLoopBoundBox<WebSocketAcceptance?>,
        logger: Logger,
        now: NIODeadline
    ) {
        self.limits = limits
        self.endpoint = endpoint
        self.acceptance = acceptance
        self.logger = logger
        self.state = HTTPConnectionState(limits: limits, now: now)
        self.stall = WriteStall(timeout: limits.stallTimeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.updateTimer()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer.cancel()
        self.context = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isUpgrading else { return context.fireChannelRead(data) }
        self.didReadPart = true
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.readHead(head, context: context)
        case .body(let bytes):
            if self.state.requestBody(bytes: bytes.readableBytes) {
                context.fireChannelRead(data)
            } else if self.state.isBodyTooLarge {
                self.fail(.bodyTooLarge(self.limits))
            }
        case .end:
            if self.state.requestEnd(now: context.eventLoop.now) { context.fireChannelRead(data) }
        }
    }

    private func readHead(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard self.state.isServing else { return }
        var head = head
        do throws(HTTPRefusal) {
            let shape = try HTTPRequestShape(head, limits: self.limits)
            let isUpgrading = self.isFirstRequest ? try self.acceptsUpgrade(head, context: context) : false
            self.isFirstRequest = false
            // Spelled as the upgrade handler compares it; or gone, so that it serves the request as plain HTTP.
            head.headers.remove(name: "Upgrade")
            if isUpgrading { head.headers.add(name: "Upgrade", value: "websocket") }
            guard self.state.requestHead(shape, now: context.eventLoop.now) else { return }
            if shape.expectsContinue, self.state.mayContinue { self.sendContinue(context) }
            if isUpgrading { self.beginUpgrade() }
            context.fireChannelRead(Self.wrapInboundOut(.head(head)))
        } catch {
            self.fail(error)
        }
    }

    private func beginUpgrade() {
        self.isUpgrading = true
        self.timer.cancel()
    }

    private func acceptsUpgrade(_ head: HTTPRequestHead, context: ChannelHandlerContext) throws(HTTPRefusal) -> Bool {
        guard let endpoint = self.endpoint else { return false }
        switch WebSocketHandshake(head) {
        case .notRequested:
            return false
        case .invalid(let refusal):
            throw refusal
        case .valid(let subprotocols):
            guard let request = try? HTTPRequest(head, secure: false, splitCookie: false) else { return false }
            let decision = endpoint.decide(
                WebSocketRequest(
                    head: request,
                    subprotocols: subprotocols,
                    remoteAddress: context.channel.remoteAddress
                )
            )
            guard case .accept(let subprotocol, let makeSession) = decision else { return false }
            // One that was not offered would make the client fail the connection (RFC 6455 §4.1).
            let selected = subprotocol.flatMap { subprotocols.contains($0) ? $0 : nil }
            self.acceptance.value = WebSocketAcceptance(subprotocol: selected, makeSession: makeSession)
            return true
        }
    }

    private func sendContinue(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard !self.isUpgrading else { return context.fireChannelReadComplete() }
        if !self.didReadPart { self.state.bytesArrived(now: context.eventLoop.now) }
        self.didReadPart = false
        // While lingering, what serves requests reads no more, but the client's end must be seen.
        if self.state.isLingering { context.read() }
        self.updateTimer()
        context.fireChannelReadComplete()
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !self.isUpgrading else { return context.write(data, promise: promise) }
        switch Self.unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200:
            context.write(data, promise: promise)
        case .head(let head):
            self.writeHead(head, context: context, promise: promise)
        case .body:
            guard let request = self.state.answered, !request.isHead else {
                promise?.succeed()
                return
            }
            context.write(data, promise: promise)
        case .end:
            self.writeEnd(data, context: context, promise: promise)
        }
    }

    private func writeHead(_ head: HTTPResponseHead, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard case .send(let request, let isLast) = self.state.responseHead() else {
            promise?.succeed()
            return
        }
        var head = head
        self.isLastResponse = isLast || head.headers.containsToken("close", in: "connection")
        if self.isLastResponse { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        if request.isHTTP10 {
            head.version = .http1_0
            let isKeptAlive = !self.isLastResponse && head.headers.contains(name: "Content-Length")
            self.isLastResponse = !isKeptAlive
            head.headers.replaceOrAdd(name: "Connection", value: isKeptAlive ? "keep-alive" : "close")
        }
        context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    }

    private func writeEnd(_ data: NIOAny, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard let request = self.state.answered else {
            promise?.succeed()
            return
        }
        if request.isHead {
            // The encoder would end a body that must not be there.
            promise?.succeed()
            context.flush()
        } else {
            context.write(data, promise: promise)
        }
        self.perform(self.state.responseEnd(isLast: self.isLastResponse, now: context.eventLoop.now))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !self.isUpgrading { self.observeOutput() }
        context.fireChannelWritabilityChanged()
    }

    /// Looks whether the client takes what is sent.
    ///
    /// What serves requests writes nothing while the channel is not writable, so that then, and when the last response
    /// is written, the unsent bytes only change by being taken.
    private func observeOutput() {
        guard let context = self.context else { return }
        let isWaiting = !context.channel.isWritable || self.state.isFinishing
        let unsent = isWaiting ? (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 : 0
        if self.stall.observe(unsent: unsent, taken: .max - UInt64(unsent), now: context.eventLoop.now) {
            self.logger.debug("HTTP client took no byte for too long")
            context.channel.reset()
        }
        self.updateTimer()
    }

    // MARK: The end

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.isUpgrading {
            context.close(promise: nil)
        } else if let refusal = HTTPRefusal(error, limits: self.limits) {
            self.fail(refusal)
        } else if case ByteToMessageDecoderError.dataReceivedInErrorState = error {
            // What follows a request that was refused is of no interest.
        } else {
            self.logger.debug("HTTP connection failed", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    private func fail(_ refusal: HTTPRefusal) {
        guard let context = self.context else { return }
        self.cutShort(context) { $0.fail(refusal, now: context.eventLoop.now) }
    }

    /// Takes a step that may end a request before all of it is read.
    private func cutShort(
        _ context: ChannelHandlerContext,
        _ next: (inout HTTPConnectionState) -> HTTPConnectionState.Step
    ) {
        let wasReadingBody = self.state.isReadingBody
        let step = next(&self.state)
        if wasReadingBody, !self.state.isReadingBody {
            self.isCutShort = true
            self.tellIfCutShort()
        }
        self.perform(step)
    }

    /// Tells what serves requests, now that it is there or whenever it happens, that no more of a request will come.
    ///
    /// Whoever reads the request's body must not take its beginning for all of it: Hummingbird takes the end of the
    /// input for the end of the body, but passes on an error. Of NIO's it knows that nobody waits for a response.
    func tellIfCutShort() {
        if self.isCutShort { self.context?.fireErrorCaught(HTTPParserError.closedConnection) }
    }

    private func perform(_ step: HTTPConnectionState.Step) {
        guard let context = self.context else { return }
        switch step {
        case .none:
            break
        case .refuse(let refusal):
            self.logger.debug("HTTP request refused", metadata: ["http.refusal": "\(refusal.code)"])
            context.write(Self.wrapOutboundOut(.head(refusal.head())), promise: nil)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: refusal.body)))), promise: nil)
            self.finish(context)
        case .finish:
            self.finish(context)
        case .close:
            context.close(promise: nil)
        }
        self.updateTimer()
    }

    /// Closes the output once everything is sent.
    private func finish(_ context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess {
            guard let context = self.context else { return }
            self.state.outputClosed(now: context.eventLoop.now)
            self.updateTimer()
            context.close(mode: .output, promise: nil)
            context.read()
        }
        // An empty part, sent when all before it is.
        context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: promise)
        self.observeOutput()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output, !self.isUpgrading else {
            context.close(mode: mode, promise: promise)
            return
        }
        promise?.succeed()
        self.perform(self.state.finish())
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            self.isQuiescing = true
            guard !self.isUpgrading else { break }
            self.cutShort(context) { $0.quiesce(now: context.eventLoop.now) }
        case ChannelEvent.inputClosed where !self.isUpgrading:
            let step = self.state.inputClosed(now: context.eventLoop.now)
            context.fireUserInboundEventTriggered(event)
            self.perform(step)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Time

    private func updateTimer() {
        guard let context = self.context, !self.isUpgrading else { return }
        let stall = self.stall.deadline ?? .distantFuture
        let deadline = min(self.state.deadline ?? .distantFuture, stall)
        self.timer.set(deadline == .distantFuture ? nil : deadline, on: context.eventLoop) { self.timerFired() }
    }

    private func timerFired() {
        self.timer.fired()
        guard let context = self.context else { return }
        self.observeOutput()
        self.cutShort(context) { $0.timerFired(now: context.eventLoop.now) }
        self.updateTimer()
    }
}

@available(*, unavailable)
extension HTTPConnectionHandler: Sendable {}
