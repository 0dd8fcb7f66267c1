// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The server's side of one WebSocket connection (RFC 6455), without its socket, its clock and its application.
struct WebSocketStateMachine {
    /// Pongs that may wait to be sent at once; of further pings only the newest is answered, as RFC 6455 §5.5.3 allows.
    ///
    /// Enough for whoever counts answers, and 4 KB at most for whoever floods.
    static let longestPongQueue = 32

    /// What a client's bytes made.
    enum Received: Equatable {
        case message(WebSocketMessage)
        /// Write this frame; it is a pong.
        case pong(ByteBuffer)
        case end(Ending)
    }

    /// The end of the session: the application hears of it now, unless it did before.
    struct Ending: Equatable {
        /// A close frame to write before the output is closed; without one there is nobody to read it.
        let frame: ByteBuffer?
        let code: WebSocketCloseCode
        let reason: String
    }

    /// What a timer made.
    enum Due: Equatable {
        case nothing
        /// Write this frame.
        case ping(ByteBuffer)
        case end(Ending)
        /// Cut the connection; what is unsent is lost.
        case abort(Ending)
    }

    private enum Phase {
        case open
        /// Our close frame is sent, the client's is awaited.
        case closing(code: WebSocketCloseCode, reason: String, until: NIODeadline)
        /// Nothing is said any more; the client's end of the connection is awaited.
        case draining(until: NIODeadline)
        case closed
    }

    private let limits: WebSocketLimits
    private var phase = Phase.open
    private var reader: WebSocketMessageReader
    private var keepAlive: KeepAlive
    private var stall: WriteStall
    private var shutdownDeadline: NIODeadline?
    private var unsentPongs = 0
    private var owedPong: ByteBuffer?

    init(limits: WebSocketLimits, now: NIODeadline) {
        self.limits = limits
        self.reader = WebSocketMessageReader(maximumMessageBytes: limits.maximumMessageBytes)
        self.keepAlive = KeepAlive(interval: limits.pingInterval, timeout: limits.pongTimeout, now: now)
        self.stall = WriteStall(timeout: limits.stallTimeout)
    }

    /// Whether the application may write.
    var isOpen: Bool {
        if case .open = self.phase { true } else { false }
    }

    /// Whether the session is over for the application too.
    var isOver: Bool {
        switch self.phase {
        case .open, .closing: false
        case .draining, .closed: true
        }
    }

    // MARK: The client

    /// Takes bytes of the client's off the front of `bytes` until something is to be done.
    ///
    /// - Returns: What to do, or `nil` when all bytes were taken.
    mutating func receive(_ bytes: inout ByteBuffer, now: NIODeadline) -> Received? {
        self.keepAlive.heard(now: now)
        while true {
            guard !self.isOver else {
                bytes.moveReaderIndex(to: bytes.writerIndex)
                return nil
            }
            do throws(WebSocketViolation) {
                guard let event = try self.reader.next(from: &bytes) else { return nil }
                if let received = self.received(event, now: now) { return received }
            } catch {
                return .end(self.end(frame: .init(error.code, error.reason), now: now))
            }
        }
    }

    private mutating func received(_ event: WebSocketMessageReader.Event, now: NIODeadline) -> Received? {
        switch (event, self.phase) {
        case (.message(let message), .open):
            return .message(message)
        case (.ping(let payload), .open):
            guard self.unsentPongs < Self.longestPongQueue else {
                self.owedPong = payload
                return nil
            }
            self.unsentPongs += 1
            return .pong(WebSocketFrames.pong(payload))
        case (.close(let code, let reason), .open):
            let echo = CloseFrame(code, "")
            return .end(self.end(frame: echo, code: code ?? .noStatusReceived, reason: reason, now: now))
        case (.close, .closing(let code, let reason, _)):
            return .end(self.end(frame: nil, code: code, reason: reason, now: now))
        case (.pong, _), (.message, _), (.ping, _), (.close, _):
            return nil
        }
    }

    /// Takes note that pongs left for the socket.
    ///
    /// - Returns: A frame to write: the answer to the newest ping that had none.
    mutating func pongSent() -> ByteBuffer? {
        self.unsentPongs -= 1
        guard self.isOpen, let payload = self.owedPong.take() else { return nil }
        self.unsentPongs += 1
        return WebSocketFrames.pong(payload)
    }

    /// Takes note that the client will send nothing more.
    ///
    /// - Returns: The end, if the application does not know it yet.
    mutating func inputClosed() -> Ending? {
        defer { self.phase = .closed }
        switch self.phase {
        case .open:
            return Ending(frame: nil, code: .abnormalClosure, reason: "connection ended without a close frame")
        case .closing(let code, let reason, _):
            return Ending(frame: nil, code: code, reason: reason)
        case .draining, .closed:
            return nil
        }
    }

