// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Testing

@testable import ObserverCommand

@Suite("What people write on the command line")
struct MeasureTests {
    @Test(
        "Sizes are read in powers of 1024",
        arguments: [
            ("64MiB", 64 << 20), ("64m", 64 << 20), ("1GiB", 1 << 30), ("256k", 256 << 10), ("10b", 10), ("0b", 0),
            ("12", nil), ("", nil), ("MiB", nil), ("-1m", nil), ("9999999999999g", nil), ("1.5m", nil),
        ] as [(String, Int?)]
    )
    func sizes(text: String, expected: Int?) {
        #expect(Measures.bytes(text) == expected)
    }

    @Test(
        "Time spans need a unit, but zero",
        arguments: [
            ("0", .zero), ("500ms", .milliseconds(500)), ("5s", .seconds(5)), ("10m", .seconds(600)),
            ("1h", .seconds(3600)), ("5", nil), ("", nil), ("ms", nil), ("-5s", nil), ("99999999999999999h", nil),
        ] as [(String, Duration?)]
    )
    func durations(text: String, expected: Duration?) {
        #expect(Measures.duration(text) == expected)
    }

    @Test(
        "An observer's address is read with and without scheme, port and path",
        arguments: [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"), ("localhost", "http://localhost:8001"),
            ("ws://host:1/ws/logs?x=1", "http://host:1"), ("http://[::1]:8001/", "http://[::1]:8001"),
        ]
    )
    func addresses(text: String, expected: String) throws {
        #expect(try ObserverAddress(text).description == expected)
    }

    @Test(
        "An address that is none is a usage error with the text",
        arguments: ["http://", "host:x", "https://a", ":80", "not a url"]
    )
    func badAddresses(text: String) {
        let failure = #expect(throws: CommandFailure.self) { try ObserverAddress(text) }
        #expect(failure?.status == .usage)
        #expect(failure?.message.contains(text) == true)
    }

    @Test("An option wins over its variable, and a variable that cannot be read is a usage error that names it")
    func environment() throws {
        let environment = Environment(["OBSERVER_PORT": "9000", "BAD": "x", "OFF": "no", "LIST": "a, b,,c", "NONE": ""])
        #expect(try environment.integer(1, "OBSERVER_PORT", in: 0...65_535, option: "--port") == 1)
        #expect(try environment.integer(nil, "OBSERVER_PORT", in: 0...65_535, option: "--port") == 9000)
        #expect(try environment.flag(false, "OFF") == false)
        #expect(environment.list([], "LIST") == ["a", "b", "c"])
        #expect(environment.list(["x"], "LIST") == ["x"])
        #expect(environment["NONE"] == nil)
        let failure = #expect(throws: CommandFailure.self) {
            try environment.integer(nil, "BAD", in: 0...1, option: "--port")
        }
        #expect(failure?.message.contains("BAD") == true)
    }
}

@Suite("Lines for a terminal")
struct TailPrinterTests {
    private func text(_ json: String) -> String? {
        TailPrinter(isColoured: false).text(of: Array(json.utf8)[...])
    }

    @Test("A log line shows its time, container, level and text")
    func log() {
        let line = text(
            #"{"type":"log","seq":1,"timestamp":"2026-11-23T10:45:47.654376303Z","container":"api","id":"0123456789ab","stream":"stdout","level":"ERROR","message":"no"}"#
        )
        #expect(line == "10:45:47.654 api                  ERROR    no")
    }

    @Test("Control characters are shown, not sent")
    func controls() {
        #expect(TailPrinter.shown("a\u{1B}[31mred\u{07}\r\n\u{9B}\u{202E}\tz") == "a^[[31mred^G^M^J<U+9B><U+202E>\tz")
        #expect(TailPrinter.shown("plain ü") == "plain ü")
    }

    @Test("Heartbeats and what is no JSON say nothing")
    func silent() {
        #expect(text(#"{"type":"heartbeat","timestamp":"2026-11-23T10:45:47.654376303Z"}"#) == nil)
        #expect(text("nonsense") == nil)
    }
}

@Suite("Log records")
struct LogfmtTests {
    @Test("A value with blanks, quotes or line ends stays one quoted value on one line")
    func quoting() {
        #expect(LogfmtHandler.quoted("plain-1.2/x") == "plain-1.2/x")
        #expect(LogfmtHandler.quoted("two words") == "\"two words\"")
        #expect(LogfmtHandler.quoted("a\n\"b\"=c") == #""a\n\"b\"=c""#)
        #expect(LogfmtHandler.quoted("") == "\"\"")
    }
}

@Suite("Help")
struct HelpTests {
    @Test("No line of a help text is wider than a terminal of 80 columns")
    func width() {
        for command in [ObserverTool.self] + ObserverTool.configuration.subcommands {
            let name = command.configuration.commandName ?? "\(command)"
            for line in command.configuration.discussion.split(separator: "\n") {
                #expect(line.count <= 80, "\(name): \(line)")
            }
        }
    }
}
