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
        guard let word = PackedWord(line, start, end) else { return nil }
        switch word.first {
        case UInt8(ascii: "l"): return beginningWithL(word)
        case UInt8(ascii: "s"): return beginningWithS(word)
        case UInt8(ascii: "@"), UInt8(ascii: "@") | 0x20: return beginningWithAt(word)
        case UInt8(ascii: "m"), UInt8(ascii: "e"), UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "a"):
            return other(word)
        default: return nil
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

    private static func other(_ word: PackedWord) -> LevelKey? {
        if word.is("msg") || word.is("message") || word.is("event") { return .message }
        if word.is("priority") || word.is("prio") { return .priority }
        if word.is("at") { return .at }
        if word.is("method") || word.is("request") || word.is("request_method") || word.is("requestmethod") {
            return .request
        }
        if word.is("error") || word.is("err") || word.is("errors") || word.is("exception") { return .error }
        return nil
    }
}
