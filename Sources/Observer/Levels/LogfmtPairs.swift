// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The pairs of a logfmt line, strictly: every token is `key=value` or `key="value"`.
enum LogfmtPairs {
    /// Fewer pairs are an assignment in a text, not a format.
    private static let minimumPairs = 2

    /// Whether a range is nothing but pairs, within the bounds.
    static func areWhole(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var index = start
        var count = 0
        while index < end {
            guard let pair = pair(line, index, end) else { return false }
            count += 1
            guard count <= LineFields.maximumKeys else { return false }
            index = line.blanksEnd(pair.end, before: end)
        }
        return count >= minimumPairs
    }

    /// Appends the pairs of a range, which are whole, as a JSON object of strings.
    static func append(_ line: Span<UInt8>, _ start: Int, _ end: Int, to bytes: inout [UInt8]) {
        // SAFETY: the pointer does not leave the closure, and the ranges of pairs lie between `start` and `end`.
        line.withUnsafeBufferPointer { text in
            var index = start
            var opening = UInt8(ascii: "{")
            while index < end, let pair = pair(line, index, end) {
                bytes.append(opening)
                opening = UInt8(ascii: ",")
                appendString(UnsafeBufferPointer(rebasing: text[pair.key]), isQuoted: false, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                appendString(UnsafeBufferPointer(rebasing: text[pair.value]), isQuoted: pair.isQuoted, to: &bytes)
                index = line.blanksEnd(pair.end, before: end)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private struct Pair {
        var key: Range<Int>
        var value: Range<Int>
        var isQuoted: Bool
        var end: Int
    }

    private static func pair(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Pair? {
        var index = start
        while index < end, line[index] > 0x20, line[index] != UInt8(ascii: "="), line[index] != UInt8(ascii: "\"") {
            index += 1
        }
        guard index > start, index < end, line[index] == UInt8(ascii: "=") else { return nil }
        let key = start..<index
        let valueStart = index + 1
        if valueStart < end, line[valueStart] == UInt8(ascii: "\"") {
            guard let close = line.closingQuote(valueStart + 1, before: end),
                close + 1 == end || ByteKind.isBlank(line[close + 1])
            else { return nil }
            return Pair(key: key, value: (valueStart + 1)..<close, isQuoted: true, end: close + 1)
        }
        index = valueStart
        while index < end, !ByteKind.isBlank(line[index]) {
            guard line[index] > 0x20, line[index] != UInt8(ascii: "\"") else { return nil }
            index += 1
        }
        return Pair(key: key, value: valueStart..<index, isQuoted: false, end: index)
    }

    private static func appendString(
        _ text: UnsafeBufferPointer<UInt8>,
        isQuoted: Bool,
        to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(ascii: "\""))
        if isQuoted, text.contains(UInt8(ascii: "\\")) {
            let plain = GoString.unquoted(text)
            plain.withUnsafeBufferPointer { JSONEscape.append($0, to: &bytes) }
        } else {
            JSONEscape.append(text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// The escapes of Go's string literals, in which logfmt writers quote values.
enum GoString {
    /// The text that the inside of a quoted string stands for; an escape that is none stays as it is.
    static func unquoted(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < text.count else {
                plain.append(byte)
                index += 1
                continue
            }
            index += 2 + appendEscape(text[index + 1], text, index + 2, to: &plain)
        }
        return plain
    }

    /// Appends what an escape stands for.
    ///
    /// - Returns: The number of digits read behind its letter.
    private static func appendEscape(
        _ letter: UInt8,
        _ text: UnsafeBufferPointer<UInt8>,
        _ digits: Int,
        to plain: inout [UInt8]
    ) -> Int {
        switch letter {
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "a"): plain.append(0x07)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "v"): plain.append(0x0B)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "'"): plain.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : 8
            if let value = hexadecimal(text, digits, count) {
                if count == 2 {
                    plain.append(UInt8(truncatingIfNeeded: value))
                } else {
                    plain.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
                }
                return count
            }
            plain.append(contentsOf: [UInt8(ascii: "\\"), letter])
        default:
            plain.append(contentsOf: [UInt8(ascii: "\\"), letter])
        }
        return 0
    }

    private static func hexadecimal(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt32? {
        guard start + count <= text.count else { return nil }
        var value: UInt32 = 0
        for index in start..<(start + count) {
            guard let digit = Hex.value(of: text[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
