// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

@Suite("The timers of a session") struct SessionTimersTests {
    private let start = NIODeadline.uptimeNanoseconds(5)

    private func machine() -> WebSocketStateMachine {
        WebSocketStateMachine(limits: WebSocketLimits(), now: self.start)
    }

    private func at(_ seconds: Int64) -> NIODeadline { self.start + .seconds(seconds) }

    @Test("ping after 20 s, and close 20 s after a ping that nothing answered")
    func noPong() {
        var machine = self.machine()
        #expect(machine.deadline == self.at(20))
        #expect(machine.timerFired(now: self.at(19), unsent: 0, taken: 0, isReading: true) == .nothing)
        let ping = WebSocketStateMachine.Due.ping(WebSocketFrames.ping(1))
        #expect(machine.timerFired(now: self.at(20), unsent: 0, taken: 0, isReading: true) == ping)
        #expect(machine.deadline == self.at(40))
        guard case .end(let ending) = machine.timerFired(now: self.at(40), unsent: 0, taken: 0, isReading: true) else {
            Issue.record("the session did not end")
            return
        }
        #expect(ending.code == .policyViolation)
        #expect(ending.reason == "no answer to a ping for 20 s")
        #expect(ending.frame != nil)
        // Then the client has the close timeout to go.
        #expect(machine.deadline == self.at(42))
    }

    @Test("go on pinging while the client answers", arguments: [ClientFrame.pong([0, 0, 0, 1]), .text("or anything")])
    func pongs(_ answer: ClientFrame) {
        var machine = self.machine()
        for round in 1...5 as ClosedRange<Int64> {
            let due = machine.timerFired(now: machine.deadline ?? self.start, unsent: 0, taken: 0, isReading: true)
            #expect(due == .ping(WebSocketFrames.ping(UInt32(round))))
            var bytes = ByteBuffer(bytes: answer.encoded)
            while machine.receive(&bytes, now: self.at(round * 20)) != nil {}
            #expect(machine.deadline == self.at(round * 20 + 20))
        }
    }

    @Test("hold nothing against a client that could not see the ping, or whose answer was not read")
    func deaf() {
        for (unsent, isReading) in [(1, true), (0, false)] {
            var machine = self.machine()
            _ = machine.timerFired(now: self.at(20), unsent: 0, taken: 0, isReading: true)
            let due = machine.timerFired(now: self.at(40), unsent: unsent, taken: 0, isReading: isReading)
            #expect(due == .nothing)
            guard case .end = machine.timerFired(now: self.at(60), unsent: 0, taken: 0, isReading: true) else {
                Issue.record("the session did not end")
                continue
            }
        }
    }

    @Test("put no ping behind a backlog")
    func backlog() {
        var machine = self.machine()
        #expect(machine.timerFired(now: self.at(20), unsent: 7, taken: 0, isReading: true) == .nothing)
        #expect(machine.isOpen)
    }

    @Test("close a client that took no byte for 30 s, and cut it 2 s later")
    func stall() {
        var machine = self.machine()
        #expect(machine.outputObserved(unsent: 100, taken: 50, now: self.at(1)) == .nothing)
        #expect(machine.outputObserved(unsent: 900, taken: 50, now: self.at(30)) == .nothing)
        guard case .end(let ending) = machine.outputObserved(unsent: 900, taken: 50, now: self.at(31)) else {
            Issue.record("the session did not end")
            return
        }
        #expect(ending.code == .tryAgainLater)
        #expect(ending.reason == "slow client: it took no byte for 30 s")
        #expect(!machine.isOpen)
        let due = machine.timerFired(now: self.at(33), unsent: 900, taken: 50, isReading: true)
        guard case .abort = due else {
            Issue.record("the connection was not cut")
            return
        }
    }

    @Test("spare a client that takes a byte now and then, and one that took all")
    func slow() {
        var machine = self.machine()
        for second in 1...200 as ClosedRange<Int64> {
            let due = machine.outputObserved(unsent: 900, taken: UInt64(second / 29), now: self.at(second))
            #expect(due == .nothing)
        }
        #expect(machine.outputObserved(unsent: 0, taken: 7, now: self.at(201)) == .nothing)
        #expect(machine.outputObserved(unsent: 1, taken: 7, now: self.at(300)) == .nothing)
        #expect(machine.outputObserved(unsent: 1, taken: 7, now: self.at(329)) == .nothing)
    }

    @Test("look at a stalled client ten times per timeout")
    func steps() {
        var stall = WriteStall(timeout: .seconds(30))
        #expect(stall.deadline == nil)
        let isStalled = stall.observe(unsent: 1, taken: 0, now: self.at(0))
        #expect(!isStalled)
        #expect(stall.deadline == self.at(3))
        let isStalledStill = stall.observe(unsent: 0, taken: 1, now: self.at(3))
        #expect(!isStalledStill)
        #expect(stall.deadline == nil)
    }
}
