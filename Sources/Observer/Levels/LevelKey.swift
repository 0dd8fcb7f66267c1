// SPDX-License-Identifier: Apache-2.0

/// What a member of a JSON line, or a pair of a logfmt line, tells of the line's level by its name.
enum LevelKey {
    /// A level by name or number: `level`, `severity`, `lvl`, ECS `log.level`, serilog's `@l`.
    case level
    /// MongoDB's one-letter severity `s`, zap's `L`.
    case letter
    /// A syslog priority, 0 to 7, as in the journal's `PRIORITY`.
    case priority
    /// Python's `levelno`.
    case pythonNumber
    /// OpenTelemetry's `SeverityNumber`.
    case openTelemetryNumber
    /// Heroku's `at`; a level only if its value is one.
    case at
    /// A status: a level's name, or an HTTP status.
    case status
    /// The mark of a served HTTP request: its method or its request line.
    case request
    /// An error's description.
    case error
    /// The text for people.
    case message
    /// ECS's object of logging details; a text in other formats.
    case log

    /// What a name stands for, in any case.
    @inline(__always)
    static func find(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> LevelKey? {
        let count = end &- start
        guard count > 0, count <= PackedWord.maximumCount, lengths(line[start]) >> UInt32(count) & 1 != 0,
            let word = PackedWord(line, start, end)
        else { return nil }
        switch word.first {
        case UInt8(ascii: "l"): return beginningWithL(word)
        case UInt8(ascii: "s"): return beginningWithS(word)
        case UInt8(ascii: "@"), UInt8(ascii: "@") | 0x20: return beginningWithAt(word)
        case UInt8(ascii: "m"): return beginningWithM(word)
        case UInt8(ascii: "e"): return beginningWithE(word)
        default: return other(word)
        }
    }

    /// The lengths of the names that begin with a byte, one bit for each: most names are ruled out by it.
    @inline(__always)
    private static func lengths(_ byte: UInt8) -> UInt32 {
        switch byte | 0x20 {
        case UInt8(ascii: "@") | 0x20: 1 << 2 | 1 << 3 | 1 << 6 | 1 << 8
        case UInt8(ascii: "a"): 1 << 2
        case UInt8(ascii: "e"): 1 << 3 | 1 << 5 | 1 << 6 | 1 << 9
        case UInt8(ascii: "l"): 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10
        case UInt8(ascii: "m"): 1 << 3 | 1 << 6 | 1 << 7
        case UInt8(ascii: "p"): 1 << 4 | 1 << 8
        case UInt8(ascii: "r"): 1 << 7 | 1 << 13 | 1 << 14
        case UInt8(ascii: "s"):
            1 << 1 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15
        default: 0
        }
    }

    private static func beginningWithL(_ word: PackedWord) -> LevelKey? {
        if word.is("level") || word.is("lvl") { return .level }
        if word.is("log.level") || word.is("loglevel") || word.is("log_level") || word.is("log-level") { return .level }
        if word.is("levelname") || word.is("level_name") { return .level }
        if word.is("l") { return .letter }
        if word.is("levelno") { return .pythonNumber }
        if word.is("log") { return .log }
        return nil
    }

    private static func beginningWithS(_ word: PackedWord) -> LevelKey? {
        if word.is("severity") || word.is("sev") { return .level }
        if word.is("severitytext") || word.is("severity_text") { return .level }
        if word.is("severitynumber") || word.is("severity_number") { return .openTelemetryNumber }
        if word.is("s") { return .letter }
        if word.is("status") || word.is("status_code") || word.is("statuscode") { return .status }
        if word.is("short_message") { return .message }
        return nil
    }

    private static func beginningWithAt(_ word: PackedWord) -> LevelKey? {
        if word.is("@l") || word.is("@level") { return .level }
        if word.is("@m") || word.is("@message") || word.is("@mt") { return .message }
        if word.is("@x") { return .error }
        return nil
    }

    private static func beginningWithM(_ word: PackedWord) -> LevelKey? {
        if word.is("msg") || word.is("message") { return .message }
        if word.is("method") { return .request }
        return nil
    }

    private static func beginningWithE(_ word: PackedWord) -> LevelKey? {
        if word.is("event") { return .message }
        if word.is("error") || word.is("err") || word.is("errors") || word.is("exception") { return .error }
        return nil
    }

    private static func other(_ word: PackedWord) -> LevelKey? {
        if word.is("priority") || word.is("prio") { return .priority }
        if word.is("at") { return .at }
        if word.is("request") || word.is("request_method") || word.is("requestmethod") { return .request }
        return nil
    }
}
