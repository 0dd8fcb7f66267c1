// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// Reads the level of a log line from the line itself.
///
/// The line's structure comes first: JSON, logfmt, headers of known shape, levels set apart by brackets, capitals or
/// borders.
/// Where it says something, the words of the message never change it; where it says nothing, they are the last resort.
/// It is a function of the bytes alone: not of the stream, nor of earlier lines. It allocates nothing.
public enum LevelDetector {
    /// How much of a coloured line is read: colours are for terminals, whose lines are short.
    private static let maximumColoured = 4_096

    /// Looks at a line without its line end.
    public static func inspect(_ line: Span<UInt8>) -> LineFinding {
        guard let escape = ColourSequences.first(line, limit: maximumColoured) else { return inspectPlain(line) }
        return inspectColoured(line, firstEscape: escape)
    }

    /// Looks at a line without its control sequences; apart from ``inspect(_:)``, which thereby needs no room for them.
    @inline(never)
    private static func inspectColoured(_ line: Span<UInt8>, firstEscape escape: Int) -> LineFinding {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: min(line.count, maximumColoured)) { buffer in
            let count = ColourSequences.strip(line, from: escape, into: buffer)
            // SAFETY: the first `count` bytes were written just now, and the span does not outlive the closure.
            let plain = UnsafeBufferPointer(rebasing: buffer[..<count])
            var finding = inspectPlain(plain.span)
            finding.structure = .none
            return finding
        }
    }

    /// Looks at the line that a pointer spans.
    public static func inspect(_ line: UnsafeBufferPointer<UInt8>) -> LineFinding {
        inspect(line.span)
    }

    private static func inspectPlain(_ line: Span<UInt8>) -> LineFinding {
        var start = 0
        var end = line.count
        while end > 0, line[end - 1] <= 0x20 { end &-= 1 }
        while start < end, line[start] <= 0x20 { start &+= 1 }
        guard start < end else { return LineFinding(level: .info, origin: .none) }
        if line[start] == UInt8(ascii: "{") {
            if let finding = inspectObject(line, start, end) { return finding }
        }
        let prefix = LinePrefix(line, start, end)
        if prefix.end > start, line.byte(prefix.end, before: end) == UInt8(ascii: "{"),
            var finding = inspectObject(line, prefix.end, end)
        {
            finding.structure = .none
            return finding
        }
        var finding = inspectText(line, prefix.end, end, hasTime: prefix.hasTime)
        if prefix.end > start { finding.structure = .none }
        return finding
    }

    /// Looks at a line that begins with a brace; `nil` when no JSON object does.
    private static func inspectObject(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> LineFinding? {
        let json = JSONLevel(line, from: start, before: end)
        guard json.isObject else { return nil }
        let isWhole = line[end - 1] == UInt8(ascii: "}")
        let structure: LineStructure = isWhole ? .json : .none
        if let level = json.level { return LineFinding(level: level, structure: structure, origin: .json) }
        var level = json.hint
        var origin: LevelOrigin = level == nil ? .none : .json
        if let message = json.message, !message.isEmpty, (level ?? .info) < .critical {
            let told = inspectText(line, message.lowerBound, message.upperBound, hasTime: false)
            if told.origin != .none, level == nil || told.level > level ?? .info {
                level = told.level
                origin = told.origin
            }
        }
        return LineFinding(level: level ?? .info, structure: structure, origin: origin)
    }

    /// Looks at text for people, or pairs.
    private static func inspectText(_ line: Span<UInt8>, _ start: Int, _ end: Int, hasTime: Bool) -> LineFinding {
        if let level = fixedHeader(line, start, end) { return LineFinding(level: level, origin: .header) }
        var scan = HeaderScan(from: start, before: end, hasTime: hasTime)
        let outcome = scan.walk(line)
        let structure: LineStructure = scan.beginsWithPair ? .logfmt : .none
        switch outcome {
        case .level(let level, let origin):
            return LineFinding(level: level, structure: structure, origin: origin)
        case .object(let brace):
            let json = JSONLevel(line, from: brace, before: end)
            if let level = json.level { return LineFinding(level: level, origin: .json) }
        case .nothing:
            break
        }
        if let level = LastResortWords.level(line, from: start, before: end) {
            return LineFinding(level: level, structure: structure, origin: .words)
        }
        return LineFinding(level: .info, structure: structure, origin: .none)
    }

    /// The level of a header that is known by its first bytes.
    @inline(__always)
    private static func fixedHeader(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Level? {
        switch line.byte(start, before: end) {
        case UInt8(ascii: "<"):
            return SyslogPriority.level(line, at: start, before: end)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return RedisHeader.level(line, at: start, before: end)
        case UInt8(ascii: "["):
            return RedisHeader.level(line, at: start, before: end) ?? AccessLog.ginLevel(line, at: start, before: end)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            return KlogHeader.level(line, at: start, before: end)
        default:
            return nil
        }
    }
}
