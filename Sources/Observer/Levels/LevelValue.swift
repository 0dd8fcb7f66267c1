// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// Reading a level from the value of a key that is known to hold one.
enum LevelValue {
    /// The level of a value, without its quotes: a name, a letter or a number.
    static func read(_ line: Span<UInt8>, _ range: Range<Int>, as key: LevelKey) -> Level? {
        var range = range
        var wordEnd = line.lettersEnd(range.lowerBound, before: range.upperBound)
        // Most values are one word, which leaves nothing to trim.
        if wordEnd < range.upperBound || range.isEmpty {
            range = trimmed(line, range)
            guard !range.isEmpty else { return nil }
            if let number = number(line, range) { return LevelScale.level(number, key: key) }
            wordEnd = line.lettersEnd(range.lowerBound, before: range.upperBound)
        }
        // OpenTelemetry numbers the steps within a level: `ERROR2`.
        guard line.digitsEnd(wordEnd, before: range.upperBound) == range.upperBound else { return nil }
        if wordEnd == range.lowerBound + 1 { return LevelWords.find(letter: line[range.lowerBound]) }
        guard key != .letter else {
            return LevelWords.find(line, range.lowerBound, wordEnd).flatMap {
                $0.places.contains(.bare) ? $0.level : nil
            }
        }
        return LevelWords.find(line, range.lowerBound, wordEnd)?.level
    }

    /// The range without blanks and without the colour sequences that some loggers put inside of the value.
    private static func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = line.blanksEnd(range.lowerBound, before: range.upperBound)
        var end = range.upperBound
        let escape: StaticString = "\\u001b["
        while line.has(escape, at: start, before: end) {
            start += escape.utf8CodeUnitCount
            while start < end, !ByteKind.isLetter(line[start]) { start += 1 }
            start = min(start + 1, end)
        }
        var index = start
        while index < end, line[index] != UInt8(ascii: "\\") { index += 1 }
        end = index
        while end > start, ByteKind.isBlank(line[end - 1]) { end -= 1 }
        return start..<end
    }

    /// A whole number of at most five digits that fills a range.
    static func number(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 5 else { return nil }
        var value = 0
        for index in range {
            guard ByteKind.isDigit(line[index]) else { return nil }
            value = value * 10 + Int(line[index] &- UInt8(ascii: "0"))
        }
        return value
    }

    /// Whether a value says that there is nothing: zero, null, false, empty.
    static func isNothing(_ line: Span<UInt8>, _ start: Int, before end: Int) -> Bool {
        let first = line.byte(start, before: end)
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let next = line.byte(start + 1, before: end)
            return next == first || (ByteKind.isAlphanumeric(next) && isNothing(line, start + 1, before: end))
        case UInt8(ascii: "<"), UInt8(ascii: "("):
            return line.has("nil", at: start + 1, before: end) || line.has("none", at: start + 1, before: end)
        case UInt8(ascii: "{"): return line.byte(start + 1, before: end) == UInt8(ascii: "}")
        case UInt8(ascii: "["): return line.byte(start + 1, before: end) == UInt8(ascii: "]")
        case UInt8(ascii: "-"): return !ByteKind.isAlphanumeric(line.byte(start + 1, before: end))
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): return true
        case UInt8(ascii: "0"): return isZero(line, start, before: end)
        default: return isNoWord(line, start, before: end)
        }
    }

    /// Whether a number is zero: `0`, `0.0%`, `0ms`, but neither `0x80004005` nor `05`.
    private static func isZero(_ line: Span<UInt8>, _ start: Int, before end: Int) -> Bool {
        var index = start
        while index < end, line[index] == UInt8(ascii: "0") || line[index] == UInt8(ascii: ".") { index += 1 }
        let next = line.byte(index, before: end)
        return !ByteKind.isDigit(next) && next | 0x20 != UInt8(ascii: "x")
    }

    private static func isNoWord(_ line: Span<UInt8>, _ start: Int, before end: Int) -> Bool {
        let wordEnd = line.lettersEnd(start, before: end)
        guard !ByteKind.joins(line.byte(wordEnd, before: end)) || line.byte(wordEnd, before: end) == UInt8(ascii: "."),
            let word = PackedWord(line, start, wordEnd)
        else { return false }
        return word.is("null") || word.is("nil") || word.is("none") || word.is("false") || word.is("no")
            || word.is("ok") || word.is("true") || word.is("undefined") || word.is("off") || word.is("on")
            || word.is("success") || word.is("enabled") || word.is("disabled")
    }
}

/// The scales of numbers that loggers use for levels.
enum LevelScale {
    /// The level of a number under a key.
    static func level(_ number: Int, key: LevelKey) -> Level? {
        switch key {
        case .priority: number <= 7 ? syslog(number) : nil
        case .pythonNumber: python(number)
        case .openTelemetryNumber: openTelemetry(number)
        case .level: general(number)
        default: nil
        }
    }

    /// RFC 5424's severities: 0 emergency to 7 debug.
    static func syslog(_ number: Int) -> Level {
        switch number {
        case 0...2: .critical
        case 3: .error
        case 4: .warning
        case 5, 6: .info
        default: .debug
        }
    }

    /// Python's logging: 10 debug, 20 info, 30 warning, 40 error, 50 critical.
    private static func python(_ number: Int) -> Level {
        switch number {
        case ..<20: .debug
        case ..<30: .info
        case ..<40: .warning
        case ..<50: .error
        default: .critical
        }
    }

    /// OpenTelemetry's log data model: four steps to each of trace, debug, info, warn, error, fatal.
    private static func openTelemetry(_ number: Int) -> Level? {
        switch number {
        case 1...8: .debug
        case 9...12: .info
        case 13...16: .warning
        case 17...20: .error
        case 21...24: .critical
        default: nil
        }
    }

    /// A number under `level` or `severity`, told by its range: syslog and GELF below 8, bunyan and pino to 99,
    /// Monolog and Google Cloud in hundreds, logback in ten thousands.
    private static func general(_ number: Int) -> Level? {
        switch number {
        case 0...7: syslog(number)
        case 10..<30: .debug
        case 30..<40: .info
        case 40..<50: .warning
        case 50..<60: .error
        case 60..<100: .critical
        case 100..<200: .debug
        case 200..<300: .info
        case 300..<400: .warning
        case 400..<500: .error
        case 500...800: .critical
        case 5_000..<20_000: .debug
        case 20_000..<30_000: .info
        case 30_000..<40_000: .warning
        case 40_000...: .error
        default: nil
        }
    }
}
