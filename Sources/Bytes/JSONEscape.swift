// SPDX-License-Identifier: Apache-2.0

/// The text between the quotes of a JSON string (RFC 8259 §7), written from bytes and read back.
public enum JSONEscape {
    /// Appends bytes as the inside of a JSON string, the same bytes for the same text always.
    ///
    /// Quotes, backslashes and control characters are escaped; each byte that is not part of a well-formed UTF-8
    /// character becomes U+FFFD. Clean runs are found 32 bytes at a time and copied whole.
    public static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        _ = append(text, to: &bytes, replacesInvalid: true)
    }

    /// Appends bytes as the inside of a JSON string if all of them are well-formed UTF-8.
    ///
    /// - Returns: Whether they are; if not, part of them may have been appended.
    public static func appendValid(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        append(text, to: &bytes, replacesInvalid: false)
    }

    @inline(__always)
    private static func append(
        _ text: UnsafeBufferPointer<UInt8>,
        to bytes: inout [UInt8],
        replacesInvalid: Bool
    ) -> Bool {
        var index = 0
        var runStart = 0
        while true {
            index = JSONScan.plainASCIIRunEnd(text, from: index)
            guard index < text.count else { break }
            let byte = text[index]
            if byte >= 0x80 {
                let length = UTF8Scan.characterLength(text, at: index)
                if length > 0 {
                    index += length
                    continue
                }
                guard replacesInvalid else { return false }
            }
            // SAFETY: `runStart <= index <= count` holds by the loop.
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            appendEscaped(byte, to: &bytes)
            index += 1
            runStart = index
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart...]))
        return true
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"", to: &bytes)
        case UInt8(ascii: "\\"): append("\\\\", to: &bytes)
        case 0x0A: append("\\n", to: &bytes)
        case 0x0D: append("\\r", to: &bytes)
        case 0x09: append("\\t", to: &bytes)
        case 0x08: append("\\b", to: &bytes)
        case 0x0C: append("\\f", to: &bytes)
        case 0x00..<0x20:
            append("\\u00", to: &bytes)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        default: append("\u{FFFD}", to: &bytes)
        }
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        // SAFETY: a static string's bytes live as long as the process, and `utf8CodeUnitCount` is their number.
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Appends the text that the inside of a JSON string stands for.
    ///
    /// The text must be the inside of a string that ``JSONScan`` passed. A surrogate without its twin becomes U+FFFD.
    public static func appendUnescaped(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while index < text.count {
            // Clean runs are found 32 bytes at a time and copied whole.
            text.withUnsafeBufferPointer { text in
                let end = JSONScan.plainRunEnd(text, from: index)
                // SAFETY: `index <= end <= count` holds by the scan.
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<end]))
                index = end
            }
            guard index < text.count else { return }
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < text.count else {
                bytes.append(byte)
                continue
            }
            let escape = text[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "u"): appendUnicodeEscape(text, &index, to: &bytes)
            default: bytes.append(escape)
            }
        }
    }

    private static func appendUnicodeEscape(_ text: Span<UInt8>, _ index: inout Int, to bytes: inout [UInt8]) {
        guard let unit = fourHexDigits(text, at: index) else { return append("\u{FFFD}", to: &bytes) }
        index += 4
        var scalar = UInt32(unit)
        if (0xD800...0xDBFF).contains(unit), index + 6 <= text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u"), let low = fourHexDigits(text, at: index + 2),
            (0xDC00...0xDFFF).contains(low)
        {
            index += 6
            scalar = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        }
        // A lone surrogate has no scalar.
        bytes.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    }

    private static func fourHexDigits(_ text: Span<UInt8>, at start: Int) -> UInt16? {
        guard start + 4 <= text.count else { return nil }
        var value: UInt16 = 0
        for index in start..<(start + 4) {
            guard let digit = Hex.value(of: text[index]) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
