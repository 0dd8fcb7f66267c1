// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A text to be found in log lines, and its form inside of a JSON string.
struct Needle: Sendable {
    private let raw: ByteSearch
    private let escaped: ByteSearch

    init(_ text: String) {
        let bytes = Array(text.utf8)
        raw = ByteSearch(bytes)
        var escaped: [UInt8] = []
        bytes.withUnsafeBufferPointer { JSONEscape.append($0, to: &escaped) }
        self.escaped = ByteSearch(escaped)
    }

    /// Whether the text occurs in a line.
    func occurs(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        raw.occurs(in: text)
    }

    /// Whether the text can occur in a line, looked for in the line's JSON form.
    ///
    /// Equal text has equal JSON form, so where the needle's does not occur the needle does not. The reverse does not
    /// hold where there are escapes: `n` occurs in `\n`.
    func mayOccur(inEscaped text: UnsafeBufferPointer<UInt8>) -> Bool {
        escaped.occurs(in: text)
    }
}

/// Finds bytes in bytes: the C library looks for the one that is rarest in text, at 32 bytes a cycle or so, and what is
/// around it is compared. (`memmem` is no part of the modules that Swift sees.)
struct ByteSearch: Sendable {
    private let bytes: [UInt8]
    private let pivot: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        pivot = bytes.indices.min { Self.commonness(bytes[$0]) < Self.commonness(bytes[$1]) } ?? 0
    }

    func occurs(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { occurs($0, in: text) }
    }

    private func occurs(_ bytes: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let needle = bytes.baseAddress, !bytes.isEmpty else { return true }
        guard let base = text.baseAddress, text.count >= bytes.count else { return false }
        let last = text.count - bytes.count
        var start = 0
        while start <= last {
            // SAFETY: the pivots of all places that are left, `start` to `last`, lie within the text.
            guard let hit = memchr(base + start + pivot, Int32(bytes[pivot]), last - start + 1) else { return false }
            start = UnsafeRawPointer(hit) - UnsafeRawPointer(base) - pivot
            if memcmp(base + start, needle, bytes.count) == 0 { return true }
            start += 1
        }
        return false
    }

    /// How common a byte is in log lines, roughly.
    private static func commonness(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "e"), UInt8(ascii: "\""): 5
        case UInt8(ascii: "0")...UInt8(ascii: "2"), UInt8(ascii: ":"), UInt8(ascii: "-"): 4
        case UInt8(ascii: "a"), UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "o"), UInt8(ascii: "r"),
            UInt8(ascii: "s"), UInt8(ascii: "t"):
            4
        case UInt8(ascii: "3")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "="): 3
        case UInt8(ascii: "b")...UInt8(ascii: "y"): 2
        default: byte >= 0x80 ? 2 : 1
        }
    }
}
