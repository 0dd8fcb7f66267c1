// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Writes the fields of a structured log line as JSON: a JSON line's own object, or a logfmt line's pairs as strings.
public enum LineFields {
    /// The longest line that fields are taken from.
    ///
    /// It is the engine's longest part of a line: what is longer is data rather than a log entry.
    public static let maximumLine = 16_384
    /// The most fields of a line: loggers add some twenty, and 64 leaves room for a request's headers.
    public static let maximumKeys = 64
    /// The deepest nesting of a JSON line, its own braces being the first level.
    public static let maximumDepth = 8

    /// Writes the member `fields` if the line has fields: with the same bytes for the same line, and always valid JSON.
    ///
    /// A JSON line's object is written without the blanks between its parts, duplicate names and the spelling of
    /// numbers kept.
    /// What is not UTF-8 becomes U+FFFD. A line that is not one valid object, or all pairs, or exceeds a bound, has no
    /// fields.
    ///
    /// - Returns: Whether the member was written.
    @discardableResult
    public static func append(of line: Span<UInt8>, finding: LineFinding, to writer: inout JSONWriter) -> Bool {
        guard finding.structure != .none, line.count <= maximumLine else { return false }
        var start = 0
        var end = line.count
        while end > 0, line[end - 1] <= 0x20 { end -= 1 }
        while start < end, line[start] <= 0x20 { start += 1 }
        switch finding.structure {
        case .none:
            return false
        case .json:
            guard isObject(line, start, end) else { return false }
            beginMember(&writer)
            appendMinified(line, start, end, to: &writer.bytes)
        case .logfmt:
            guard LogfmtPairs.areWhole(line, start, end) else { return false }
            beginMember(&writer)
            LogfmtPairs.append(line, start, end, to: &writer.bytes)
        }
        return true
    }

    private static func beginMember(_ writer: inout JSONWriter) {
        writer.key("fields")
        // What follows is appended to the writer's bytes as they are; this tells it that a value was written.
        writer.raw("")
    }

    // MARK: JSON

    /// Whether a range is one valid JSON object within the bounds.
    private static func isObject(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard start < end, line[start] == UInt8(ascii: "{") else { return false }
        do {
            var index = start + 1
            JSONScan.skipWhitespace(line, &index)
            if line.byte(index, before: end) == UInt8(ascii: "}") { return index + 1 == end }
            var keys = 0
            repeat {
                keys += 1
                guard keys <= maximumKeys else { return false }
                try JSONScan.skipKey(line, &index)
                // The scanner's own limit is deeper: begin nearer to it.
                try JSONScan.skipValue(line, &index, depth: JSONScan.maximumDepth - maximumDepth + 1)
            } while try JSONScan.skipSeparator(line, &index, close: UInt8(ascii: "}"))
            return index == end
        } catch {
            return false
        }
    }

    /// Appends a valid JSON text without the blanks between its parts and with all of its strings in UTF-8.
    private static func appendMinified(_ line: Span<UInt8>, _ start: Int, _ end: Int, to bytes: inout [UInt8]) {
        // SAFETY: the pointer does not leave the closure, and every index into it lies between `start` and `end`.
        line.withUnsafeBufferPointer { text in
            let isUTF8 = UTF8Scan.isValid(line)
            var index = start
            var runStart = start
            while index < end {
                switch text[index] {
                case UInt8(ascii: "\""):
                    let close = line.closingQuote(index + 1, before: end) ?? end - 1
                    if !isUTF8 {
                        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
                        appendRepaired(UnsafeBufferPointer(rebasing: text[index...close]), to: &bytes)
                        runStart = close + 1
                    }
                    index = close + 1
                case 0x09, 0x0A, 0x0D, 0x20:
                    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
                    index += 1
                    runStart = index
                default:
                    index += 1
                }
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<end]))
        }
    }

    /// Appends a string with its quotes and escapes, each byte that is not UTF-8 as U+FFFD.
    private static func appendRepaired(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while index < text.count {
            let length = UTF8Scan.characterLength(text, at: index)
            if length > 0 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<(index + length)]))
            } else {
                bytes.append(contentsOf: "\u{FFFD}".utf8)
            }
            index += max(length, 1)
        }
    }
}
