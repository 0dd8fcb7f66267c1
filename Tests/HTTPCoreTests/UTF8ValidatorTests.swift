// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPCore

@Suite("The UTF-8 validator") struct UTF8ValidatorTests {
    /// `nil` when it is refused on the way, else whether it ended at a character's end.
    private func judge(_ pieces: [[UInt8]]) -> Bool? {
        var validator = UTF8Validator()
        for piece in pieces where !validator.consume(piece.span.bytes) { return nil }
        return validator.isAtBoundary
    }

    private func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

    @Test("agrees with the standard library on all pairs of bytes")
    func pairs() {
        var wrong: [[UInt8]] = []
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max
            where (self.judge([[first, second]]) ?? false) != self.isValid([first, second]) {
                wrong.append([first, second])
            }
        }
        #expect(wrong == [])
    }

    @Test("agrees with the standard library on random bytes near the edges", arguments: 0..<20)
    func random(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let edges: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
            0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF,
        ]
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 1...6, using: &random)).map { _ in edges.randomElement(using: &random) ?? 0
            }
            let verdict = self.judge(bytes.cut(using: &random))
            #expect((verdict ?? false) == self.isValid(bytes), "seed \(seed): \(bytes)")
        }
    }

    @Test("takes every scalar, split at every byte")
    func scalars() {
        var wrong: [UInt32] = []
        for number in stride(from: UInt32(0x80), through: 0x10FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(number) else { continue }
            let bytes = Array("longer than eight bytes \(scalar)".utf8)
            if self.judge([bytes]) != true || self.judge(bytes.map { [$0] }) != true { wrong.append(number) }
        }
        #expect(wrong == [])
    }

    @Test("fails at the first byte that nothing can mend", arguments: PayloadCases.invalidTexts)
    func failFast(_ text: (bytes: [UInt8], certainAfter: Int)) {
        #expect(self.judge([Array(text.bytes.prefix(text.certainAfter - 1))]) != nil)
        #expect(self.judge([Array(text.bytes.prefix(text.certainAfter))]) == nil)
    }

    @Test("waits for the end of a character", arguments: PayloadCases.truncatedTexts)
    func truncated(_ bytes: [UInt8]) {
        #expect(self.judge([bytes]) == false)
    }
}
