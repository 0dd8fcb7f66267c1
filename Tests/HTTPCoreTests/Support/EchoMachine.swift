// SPDX-License-Identifier: Apache-2.0
import NIOCore

@testable import HTTPCore

/// The state machine with an application that echoes and a socket that takes everything.
struct EchoMachine {
    var machine: WebSocketStateMachine
    private(set) var frames: [ServerFrame] = []
    private(set) var ending: WebSocketStateMachine.Ending?

    init(limits: WebSocketLimits = WebSocketLimits()) {
        self.machine = WebSocketStateMachine(limits: limits, now: .uptimeNanoseconds(0))
    }

    mutating func receive(_ bytes: [UInt8]) {
        var buffer = ByteBuffer(bytes: bytes)
        while let received = self.machine.receive(&buffer, now: .uptimeNanoseconds(0)) {
            switch received {
            case .message(.text(let payload)): self.frames.append(.text(Array(payload.readableBytesView)))
            case .message(.binary(let payload)): self.frames.append(.binary(Array(payload.readableBytesView)))
            case .pong(let frame):
                self.write(frame)
                while let next = self.machine.pongSent() { self.write(next) }
            case .end(let ending):
                if let frame = ending.frame { self.write(frame) }
                self.ending = ending
            }
        }
    }

    private mutating func write(_ frame: ByteBuffer) {
        var bytes = Array(frame.readableBytesView)
        self.frames += ServerFrame.parse(&bytes)
    }

    /// What the pieces make.
    static func frames(of pieces: [[UInt8]], limits: WebSocketLimits = WebSocketLimits()) -> [ServerFrame] {
        var echo = EchoMachine(limits: limits)
        for piece in pieces { echo.receive(piece) }
        return echo.frames
    }
}
