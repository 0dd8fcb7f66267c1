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
            guard let proof = JSONObjectProof(line, start, end) else { return false }
            beginMember(&writer)
            proof.append(line, start, end, to: &writer.bytes)
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
}
