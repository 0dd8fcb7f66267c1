// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The level of a line of `key=value` pairs, as logrus, go-kit, slog and Heroku write them.
enum LogfmtLevel {
    /// How far into a line its level is looked for: loggers put it among the first pairs, and a message of one page
    /// fits before it.
    static let maximumSearch = 4_096

    /// The value of a pair, quoted or not, whose first byte is at `start`.
    struct Value {
        /// The value without its quotes.
        var range: Range<Int>
        /// The index behind it.
        var end: Int
    }

    /// The level that a pair names, looked for from the token at `start` on.
    static func find(_ line: Span<UInt8>, from start: Int, before end: Int) -> Level? {
        let limit = min(end, start + maximumSearch)
        var index = start
        while index < limit {
            let tokenStart = index
            while index < limit, line[index] > 0x20, line[index] != UInt8(ascii: "="), line[index] != UInt8(ascii: "\"")
            {
                index &+= 1
            }
            guard index < limit, line[index] == UInt8(ascii: "=") else {
                // A bare word, or a stray quote: go on behind it.
                index &+= 1
                continue
            }
            let value = value(line, index + 1, before: end)
            if let level = level(line, tokenStart, index, value.range) { return level }
            index = max(value.end, index + 1)
        }
        return nil
    }

    /// The level that a pair names.
    @inline(__always)
    static func level(_ line: Span<UInt8>, _ keyStart: Int, _ keyEnd: Int, _ value: Range<Int>) -> Level? {
        guard keyEnd > keyStart, let key = LevelKey.find(line, keyStart, keyEnd) else { return nil }
        // `LOG_LEVEL=debug` is a setting.
        if ByteKind.isUpper(line[keyStart]), keyEnd - keyStart > 3, line[keyStart + 3] == UInt8(ascii: "_") {
            return nil
        }
        switch key {
        case .level, .priority, .pythonNumber, .openTelemetryNumber, .at:
            return LevelValue.read(line, value, as: key)
        default:
            return nil
        }
    }

    /// The value that begins at an index; one whose quote is never closed ends with the line.
    @inline(__always)
    static func value(_ line: Span<UInt8>, _ start: Int, before end: Int) -> Value {
        if start < end, line[start] == UInt8(ascii: "\"") {
            let close = line.closingQuote(start + 1, before: end)
            return Value(range: (start + 1)..<(close ?? end), end: close.map { $0 + 1 } ?? end)
        }
        var index = start
        while index < end, line[index] > 0x20 { index &+= 1 }
        // A comma may part pairs, and a bracket enclose them.
        var last = index
        while last > start, line[last - 1] == UInt8(ascii: ",") || line[last - 1] == UInt8(ascii: "]") { last -= 1 }
        return Value(range: start..<last, end: index)
    }
}
