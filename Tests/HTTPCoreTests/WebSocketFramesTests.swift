// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPCore

@Suite("Frames of the server") struct WebSocketFramesTests {
    @Test(
        "have the shortest header that their length allows",
        arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 33]
    )
    func headers(_ length: Int) {
        var array: [UInt8] = [9]
        WebSocketFrames.appendTextHeader(payloadLength: length, to: &array)
        var buffer = ByteBuffer(bytes: [9])
        WebSocketFrames.appendTextHeader(payloadLength: length, to: &buffer)
        var offset = 3
        var room = [UInt8](repeating: 0xEE, count: 20)
        room.withUnsafeMutableBytes { WebSocketFrames.writeTextHeader(payloadLength: length, to: $0, at: &offset) }
        #expect(room[3..<offset].elementsEqual(array.dropFirst()) && room[offset] == 0xEE && room[2] == 0xEE)
        #expect(Array(buffer.readableBytesView) == array)
        #expect(array.count == 1 + WebSocketFrames.headerLength(payloadLength: length))
        #expect(array[1] == 0x81)
        switch length {
        case ..<126: #expect(array.dropFirst(2) == [UInt8(length)])
        case ...65_535: #expect(array.dropFirst(2) == [126, UInt8(length >> 8), UInt8(length & 0xFF)])
        case 65_536: #expect(array.dropFirst(2) == [127, 0, 0, 0, 0, 0, 1, 0, 0])
        default: #expect(array.dropFirst(2) == [127, 0, 0, 0, 2, 0, 0, 0, 0])
        }
    }

    @Test("of text and binary differ in the opcode")
    func opcodes() {
        #expect(Array(WebSocketFrames.text("hé".utf8).readableBytesView) == [0x81, 3] + Array("hé".utf8))
        var buffer = ByteBuffer()
        WebSocketFrames.appendBinaryHeader(payloadLength: 3, to: &buffer)
        #expect(Array(buffer.readableBytesView) == [0x82, 3])
    }

    @Test("of the closing handshake carry at most 123 bytes of reason, cut at a character's end")
    func closeReason() {
        let reason = "x" + String(repeating: "é", count: 200)
        let frame = Array(WebSocketFrames.close(.goingAway, reason: reason).readableBytesView)
        #expect(frame.count == 2 + 2 + 123)
        #expect(frame.prefix(4) == [0x88, 125, 3, 233])
        #expect(String(validating: frame.dropFirst(4), as: UTF8.self) == String(reason.prefix(62)))
        #expect(Array(WebSocketFrames.close(nil, reason: "unsaid").readableBytesView) == [0x88, 0])
        #expect(Array(WebSocketFrames.close(.noStatusReceived, reason: "unsaid").readableBytesView) == [0x88, 0])
    }

    @Test("are masked as RFC 6455 §5.3 says, from any offset", arguments: 0..<8)
    func mask(_ offset: Int) {
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
            var buffer = ByteBuffer(bytes: bytes)
            buffer.applyMask(0x1234_5678, offset: offset)
            #expect(Array(buffer.readableBytesView) == bytes.enumerated().map { $1 ^ key[($0 + offset) % 4] })
        }
    }
}
