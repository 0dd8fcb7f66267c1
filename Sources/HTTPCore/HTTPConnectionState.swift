// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The life of one HTTP/1.1 connection: whose turn it is, what is late, and when it ends.
///
/// No I/O, no clock.
struct HTTPConnectionState {
    /// What the connection must do.
    enum Step: Equatable {
        case none
        /// Answer with this, then finish.
        case refuse(HTTPRefusal)
        /// Close the output behind what was written, and tell with `outputClosed`.
        case finish
        /// Close everything now.
        case close
    }

    /// How a response's head goes out.
    enum ResponseHead: Equatable {
        /// Nobody waits for it any more.
        case discard
        case send(to: HTTPRequestShape, isLast: Bool)
    }

    private enum Input: Equatable {
        /// Between requests; not a byte of the next one came.
        case idle
        case head
        case body
        /// No further request is taken.
        case closed
    }

    private enum Output: Equatable {
        case open
        case finishing
        case closed
    }

    private let limits: HTTPLimits
    private var input = Input.idle
    private var output = Output.open
    /// The requests that are not answered in full, the oldest first; a read's worth of them at most.
    private var requests = CircularBuffer<HTTPRequestShape>(initialCapacity: 1)
    private var isResponseStarted = false
    /// The refusal that waits for the responses before it; it is in place of the newest request's if that is incomplete.
    private var refusal: (answer: HTTPRefusal, replacesNewest: Bool)?
    private var bodyBytes = 0
    private var requestDeadline: NIODeadline?
    private var idleDeadline: NIODeadline?
    private var endDeadline: NIODeadline?
    private var shutdownDeadline: NIODeadline?

    init(limits: HTTPLimits, now: NIODeadline) {
        self.limits = limits
        self.requestDeadline = now + limits.requestTimeout
    }

    private var isQuiescing: Bool { self.shutdownDeadline != nil }

    /// Whether requests are served, as opposed to: the connection ends.
    var isServing: Bool { self.output == .open && self.input != .closed }

    /// Whether whoever serves a request waits for more of its body.
    var isReadingBody: Bool { self.isServing && self.input == .body }

    /// Whether unsent bytes are the only thing that the connection waits for.
    var isFinishing: Bool { self.output == .finishing }

    /// Whether the output is closed and only the client's end is awaited.
    var isLingering: Bool { self.output == .closed }

    // MARK: Requests

    /// Takes note that bytes came, but no part of a request was complete.
    mutating func bytesArrived(now: NIODeadline) {
        guard self.input == .idle else { return }
        self.input = .head
        self.idleDeadline = nil
        self.requestDeadline = self.requestDeadline ?? now + self.limits.requestTimeout
    }

    /// Takes a request's head.
    ///
    /// - Returns: Whether the request is to be served.
    mutating func requestHead(_ request: HTTPRequestShape, now: NIODeadline) -> Bool {
        guard self.isServing else { return false }
        self.requests.append(request)
        self.input = .body
        self.bodyBytes = 0
        self.idleDeadline = nil
        self.requestDeadline = self.requestDeadline ?? now + self.limits.requestTimeout
        return true
    }

    /// Takes a part of a request's body.
    ///
    /// - Returns: Whether it goes to the responder; `false` also when it made the body too large.
    mutating func requestBody(bytes: Int) -> Bool {
        guard self.isServing, self.input == .body else { return false }
        self.bodyBytes += bytes
        return self.bodyBytes <= self.limits.bodyBytes
    }

    /// Whether the body that comes in exceeds the limit.
    var isBodyTooLarge: Bool { self.bodyBytes > self.limits.bodyBytes }

    /// Takes a request's end.
    ///
    /// - Returns: Whether it goes to the responder.
    mutating func requestEnd(now: NIODeadline) -> Bool {
        guard self.isServing, self.input == .body else { return false }
        self.requestDeadline = nil
        self.input = self.requests.last?.isLast ?? false ? .closed : .idle
        if self.requests.isEmpty { self.idleDeadline = now + self.limits.idleTimeout }
        return true
    }

    /// Whether a `100 Continue` may be sent for the newest request.
    var mayContinue: Bool { self.requests.count == 1 && !self.isResponseStarted && self.output == .open }

    // MARK: Responses

