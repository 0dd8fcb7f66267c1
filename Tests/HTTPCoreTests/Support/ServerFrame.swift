// SPDX-License-Identifier: Apache-2.0

/// A frame of the server, read without any of the code under test.
enum ServerFrame: Hashable, CustomStringConvertible {
    case text([UInt8])
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    /// `nil` when the frame had no code.
    case close(UInt16?)
    /// Whatever no server may send.
    case invalid([UInt8])

    static func text(_ text: String) -> Self { .text(Array(text.utf8)) }

    /// Takes all complete frames off the front of `bytes`.
    static func parse(_ bytes: inout [UInt8]) -> [ServerFrame] {
        var frames: [ServerFrame] = []
        while let (frame, length) = self.first(bytes[...]) {
            frames.append(frame)
            bytes.removeFirst(length)
        }
        return frames
    }

    private static func first(_ bytes: ArraySlice<UInt8>) -> (ServerFrame, Int)? {
        guard bytes.count >= 2 else { return nil }
        let short = bytes[bytes.startIndex + 1]
        let extended = short == 127 ? 8 : short == 126 ? 2 : 0
        guard bytes.count >= 2 + extended, short < 128 else { return nil }
        let length =
            extended == 0
            ? Int(short) : bytes.dropFirst(2).prefix(extended).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 2 + extended + length else { return nil }
        let payload = Array(bytes.dropFirst(2 + extended).prefix(length))
        return (Self(first: bytes[bytes.startIndex], payload: payload), 2 + extended + length)
    }

    private init(first: UInt8, payload: [UInt8]) {
        switch first {
        case 0x81: self = .text(payload)
        case 0x82: self = .binary(payload)
        case 0x88 where payload.isEmpty: self = .close(nil)
        case 0x88 where payload.count >= 2: self = .close(UInt16(payload[0]) << 8 | UInt16(payload[1]))
        case 0x89: self = .ping(payload)
        case 0x8A: self = .pong(payload)
        default: self = .invalid([first] + payload)
        }
    }

    var description: String {
        switch self {
        case .text(let bytes): "text of \(bytes.count): \(String(decoding: bytes.prefix(40), as: UTF8.self))"
        case .binary(let bytes): "binary of \(bytes.count)"
        case .ping(let bytes): "ping of \(bytes.count)"
        case .pong(let bytes): "pong of \(bytes.count): \(bytes.prefix(10))"
        case .close(let code): "close \(code.map(String.init) ?? "without a code")"
        case .invalid(let bytes): "invalid \(bytes.prefix(10))"
        }
    }
}
