// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel
import Testing

@Suite("Rules of level detection")
struct LevelsRuleTests {
    private func finding(_ line: String) -> LineFinding {
        LevelDetector.inspect(Array(line.utf8).span)
    }

    @Test(
        "what the structure says is never changed by the words",
        arguments: [
            (
                "- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.363779 R02 RAS KERNEL INFO parity error corrected",
                Level.info
            ),
            (#"{"level":"info","msg":"fatal error"}"#, .info),
            (#"level=debug msg="panic: boom""#, .debug),
            ("[info] Out of memory: Killed process 1", .info),
            ("10:00:00 WARN [main] c.e.Foo - FATAL exception", .warning),
            ("I1123 10:00:00.000000       1 main.go:1] Error: boom", .info),
            ("<6>failed", .info),
        ]
    )
    func structureWins(line: String, level: Level) {
        #expect(finding(line).level == level)
        #expect(finding(line).origin != .words)
    }

    @Test(
        "a served request is an ERROR from status 500 on, and INFO otherwise, whatever its path",
        arguments: [
            (#"10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /error.html HTTP/1.1" 200 5"#, Level.info),
            (#"10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET /fatal HTTP/1.1" 404 5"#, .info),
            (#"10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 503 5"#, .error),
            ("GET /error.html 200", .info),
            ("POST /orders 500 12 ms", .error),
            (#"INFO:     10.0.0.1:5000 - "GET / HTTP/1.1" 500 Internal Server Error"#, .info),
        ]
    )
    func accessLogs(line: String, level: Level) {
        #expect(finding(line).level == level)
    }

    @Test(
        "numbers are read on the scale of their key and range",
        arguments: [
            (#"{"level":30}"#, Level.info), (#"{"level":60}"#, .critical), (#"{"level":3}"#, .error),
            (#"{"level":7}"#, .debug), (#"{"PRIORITY":"4"}"#, .warning), (#"{"levelno":30}"#, .warning),
            (#"{"SeverityNumber":13}"#, .warning), (#"{"level":400}"#, .error), (#"{"level":250}"#, .info),
            (#"{"level_value":20000,"level":"INFO"}"#, .info), ("<13>x", .info), ("<8>x", .critical),
            ("<192>error", .error),
        ]
    )
    func numbers(line: String, level: Level) {
        #expect(finding(line).level == level)
    }

    @Test(
        "names below INFO are DEBUG, NOTICE is INFO, names above ERROR are CRITICAL",
        arguments: [
            ("[TRACE] x", Level.debug), ("[VERBOSE] x", .debug), ("FINE: x", .debug), ("FINEST: x", .debug),
            ("[NOTICE] x", .info), ("CONFIG: x", .info), ("SEVERE: x", .critical), ("[FATAL] x", .critical),
            ("[PANIC] x", .critical), ("[ALERT] x", .critical), ("[EMERGENCY] x", .critical), ("[emerg] x", .critical),
            ("FAILURE: x", .error),
            ("- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.363779 R02 RAS BGLMASTER FAILURE mmcs exited", .critical),
        ]
    )
    func names(line: String, level: Level) {
        #expect(finding(line).level == level)
    }

    @Test(
        "a JSON line that was cut off keeps the level that it names before the cut",
        arguments: [#"{"level":"error","msg":"cut of"#, #"{"level":"error","#, #"{"a":{"b":[1,2]},"lvl":"ERR"#]
    )
    func truncatedJSON(line: String) {
        #expect(finding(line).level == .error)
        #expect(finding(line).structure == .none)
    }

    @Test("words far behind the beginning of a line are data, not a message")
    func farWords() {
        #expect(finding(String(repeating: "x ", count: 500) + "failed").level == .error)
        #expect(finding(String(repeating: "x ", count: 5_000) + "failed").level == .info)
        #expect(finding("[ERROR] " + String(repeating: "x", count: 100_000)).level == .error)
    }

    @Test("the origin tells what the level rests on")
    func origins() {
        #expect(finding(#"{"level":"info"}"#).origin == .json)
        #expect(finding("level=info msg=x").origin == .logfmt)
        #expect(finding("E1123 10:00:00.000000 1 a.go:1] x").origin == .header)
        #expect(finding("[error] x").origin == .tag)
        #expect(finding("it failed").origin == .words)
        #expect(finding("it works").origin == .none)
        #expect(finding("").origin == .none)
    }
}