    /// Takes the head of the oldest request's response.
    mutating func responseHead() -> ResponseHead {
        guard self.output == .open, let request = self.requests.first else { return .discard }
        self.isResponseStarted = true
        let isEnding = self.isQuiescing || self.input == .closed
        let isLast = request.isLast || (self.requests.count == 1 && isEnding && self.refusal == nil)
        return .send(to: request, isLast: isLast)
    }

    /// The request whose response goes out.
    var answered: HTTPRequestShape? {
        self.output == .open && self.isResponseStarted ? self.requests.first : nil
    }

    /// Takes the end of a response; `isLast` says whether its head announced that the connection closes.
    mutating func responseEnd(isLast: Bool, now: NIODeadline) -> Step {
        guard self.answered != nil else { return .none }
        self.requests.removeFirst()
        self.isResponseStarted = false
        if isLast { return self.finish() }
        let step = self.refuseIfDue()
        guard step == .none, self.requests.isEmpty else { return step }
        if self.isQuiescing || self.input == .closed { return self.finish() }
        if self.input == .idle { self.idleDeadline = now + self.limits.idleTimeout }
        return .none
    }

    // MARK: The end

    /// Takes note that the client's bytes make no request, or that its request is late or too large.
    mutating func fail(_ refusal: HTTPRefusal, now: NIODeadline) -> Step {
        guard self.isServing, self.refusal == nil else { return .none }
        let isIncomplete = self.input == .body
        self.input = .closed
        (self.requestDeadline, self.idleDeadline) = (nil, nil)
        self.endDeadline = now + self.limits.shutdownTimeout
        // A request that is answered already, though not read to its end, needs no other answer.
        if isIncomplete, self.requests.isEmpty { return self.finish() }
        if isIncomplete, self.requests.count == 1, self.isResponseStarted { return .none }
        self.refusal = (refusal, isIncomplete)
        return self.refuseIfDue()
    }

    private mutating func refuseIfDue() -> Step {
        guard let refusal = self.refusal, !self.isResponseStarted else { return .none }
        guard self.requests.count == (refusal.replacesNewest ? 1 : 0) else { return .none }
        self.refusal = nil
        self.requests.removeAll()
        _ = self.finish()
        return .refuse(refusal.answer)
    }

    /// Takes note that the application has nothing more to say.
    mutating func finish() -> Step {
        guard self.output == .open else { return .none }
        self.output = .finishing
        self.input = .closed
        (self.requestDeadline, self.idleDeadline, self.endDeadline) = (nil, nil, nil)
        return .finish
    }

    /// Takes note that everything was sent and the output closed.
    mutating func outputClosed(now: NIODeadline) {
        self.output = .closed
        self.endDeadline = now + self.limits.lingerTimeout
    }

    /// Takes note that the client closed its side.
    mutating func inputClosed(now: NIODeadline) -> Step {
        self.input = .closed
        (self.requestDeadline, self.idleDeadline) = (nil, nil)
        switch self.output {
        case .open where self.requests.isEmpty && self.refusal == nil: return .close
        case .open: self.endDeadline = self.endDeadline ?? now + self.limits.halfClosedTimeout
        case .finishing: break
        case .closed: return .close
        }
        return .none
    }

    /// Takes note that the server is to end.
    mutating func quiesce(now: NIODeadline) -> Step {
        self.shutdownDeadline = self.shutdownDeadline ?? now + self.limits.shutdownTimeout
        guard self.output == .open else { return .none }
        guard !self.requests.isEmpty else { return .close }
        return self.input == .body ? self.fail(.shuttingDown, now: now) : .none
    }

    // MARK: Time

    /// When `timerFired` wants to be called.
    var deadline: NIODeadline? {
        let never = NIODeadline.distantFuture
        let request = min(self.requestDeadline ?? never, self.idleDeadline ?? never)
        let end = min(self.endDeadline ?? never, self.shutdownDeadline ?? never)
        return min(request, end) == never ? nil : min(request, end)
    }

    /// Does what is due.
    mutating func timerFired(now: NIODeadline) -> Step {
        if let deadline = self.shutdownDeadline, now >= deadline { return .close }
        if let deadline = self.endDeadline, now >= deadline { return .close }
        if let deadline = self.idleDeadline, now >= deadline { return .close }
        guard let deadline = self.requestDeadline, now >= deadline else { return .none }
        // Browsers open connections that they never use; these are no requests to be answered.
        guard self.input != .idle else { return .close }
        return self.fail(.requestTimeout(self.limits), now: now)
    }
}