    // MARK: The application

    /// Begins the closing handshake.
    ///
    /// - Returns: A frame to write, or `nil` if the session is closing already.
    mutating func close(_ code: WebSocketCloseCode, reason: String, now: NIODeadline) -> ByteBuffer? {
        guard self.isOpen else { return nil }
        self.phase = .closing(code: code, reason: reason, until: now + self.limits.closeTimeout)
        self.owedPong = nil
        return WebSocketFrames.close(code, reason: reason)
    }

    /// Gives the session a last time to end by itself.
    mutating func quiesce(now: NIODeadline) {
        self.shutdownDeadline = self.shutdownDeadline ?? now + self.limits.shutdownTimeout
    }

    // MARK: Time

    /// When `timerFired` wants to be called; `nil` when there is nothing to wait for.
    var deadline: NIODeadline? {
        switch self.phase {
        case .open:
            let due = min(self.keepAlive.deadline, self.stall.deadline ?? .distantFuture)
            return min(due, self.shutdownDeadline ?? .distantFuture)
        case .closing(_, _, let until), .draining(let until):
            return min(until, self.shutdownDeadline ?? .distantFuture)
        case .closed:
            return nil
        }
    }

    /// Takes note of the output, whenever some may have stuck.
    mutating func outputObserved(unsent: Int, taken: UInt64, now: NIODeadline) -> Due {
        guard self.isOpen, self.stall.observe(unsent: unsent, taken: taken, now: now) else { return .nothing }
        let seconds = self.limits.stallTimeout.nanoseconds / 1_000_000_000
        let reason = "slow client: it took no byte for \(seconds) s"
        return .end(self.end(frame: .init(.tryAgainLater, reason), now: now))
    }

    /// Does what is due.
    ///
    /// `unsent` are the bytes that wait to be sent, `taken` all that the socket ever took; `isReading` says whether the
    /// application lets the client's bytes in.
    mutating func timerFired(now: NIODeadline, unsent: Int, taken: UInt64, isReading: Bool) -> Due {
        if let deadline = self.shutdownDeadline, now >= deadline {
            return self.cut(.goingAway, "server is shutting down")
        }
        switch self.phase {
        case .open:
            let due = self.outputObserved(unsent: unsent, taken: taken, now: now)
            guard due == .nothing else { return due }
            return self.checkKeepAlive(now: now, canHear: unsent == 0 && isReading)
        case .closing(let code, let reason, let until):
            return now >= until ? self.cut(code, reason) : .nothing
        case .draining(let until):
            return now >= until ? self.cut(.abnormalClosure, "") : .nothing
        case .closed:
            return .nothing
        }
    }

    private mutating func checkKeepAlive(now: NIODeadline, canHear: Bool) -> Due {
        switch self.keepAlive.check(now: now, canHear: canHear) {
        case .wait:
            return .nothing
        case .ping(let payload):
            return .ping(WebSocketFrames.ping(payload))
        case .expired:
            let seconds = self.limits.pongTimeout.nanoseconds / 1_000_000_000
            return .end(self.end(frame: .init(.policyViolation, "no answer to a ping for \(seconds) s"), now: now))
        }
    }

    // MARK: The end

    private struct CloseFrame {
        let code: WebSocketCloseCode?
        let reason: String

        init(_ code: WebSocketCloseCode?, _ reason: String) {
            self.code = code
            self.reason = reason
        }
    }

    private mutating func end(frame: CloseFrame, now: NIODeadline) -> Ending {
        self.end(frame: frame, code: frame.code ?? .noStatusReceived, reason: frame.reason, now: now)
    }

    private mutating func end(
        frame: CloseFrame?,
        code: WebSocketCloseCode,
        reason: String,
        now: NIODeadline
    ) -> Ending {
        // One close frame is all that RFC 6455 §5.5.1 allows: whoever breaks a rule within the handshake gets none.
        let frame = self.isOpen ? frame : nil
        self.phase = .draining(until: now + self.limits.closeTimeout)
        self.owedPong = nil
        return Ending(
            frame: frame.map { WebSocketFrames.close($0.code, reason: $0.reason) },
            code: code,
            reason: reason
        )
    }

    private mutating func cut(_ code: WebSocketCloseCode, _ reason: String) -> Due {
        self.phase = .closed
        return .abort(Ending(frame: nil, code: code, reason: reason))
    }
}
