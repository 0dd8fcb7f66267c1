// SPDX-License-Identifier: Apache-2.0

/// The sections of the Autobahn test suite on frames: 1 framing, 2 pings and pongs, 3 reserved bits, 4 opcodes,
/// 5 fragmentation.
enum FramingCases {
    static let all = framing + pings + reservedBits + opcodes + fragmentation + lengths

    static var framing: [ConformanceCase] {
        [0, 1, 125, 126, 127, 128, 65_535, 65_536].flatMap { size -> [ConformanceCase] in
            let text = [UInt8](repeating: UInt8(ascii: "*"), count: size)
            let binary = [UInt8](repeating: 0xFE, count: size)
            return [
                .passes("1.1 text of \(size)", [.text(text)], [.text(text)]),
                .passes("1.2 binary of \(size)", [.binary(binary)], [.binary(binary)]),
            ]
        }
    }

    static var pings: [ConformanceCase] {
        let ten = (0..<10).map { Array("payload-\($0)".utf8) }
        let large: [UInt8] = Array(repeating: 0xFE, count: 125)
        return [
            .passes("2.1 ping without payload", [.ping()], [.pong([])]),
            .passes("2.2 ping with text", [.ping(Array("Hello, world!".utf8))], [.pong(Array("Hello, world!".utf8))]),
            .passes("2.3 ping with binary", [.ping([0, 255, 254, 253])], [.pong([0, 255, 254, 253])]),
            .passes("2.4 ping of 125", [.ping(large)], [.pong(large)]),
            .fails("2.5 ping of 126", [.ping(large + [0xFE])], 1002),
            .passes("2.7 unsolicited pong without payload", [.pong()], []),
            .passes("2.8 unsolicited pong", [.pong([1, 2, 3])], []),
            .passes("2.9 unsolicited pong, then ping", [.pong([1]), .ping([2])], [.pong([2])]),
            .passes("2.10 ten pings", ten.map { .ping($0) }, ten.map { .pong($0) }),
        ]
    }

    static var reservedBits: [ConformanceCase] {
        (1...7).flatMap { bits -> [ConformanceCase] in
            [UInt8]([1, 2, 8, 9, 10]).map { opcode in
                let bad = ClientFrame(opcode: opcode, reserved: UInt8(bits))
                return .fails(
                    "3.\(bits) reserved bits, opcode \(opcode)",
                    [.text("Hi"), bad],
                    1002,
                    after: [.text("Hi")]
                )
            }
        }
    }

    static var opcodes: [ConformanceCase] {
        ([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]).flatMap { opcode -> [ConformanceCase] in
            let bad = ClientFrame(opcode: opcode)
            let worse = ClientFrame(opcode: opcode, payload: Array("reserved".utf8))
            return [
                .fails("4 opcode \(opcode)", [bad], 1002),
                .fails("4 opcode \(opcode) with payload", [.text("Hi"), worse], 1002, after: [.text("Hi")]),
            ]
        }
    }

    static var fragmentation: [ConformanceCase] {
        let one = Array("fragment1".utf8)
        let two = Array("fragment2".utf8)
        let both: ServerFrame = .text(one + two)
        let ping: ClientFrame = .ping([7])
        return [
            .fails(
                "5.1 fragmented ping",
                [ClientFrame(opcode: 9, isFinal: false), .continuation([], isFinal: true)],
                1002
            ),
            .fails(
                "5.2 fragmented pong",
                [ClientFrame(opcode: 10, isFinal: false), .continuation([], isFinal: true)],
                1002
            ),
            .fails("5.2 fragmented close", [ClientFrame(opcode: 8, isFinal: false)], 1002),
            .passes("5.3 two fragments", [.text(one, isFinal: false), .continuation(two, isFinal: true)], [both]),
            .passes(
                "5.6 ping between fragments",
                [.text(one, isFinal: false), ping, .continuation(two, isFinal: true)],
                [.pong([7]), both]
            ),
            .fails("5.9 continuation of nothing", [.continuation(one, isFinal: true), .text("x")], 1002),
            .fails("5.12 unfinished continuation of nothing", [.continuation(one, isFinal: false), .text("x")], 1002),
            .fails(
                "5.15 continuation after the end",
                [.text(one, isFinal: false), .continuation(two, isFinal: true), .continuation(one, isFinal: false)],
                1002,
                after: [both]
            ),
            .fails("5.16 continuation, then text", [.continuation(one, isFinal: false), .text(two)], 1002),
            .fails("5.18 text within a message", [.text(one, isFinal: false), .text(two)], 1002),
            .fails("5.18 binary within a message", [.text(one, isFinal: false), .binary(two)], 1002),
            .passes(
                "5.19 pings between five fragments",
                [
                    .text("a", isFinal: false), .continuation([0x62], isFinal: false), ping,
                    .continuation([0x63], isFinal: false),
                ]
                    + [.continuation([0x64], isFinal: false), ping, .continuation([0x65], isFinal: true)],
                [.pong([7]), .pong([7]), .text("abcde")]
            ),
            .passes(
                "10.1 a message in 52 fragments",
                fragments(52, of: 1_300),
                [.binary(Array(repeating: 0xFE, count: 1_300))]
            ),
        ]
    }

    /// A binary message of `size` bytes in `count` fragments.
    private static func fragments(_ count: Int, of size: Int) -> [ClientFrame] {
        let piece = [UInt8](repeating: 0xFE, count: size / count)
        return (0..<count).map { index in
            ClientFrame(opcode: index == 0 ? 2 : 0, payload: piece, isFinal: index == count - 1)
        }
    }

    static var lengths: [ConformanceCase] {
        let five = [UInt8](repeating: 1, count: 5)
        let long = [UInt8](repeating: 1, count: 200)
        return [
            .fails("unmasked text", [ClientFrame(opcode: 1, payload: five, isMasked: false)], 1002),
            .fails("unmasked ping", [ClientFrame(opcode: 9, isMasked: false)], 1002),
            .fails("unmasked close", [ClientFrame(opcode: 8, isMasked: false)], 1002),
            .fails("5 bytes in a 16-bit length", [ClientFrame(opcode: 2, payload: five, lengthBytes: 2)], 1002),
            .fails("5 bytes in a 64-bit length", [ClientFrame(opcode: 2, payload: five, lengthBytes: 8)], 1002),
            .fails("200 bytes in a 64-bit length", [ClientFrame(opcode: 2, payload: long, lengthBytes: 8)], 1002),
            .fails(
                "65,535 bytes in a 64-bit length",
                [ClientFrame(opcode: 2, lengthBytes: 8, announcedLength: 65_535)],
                1002
            ),
            .fails(
                "a length with its highest bit set",
                [ClientFrame(opcode: 2, lengthBytes: 8, announcedLength: 1 << 63)],
                1002
            ),
            .fails("the longest length", [ClientFrame(opcode: 2, lengthBytes: 8, announcedLength: .max)], 1002),
            .fails(
                "a length of 2^63 - 1",
                [ClientFrame(opcode: 2, lengthBytes: 8, announcedLength: 1 << 63 - 1)],
                1009
            ),
        ]
    }
}
