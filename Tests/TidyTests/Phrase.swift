// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Something that is looked for in a text, as bytes.
struct Phrase: Sendable {
    let text: String
    private let bytes: [UInt8]
    private let isWord: Bool

    /// A phrase that is a word must not stand behind a letter, digit or underscore, nor before one when it ends in one.
    init(_ text: String, isWord: Bool = true) {
        self.text = text
        self.bytes = Array(text.utf8)
        self.isWord = isWord
    }

    /// The numbers, from 1, of the lines in which it stands.
    func lines(in text: [UInt8]) -> [Int] {
        var result: [Int] = []
        var line = 1
        var counted = 0
        for offset in offsets(in: text) {
            line += text[counted..<offset].count { $0 == 10 }
            counted = offset
            if result.last != line { result.append(line) }
        }
        return result
    }

    /// Whether it stands in a text.
    func isFound(in text: [UInt8]) -> Bool { !offsets(in: text).isEmpty }

    /// Whether it stands in a text.
    func isFound(in text: String) -> Bool { isFound(in: Array(text.utf8)) }

    private func offsets(in text: [UInt8]) -> [Int] {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress, let first = bytes.first else { return [] }
            var result: [Int] = []
            var start = 0
            // SAFETY: both calls stay within the text: the search ends where the phrase would no longer fit.
            while text.count - start >= bytes.count,
                let found = memchr(base + start, Int32(first), text.count - start - bytes.count + 1)
            {
                let offset = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                if memcmp(found, bytes, bytes.count) == 0, isAlone(offset, in: text) { result.append(offset) }
                start = offset + 1
            }
            return result
        }
    }

    private func isAlone(_ offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard isWord else { return true }
        if offset > 0, Self.isWordByte(text[offset - 1]) { return false }
        let end = offset + bytes.count
        return end == text.count || !Self.isWordByte(text[end]) || !Self.isWordByte(text[end - 1])
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
