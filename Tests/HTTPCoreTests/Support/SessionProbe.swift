// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import NIOCore
import Synchronization

/// An endpoint whose sessions tell what happens to them, and can write without end.
final class SessionProbe: WebSocketEndpoint {
    enum Event: Hashable {
        case opened
        case received(WebSocketMessage, unsent: Int)
        case closed(UInt16, String)
    }

    /// The bytes of each message that is poured.
    static let pour = 16_384

    private let events = AsyncStream<Event>.makeStream()
    private let unsent = Mutex<Int>(0)
    private let isPouring: Bool

    init(isPouring: Bool = false) {
        self.isPouring = isPouring
    }

    /// The most bytes that ever waited.
    var highestUnsent: Int { self.unsent.withLock { $0 } }

    func next() async -> Event? { await self.events.stream.first { _ in true } }

    func decide(_ request: WebSocketRequest) -> WebSocketDecision {
        .accept(subprotocol: nil) { Session(probe: self) }
    }

    private final class Session: WebSocketSessionDelegate {
        private let probe: SessionProbe
        private var poured = 0

        init(probe: SessionProbe) { self.probe = probe }

        func sessionOpened(_ session: WebSocketSession) {
            self.probe.events.continuation.yield(.opened)
            self.pour(session)
        }

        func session(_ session: WebSocketSession, received message: WebSocketMessage) {
            self.probe.events.continuation.yield(.received(message, unsent: session.unsentBytes))
        }

        func sessionBecameWritable(_ session: WebSocketSession) { self.pour(session) }

        func sessionClosed(_ session: WebSocketSession, code: WebSocketCloseCode, reason: String) {
            self.probe.events.continuation.yield(.closed(code.rawValue, reason))
        }

        private func pour(_ session: WebSocketSession) {
            guard self.probe.isPouring, session.isWritable else { return }
            // Two at a time, then the loop's other work: a client that takes everything would keep it busy for ever.
            for _ in 0..<2 {
                let digit = UInt8(ascii: "0") + UInt8(self.poured % 10)
                session.write(frames: WebSocketFrames.text([UInt8](repeating: digit, count: SessionProbe.pour)))
                self.poured += 1
            }
            session.flush()
            self.probe.unsent.withLock { $0 = max($0, session.unsentBytes) }
            let again = NIOLoopBound((self, session), eventLoop: session.eventLoop)
            session.eventLoop.execute { again.value.0.pour(again.value.1) }
        }
    }
}
