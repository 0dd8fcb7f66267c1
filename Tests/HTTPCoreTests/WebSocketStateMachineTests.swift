// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

@Suite("The WebSocket state machine") struct WebSocketStateMachineTests {
    /// Sizes of section 1 go to 64 KiB and their frames a little beyond.
    private static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maximumMessageBytes = 65_536
        return limits
    }

    /// Cases that may be cut into single bytes without taking long.
    private static let short = (FramingCases.all + PayloadCases.all).filter { $0.input.count < 2_000 }

    @Test("answers as RFC 6455 demands", arguments: FramingCases.all + PayloadCases.all)
    func conformance(_ example: ConformanceCase) {
        #expect(EchoMachine.frames(of: [example.input], limits: Self.limits) == example.expected)
    }

    @Test("answers the same when the bytes come one by one", arguments: short)
    func bytewise(_ example: ConformanceCase) {
        #expect(EchoMachine.frames(of: example.input.map { [$0] }, limits: Self.limits) == example.expected)
    }

    @Test("answers the same however the bytes are cut", arguments: 0..<40)
    func cuts(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for example in Self.short.shuffled(using: &random).prefix(60) {
            let frames = EchoMachine.frames(of: example.input.cut(using: &random), limits: Self.limits)
            #expect(frames == example.expected, "seed \(seed), \(example.name)")
        }
    }

    @Test("takes any bytes without harm, and the same however they are cut", arguments: 0..<100)
    func noise(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            var frame = ClientFrame(opcode: [0, 1, 2, 8, 9, 10].randomElement(using: &random) ?? 1)
            frame.isFinal = Bool.random(using: &random)
            frame.payload = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                .random(in: 0...127, using: &random)
            }
            bytes += frame.encoded
        }
        if let index = bytes.indices.randomElement(using: &random) {
            bytes[index] = .random(in: 0...255, using: &random)
        }
        let whole = EchoMachine.frames(of: [bytes], limits: Self.limits)
        let cut = EchoMachine.frames(of: bytes.cut(using: &random), limits: Self.limits)
        #expect(whole == cut, "seed \(seed)")
    }

    // MARK: Limits

    @Test("refuses a message above the limit by its header alone")
    func tooLong() {
        let frame = ClientFrame(opcode: 2, announcedLength: 65_537)
        #expect(EchoMachine.frames(of: [frame.encoded], limits: Self.limits) == [.close(1009)])
    }

    @Test("refuses a fragment that takes the message above the limit")
    func tooLongInAll() {
        let frames: [ClientFrame] = [
            .binary(Array(repeating: 0, count: 65_000), isFinal: false),
            .continuation(Array(repeating: 0, count: 536), isFinal: false),
        ]
        let last = ClientFrame(opcode: 0, announcedLength: 1)
        #expect(EchoMachine.frames(of: [frames.encoded], limits: Self.limits) == [])
        #expect(EchoMachine.frames(of: [frames.encoded, last.encoded], limits: Self.limits) == [.close(1009)])
        #expect(
            EchoMachine.frames(
                of: [frames.encoded, ClientFrame.continuation([], isFinal: true).encoded],
                limits: Self.limits
            )
                == [.binary(Array(repeating: 0, count: 65_536))]
        )
    }

    @Test("answers a flood of pings with a bounded number of pongs, the newest among them")
    func pingFlood() {
        var machine = WebSocketStateMachine(limits: Self.limits, now: .uptimeNanoseconds(0))
        var bytes = ByteBuffer(bytes: (0..<10_000).flatMap { ClientFrame.ping(Array("\($0)".utf8)).encoded })
        var pongs = 0
        while case .pong = machine.receive(&bytes, now: .uptimeNanoseconds(1)) { pongs += 1 }
        #expect(pongs == WebSocketStateMachine.longestPongQueue)
        #expect(machine.pongSent() == WebSocketFrames.pong(ByteBuffer(string: "9999")))
        for _ in 0..<pongs { #expect(machine.pongSent() == nil) }
    }

    // MARK: Closing

    @Test("sends one close frame, ignores data, and tells the end when the client answers")
    func closing() {
        var machine = WebSocketStateMachine(limits: Self.limits, now: .uptimeNanoseconds(0))
        let frame = machine.close(.goingAway, reason: "bye", now: .uptimeNanoseconds(0))
        #expect(frame == WebSocketFrames.close(.goingAway, reason: "bye"))
        #expect(machine.close(.goingAway, reason: "again", now: .uptimeNanoseconds(0)) == nil)
        #expect(!machine.isOpen && !machine.isOver)
        var bytes = ByteBuffer(bytes: [ClientFrame.text("late"), .ping(), .close(1001)].encoded)
        let ending = WebSocketStateMachine.Ending(frame: nil, code: .goingAway, reason: "bye")
        #expect(machine.receive(&bytes, now: .uptimeNanoseconds(1)) == .end(ending))
        #expect(machine.isOver)
        #expect(machine.inputClosed() == nil)
        #expect(machine.deadline == nil)
    }

    @Test("cuts the connection when the client does not answer the close frame in time")
    func closeTimeout() {
        var machine = WebSocketStateMachine(limits: Self.limits, now: .uptimeNanoseconds(0))
        _ = machine.close(.goingAway, reason: "bye", now: .uptimeNanoseconds(0))
        #expect(machine.deadline == .uptimeNanoseconds(0) + .seconds(2))
        let early = machine.timerFired(
            now: .uptimeNanoseconds(0) + .milliseconds(1_999),
            unsent: 9,
            taken: 0,
            isReading: true
        )
        #expect(early == .nothing)
        let due = machine.timerFired(now: .uptimeNanoseconds(0) + .seconds(2), unsent: 9, taken: 0, isReading: true)
        #expect(due == .abort(.init(frame: nil, code: .goingAway, reason: "bye")))
        #expect(machine.deadline == nil)
    }

    @Test("tells 1006 when the connection ends without a close frame")
    func abnormal() {
        var machine = WebSocketStateMachine(limits: Self.limits, now: .uptimeNanoseconds(0))
        #expect(machine.inputClosed()?.code == .abnormalClosure)
        #expect(machine.inputClosed() == nil)
    }

    @Test("cuts the connection when the shutdown timeout is over, whatever the application does")
    func shutdown() {
        var machine = WebSocketStateMachine(limits: Self.limits, now: .uptimeNanoseconds(0))
        machine.quiesce(now: .uptimeNanoseconds(0))
        machine.quiesce(now: .uptimeNanoseconds(0) + .seconds(2))
        let end = NIODeadline.uptimeNanoseconds(0) + .seconds(3)
        #expect(machine.deadline == end)
        let due = machine.timerFired(now: end, unsent: 0, taken: 0, isReading: true)
        #expect(due == .abort(.init(frame: nil, code: .goingAway, reason: "server is shutting down")))
    }
}
