// SPDX-License-Identifier: Apache-2.0

/// The sections of the Autobahn test suite on what frames carry: 6 UTF-8, 7 the closing handshake.
enum PayloadCases {
    static let all = validText + invalidText + failFast + closing

    /// 6.1, 6.2, 6.5 to 6.11 and 6.22, 6.23: valid sequences, and code points at the edges of every length.
    static let validTexts: [[UInt8]] =
        [
            [], Array("Hello-µ@ßöäüàá-UTF-8!!".utf8), Array("κόσμε".utf8), Array("😀🇪🇺".utf8),
        ]
        + ([
            0x00, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0xD7FF, 0xE000, 0xFFFD, 0xFFFE, 0x10FFFF, 0x1FFFE, 0x2FFFF,
        ] as [UInt32]).compactMap { Unicode.Scalar($0).map { Array(String($0).utf8) } }

    /// 6.12 to 6.21: bytes that are never valid, each with the count of bytes after which that is certain.
    static let invalidTexts: [(bytes: [UInt8], certainAfter: Int)] = [
        // Lonely continuations and starts.
        ([0x80], 1), ([0xBF], 1), ([0x80, 0xBF], 1), ([0xC3, 0x20], 2), ([0xE0, 0xA0, 0x20], 3),
        ([0xF0, 0x90, 0x80, 0x20], 4), ([0xC2, 0xC2], 2), ([0xE1, 0x80, 0xE1], 3),
        // Bytes that never occur.
        ([0xC0], 1), ([0xC1, 0xBF], 1), ([0xF5, 0x80], 1), ([0xF8, 0x88], 1), ([0xFC, 0x84], 1), ([0xFE], 1),
        ([0xFF], 1),
        // Overlong forms.
        ([0xC0, 0xAF], 1), ([0xE0, 0x80, 0xAF], 2), ([0xE0, 0x9F, 0xBF], 2), ([0xF0, 0x80, 0x80, 0xAF], 2),
        ([0xF0, 0x8F, 0xBF, 0xBF], 2),
        // Surrogates.
        ([0xED, 0xA0, 0x80], 2), ([0xED, 0xAD, 0xBF], 2), ([0xED, 0xBF, 0xBF], 2),
        ([0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], 2),
        // Above U+10FFFF.
        ([0xF4, 0x90, 0x80, 0x80], 2), ([0xF7, 0xBF, 0xBF, 0xBF], 1),
    ]

    /// Texts that end within a character.
    static let truncatedTexts: [[UInt8]] = [
        [0xC2], [0xE0, 0xA0], [0xE1], [0xED, 0x9F], [0xF0, 0x90], [0xF0, 0x90, 0x80], [0xF4, 0x8F, 0xBF],
        Array("κόσμ".utf8) + [0xCE],
    ]

    static var validText: [ConformanceCase] {
        self.validTexts.enumerated().flatMap { index, text -> [ConformanceCase] in
            let octets = text.enumerated().map { offset, byte in
                ClientFrame(opcode: offset == 0 ? 1 : 0, payload: [byte], isFinal: offset == text.count - 1)
            }
            return [
                .passes("6.2 valid text \(index)", [.text(text)], [.text(text)]),
                .passes(
                    "6.2.3 valid text \(index) in fragments of one byte",
                    octets,
                    octets.isEmpty ? [] : [.text(text)]
                ),
            ]
        }
    }

    static var invalidText: [ConformanceCase] {
        self.invalidTexts.enumerated().map { index, text in
            .fails("6.12 invalid text \(index)", [.text(Array("κόσμε".utf8) + text.bytes + Array("edited".utf8))], 1007)
        }
            + self.truncatedTexts.enumerated().map { index, text in
                .fails("6.6 truncated text \(index)", [.text(text)], 1007)
            }
    }

    /// 6.4: what is invalid is refused before the message, and even the frame, is complete.
    static var failFast: [ConformanceCase] {
        self.invalidTexts.enumerated().flatMap { index, text -> [ConformanceCase] in
            let certain = Array(text.bytes.prefix(text.certainAfter))
            let frame = ClientFrame(opcode: 1, payload: certain, announcedLength: 1_000)
            return [
                ConformanceCase(
                    name: "6.4.1 unfinished message \(index)",
                    input: [
                        ClientFrame.text(Array("κόσμε".utf8), isFinal: false), .continuation(certain, isFinal: false),
                    ].encoded,
                    expected: [.close(1007)]
                ),
                ConformanceCase(
                    name: "6.4.3 unfinished frame \(index)",
                    input: frame.encoded,
                    expected: [.close(1007)]
                ),
            ]
        }
    }

    static var closing: [ConformanceCase] {
        let reason = [UInt8](repeating: UInt8(ascii: "*"), count: 123)
        let valid: [UInt16] = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4404, 4999]
        let invalid: [UInt16] = [0, 999, 1004, 1005, 1006, 1012, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
        let after: [ClientFrame] = [.text("late"), .ping(), .close(1001)]
        func ends(_ name: String, _ frames: [ClientFrame], _ expected: [ServerFrame]) -> ConformanceCase {
            ConformanceCase(name: name, input: frames.encoded, expected: expected)
        }
        return [
            ends("7.1.1 message, then close", [.text("Hi"), .close(1000)], [.text("Hi"), .close(1000)]),
            ends("7.1.2 frames after close", [.close(1000)] + after, [.close(1000)]),
            ends(
                "7.1.5 close within a message",
                [.text("a", isFinal: false), .close(1000), .continuation([1], isFinal: true)],
                [.close(1000)]
            ),
            ends("7.3.1 close without payload", [.close()], [.close(nil)]),
            ends("7.3.2 close of one byte", [.close([3])], [.close(1002)]),
            ends("7.3.4 close with reason", [.close(1000, Array("Hello World!".utf8))], [.close(1000)]),
            ends("7.3.5 close with the longest reason", [.close(1000, reason)], [.close(1000)]),
            ends("7.3.6 close with a longer reason", [.close(1000, reason + [1])], [.close(1002)]),
            ends(
                "7.5.1 close reason that is not UTF-8",
                [.close(1000, [0xCE, 0xBA, 0xED, 0xA0, 0x80])],
                [.close(1007)]
            ),
            ends("7.5.1 close reason that ends within a character", [.close(1000, [0xCE])], [.close(1007)]),
        ]
            + valid.map { ends("7.7 valid code \($0)", [.close($0)], [.close($0)]) }
            + invalid.map { ends("7.9 invalid code \($0)", [.close($0, Array("x".utf8))], [.close(1002)]) }
    }
}
