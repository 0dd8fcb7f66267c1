// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The level of a line that is a JSON object, or the beginning of one.
///
/// It reads names and values in one pass and stops at the first that names a level, so that a line cut off behind it
/// keeps its level.
/// It does not prove that the line is valid JSON; ``LineFields`` does.
struct JSONLevel {
    /// The level that a member names.
    private(set) var level: Level?
    /// Whether at least one member was read.
    private(set) var isObject = false
    /// The inside of the message's quotes.
    private(set) var message: Range<Int>?
    /// Whether a member tells of an error.
    private(set) var hasError = false

    private var status: Int?
    private var statusLevel: Level?
    private var isRequest = false

    /// The deepest object in which a level is looked for: that of ECS's `"log":{"level":…}`.
    private static let maximumDepth = 2

    /// What the object's other members tell where none names a level.
    var hint: Level? {
        if let statusLevel { return statusLevel }
        if hasError { return .error }
        if isRequest, let status { return status >= 500 && status < 600 ? .error : .info }
        return nil
    }

    /// Reads the object whose brace is at `start`.
    init(_ line: Span<UInt8>, from start: Int, before end: Int) {
        _ = read(line, from: start, before: end, depth: 1)
    }

    /// Reads an object up to a level or its end.
    ///
    /// - Returns: The index behind the object, or `nil` when reading is over.
    private mutating func read(_ line: Span<UInt8>, from start: Int, before end: Int, depth: Int) -> Int? {
        var index = start + 1
        while true {
            index = Self.skipSpace(line, index, end)
            guard index < end else { return nil }
            switch line[index] {
            case UInt8(ascii: "}"):
                isObject = true
                return index + 1
            case UInt8(ascii: ","):
                index &+= 1
            case UInt8(ascii: "\""):
                guard let next = readMember(line, index, end, depth) else { return nil }
                index = next
            default:
                return nil
            }
        }
    }

    /// Reads the member whose name's quote is at `start`.
    private mutating func readMember(_ line: Span<UInt8>, _ start: Int, _ end: Int, _ depth: Int) -> Int? {
        guard let nameEnd = line.closingQuote(start + 1, before: end) else { return nil }
        var index = Self.skipSpace(line, nameEnd + 1, end)
        guard index < end, line[index] == UInt8(ascii: ":") else { return nil }
        isObject = true
        index = Self.skipSpace(line, index + 1, end)
        guard index < end else { return nil }
        let key = LevelKey.find(line, start + 1, nameEnd)
        switch line[index] {
        case UInt8(ascii: "\""):
            let valueEnd = line.closingQuote(index + 1, before: end)
            if let key { take(line, (index + 1)..<(valueEnd ?? end), key, isText: true, isTop: depth == 1) }
            guard let valueEnd, level == nil else { return nil }
            return valueEnd + 1
        case UInt8(ascii: "{") where key == .log && depth < Self.maximumDepth:
            guard let next = read(line, from: index, before: end, depth: depth + 1), level == nil else { return nil }
            return next
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let next = Self.skipContainer(line, index, end)
            // More than its brackets means that it says something.
            if key == .error, depth == 1, let next, next > index + 2 { hasError = true }
            return next
        default:
            let valueEnd = Self.scalarEnd(line, index, end)
            if let key { take(line, index..<valueEnd, key, isText: false, isTop: depth == 1) }
            return level == nil && valueEnd > index ? valueEnd : nil
        }
    }

    /// Takes note of a value that is neither object nor array.
    private mutating func take(_ line: Span<UInt8>, _ value: Range<Int>, _ key: LevelKey, isText: Bool, isTop: Bool) {
        switch key {
        case .level, .pythonNumber, .openTelemetryNumber, .priority:
            level = LevelValue.read(line, value, as: key)
        case .letter:
            if isTop, isText { level = LevelValue.read(line, value, as: key) }
        case .status:
            guard isTop else { return }
            if let number = LevelValue.number(line, value) {
                status = number
            } else if isText {
                statusLevel = LevelValue.read(line, value, as: key)
            }
        case .request:
            isRequest = true
        case .error:
            if isTop, !value.isEmpty, !LevelValue.isNothing(line, value.lowerBound, before: value.upperBound) {
                hasError = true
            }
        case .message, .log:
            if isTop, isText, message == nil { message = value }
        case .at:
            break
        }
    }

    /// The first index from `start` that holds no blank; most loggers write none between the parts.
    @inline(__always)
    private static func skipSpace(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        start < end && line[start] > 0x20 ? start : spaceEnd(line, start, end)
    }

    private static func spaceEnd(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, line[index] <= 0x20 { index &+= 1 }
        return index
    }

    /// The end of a number, `true`, `false` or `null`.
    private static func scalarEnd(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end {
            switch line[index] {
            case 0x00...0x20, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "\""): return index
            default: index &+= 1
            }
        }
        return index
    }

    /// The index behind an object or array, or `nil` when the line ends inside of it.
    private static func skipContainer(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var depth = 0
        var index = start
        while index < end {
            switch line[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth &-= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: "\""):
                guard let close = line.closingQuote(index + 1, before: end) else { return nil }
                index = close
            default: break
            }
            index &+= 1
        }
        return nil
    }
}
