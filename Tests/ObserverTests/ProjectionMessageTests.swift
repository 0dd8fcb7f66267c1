// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import TestSupport
import Testing

@testable import Observer

@Suite("The bytes of messages")
struct ProjectionMessageTests {
    private let web = ProjectionSample.id(1)

    /// The message of one fact, with seq 1 and `t` at the origin, of a container named web.
    private func message(_ fact: Fact) -> String? {
        var projector = Projector()
        let inspect = ContainerRecord(container: web, raw: SampleJSON.inspect(web))
        _ = projector.project([Observation(number: 6, time: ProjectionSample.origin, fact: .container(inspect))])
        let batch = projector.project([Observation(number: 7, time: ProjectionSample.origin, fact: fact)])
        return batch.headers.first.map { String(decoding: batch.json(of: $0), as: UTF8.self) }
    }

    private func event(
        _ action: String,
        attributes: KeyValuePairs<String, String> = [:],
        name: String = "web",
        isSynthetic: Bool = false
    ) -> (message: String?, raw: String) {
        let raw = SampleJSON.event(action, web, name: name, attributes: attributes, at: ProjectionSample.time(-1))
        let fact = Fact.event(EngineEvent(container: web, raw: raw, isSynthetic: isSynthetic))
        return (message(fact), String(decoding: raw, as: UTF8.self))
    }

    private func log(
        _ text: [UInt8],
        stream: LogStream = .stdout,
        continues: Bool = false,
        isUnterminated: Bool = false
    ) -> Fact {
        .log(
            LogLine(
                container: web,
                timestamp: ProjectionSample.time(-5),
                stream: stream,
                bytes: text[...],
                continues: continues,
                isUnterminated: isUnterminated
            )
        )
    }

    private let head = #","timestamp":"2026-11-23T03:13:59.995000000Z","container":"web","id":"000000010000","#

    @Test("a log line")
    func plainLog() {
        let expected = #"{"type":"log","seq":7"# + head + #""stream":"stdout","level":"INFO","message":"ready"}"#
        #expect(message(log(Array("ready".utf8))) == expected)
    }

    @Test("a log line of JSON, with its own fields, minified")
    func jsonLog() {
        let text = #"{"level": "error", "msg": "no \"db\"", "n": 1.0}"#
        let expected =
            #"{"type":"log","seq":7"# + head + #""stream":"stderr","level":"ERROR","message":"#
            + #""{\"level\": \"error\", \"msg\": \"no \\\"db\\\"\", \"n\": 1.0}","#
            + #""fields":{"level":"error","msg":"no \"db\"","n":1.0}}"#
        #expect(message(log(Array(text.utf8), stream: .stderr)) == expected)
    }

    @Test("a log line loses one carriage return at its end, and what is no UTF-8 is replaced")
    func oddLog() {
        let end = #""stream":"stdout","level":"INFO","message":"a\rb\r\#u{FFFD}"}"#
        #expect(message(log(Array("a\rb\r".utf8) + [0xFF, 0x0D])) == #"{"type":"log","seq":7"# + head + end)
        #expect(message(log([0x0D]))?.hasSuffix(#""message":""}"#) == true)
        #expect(message(log([0x0D, 0x0D]))?.hasSuffix(#""message":"\r"}"#) == true)
        #expect(message(log([]))?.hasSuffix(#""message":""}"#) == true)
    }

    @Test("a piece of a line and an unterminated line are partial; a piece keeps its carriage return")
    func partialLog() {
        let piece = message(log(Array("half\r".utf8), continues: true))
        #expect(piece?.hasSuffix(#""message":"half\r","partial":true}"#) == true)
        let last = message(log(Array("level=info msg=bye\r".utf8), isUnterminated: true))
        #expect(
            last?.hasSuffix(#""message":"level=info msg=bye","partial":true,"fields":{"level":"info","msg":"bye"}}"#)
                == true
        )
    }

    @Test("a log line's header points at its text")
    func logHeader() throws {
        var projector = Projector()
        let facts = [log(Array("x\"ERROR: y".utf8), stream: .stderr), log(Array("z".utf8))]
        let batch = projector.project(
            facts.enumerated().map {
                Observation(number: UInt64($0.offset + 1), time: ProjectionSample.origin, fact: $0.element)
            }
        )
        let header = try #require(batch.headers.first)
        #expect(String(decoding: batch.bytes[header.text], as: UTF8.self) == #"x\"ERROR: y"#)
        #expect(header.stream == .stderr)
        #expect(header.time == ProjectionSample.origin)
        #expect(header.timestamp == ProjectionSample.time(-5))
        #expect(header.container?.names == ["000000010000"], "what was never inspected goes by its id")
        #expect(batch.headers.map { String(decoding: batch.bytes[$0.text], as: UTF8.self) }.last == "z")
    }

    /// Each kind of event: its attributes, then what its message says behind the id.
    static let eventCases: [(action: String, attributes: [String: String], tail: String)] = [
        ("create", [:], #""status":"created","message":"web was created","#),
        ("start", [:], #""status":"running","message":"web started","#),
        (
            "die", ["exitCode": "3"],
            #""status":"exited","message":"web died with exit code 3: it crashed","exit_code":3,"cause":"crashed","evidence":["exit code 3 (seq 7)"],"#
        ),
        (
            "oom", [:],
            #""status":"running","message":"A process of web ran out of memory and was killed by the kernel","#
        ),
        ("kill", ["signal": "15"], #""status":"running","message":"web was sent signal 15 (SIGTERM)","signal":15,"#),
        ("stop", [:], #""status":"exited","message":"web was stopped","#),
        ("restart", [:], #""status":"running","message":"web was restarted","#),
        ("pause", [:], #""status":"paused","message":"web was paused","#),
        ("unpause", [:], #""status":"running","message":"web goes on after a pause","#),
        ("update", [:], #""status":"running","message":"The limits or the restart policy of web were changed","#),
        ("destroy", [:], #""status":"gone","message":"web was removed","#),
        (
            "health_status: unhealthy", [:],
            #""status":"running","message":"web is unhealthy","health":"unhealthy","#
        ),
        ("health_status", [:], #""status":"running","message":"The health of web changed","#),
    ]

    @Test("an event of every kind", arguments: eventCases)
    func events(_ expected: (action: String, attributes: [String: String], tail: String)) {
        let attributes: KeyValuePairs<String, String> =
            expected.attributes["exitCode"].map { ["exitCode": $0] }
            ?? expected.attributes["signal"].map { ["signal": $0] } ?? [:]
        let (message, raw) = event(expected.action, attributes: attributes)
        let kind = expected.action.split(separator: ":").first ?? ""
        let head =
            #"{"type":"event","seq":7,"timestamp":"2026-11-23T03:13:59.999000000Z","event_type":"\#(kind)","#
            + #""container":"web","id":"000000010000","#
        #expect(message == head + expected.tail + #""raw":\#(raw)}"#)
    }

    @Test("a rename names both, and its header too")
    func rename() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web, name: "old"), at: 0)
        stage.event("rename", web, name: "new", attributes: ["oldName": "/old"], at: 10)
        let message = try JSON(try #require(stage.messages.last))
        #expect(message["container"].string == "new")
        #expect(message["old_name"].string == "old")
        #expect(message["message"].string == "old was renamed to new")
        #expect(stage.headers.last?.container?.names == ["old", "new"])
        #expect(stage.state.container(named: "new")?.id == web)
        #expect(stage.state.container(named: "old") == nil)
    }

    @Test("an event that the observer made says so")
    func synthetic() {
        let (message, raw) = event("die", attributes: ["exitCode": "0"], isSynthetic: true)
        #expect(message?.hasSuffix(#""evidence":["exit code 0 (seq 7)"],"synthetic":true,"raw":\#(raw)}"#) == true)
    }

    @Test(
        "what is no event of a container's life makes no message",
        arguments: [
            #"{"Type":"network","Action":"create","Actor":{"ID":"n","Attributes":{"name":"x"}},"timeNano":1}"#,
            #"{"Type":"container","Action":"exec_create: sh","Actor":{"ID":"c","Attributes":{}},"timeNano":1}"#,
            #"{"Type":"container","Action":"attach","Actor":{"ID":"c","Attributes":{}},"timeNano":1}"#,
            #"{"Type":"volume","Action":"destroy","Actor":{"ID":"v","Attributes":{}},"timeNano":1}"#,
            #"{"Type":"container","Action":"die"}"#, "{", "", "null",
        ]
    )
    func silent(raw: String) {
        #expect(message(.event(EngineEvent(container: web, raw: Array(raw.utf8)[...]))) == nil)
    }

    @Test("a verdict tells of the die that it settles")
    func verdict() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        stage.event("kill", web, attributes: ["signal": "15"], at: 100)
        stage.event("die", web, attributes: ["exitCode": "0"], at: 200)
        stage.event("stop", web, at: 210)
        stage.tick(ProjectionSample.time(9_000))
        #expect(
            stage.messages.last == #"{"type":"verdict","seq":5,"timestamp":"2026-11-23T03:14:05.203000000Z","#
                + #""container":"web","id":"000000010000","message":"It is settled why web died with exit code 0: "#
                + #"it was stopped on request","die":3,"cause":"stopped","evidence":["exit code 0 (seq 3)","#
                + #""kill event with signal 15 (SIGTERM), the stop signal (seq 2)","stop event (seq 4)"]}"#
        )
    }

    @Test("the evidence of an oom tells the distance")
    func evidence() throws {
        var stage = ProjectionStage()
        stage.inspect(SampleJSON.inspect(web), at: 0)
        stage.event("oom", web, at: 1_000)
        let end = ProjectionSample.time(1_030)
        stage.inspect(
            SampleJSON.inspect(web, status: "exited", finished: end, exitCode: 137, isOOMKilled: true),
            at: 1_031
        )
        stage.event("die", web, attributes: ["exitCode": "137"], at: 1_040)
        let message = try JSON(try #require(stage.messages.last))
        #expect(message["message"].string == "web died with exit code 137: out of memory (killed by the kernel)")
        #expect(
            message["evidence"].elements.compactMap(\.string) == [
                "exit code 137 (seq 4)", "oom event 0.040 s before the die (seq 2)", "inspect says OOMKilled (seq 3)",
            ]
        )
    }

    @Test("stats have the figures of /stats in their order; those of a stopped container make no message")
    func stats() throws {
        let raw =
            #"{"read":"2026-11-23T03:14:01Z","preread":"2026-11-23T03:14:00Z","pids_stats":{"current":4},"#
            + #""cpu_stats":{"cpu_usage":{"total_usage":1500},"system_cpu_usage":200000,"online_cpus":2},"#
            + #""precpu_stats":{"cpu_usage":{"total_usage":500},"system_cpu_usage":100000},"#
            + #""memory_stats":{"usage":14680064,"limit":268435456,"stats":{"inactive_file":1572864}},"#
            + #""networks":{"eth0":{"rx_bytes":10,"tx_bytes":20},"eth1":{"rx_bytes":1,"tx_bytes":2}},"#
            + #""blkio_stats":{"io_service_bytes_recursive":[{"op":"read","value":5},{"op":"Write","value":6}]}}"#
        let expected =
            #"{"type":"stats","seq":7,"timestamp":"2026-11-23T03:14:01.000000000Z","container":"web","#
            + #""id":"000000010000","cpu_percent":2.0,"memory_usage_mb":12.5,"memory_limit_mb":256.0,"#
            + #""memory_percent":4.88,"memory_usage_bytes":13107200,"memory_limit_bytes":268435456,"#
            + #""network_rx_bytes":11,"network_tx_bytes":22,"block_read_bytes":5,"block_write_bytes":6,"pids":4}"#
        #expect(message(.stats(ContainerRecord(container: web, raw: Array(raw.utf8)[...]))) == expected)
        let stopped = #"{"read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","pids_stats":{}}"#
        #expect(message(.stats(ContainerRecord(container: web, raw: Array(stopped.utf8)[...]))) == nil)
    }

    @Test(
        "an anomaly is shown as posted, with our type, seq and timestamp before it",
        arguments: [
            (
                #"{"service":"web","score":0.930,"deep":{"type":"x","seq":[1,{"timestamp":2}]}}"#,
                "03:14:00.000000000Z",
                #","service":"web","score":0.930,"deep":{"type":"x","seq":[1,{"timestamp":2}]}"#
            ),
            (
                #"{"timestamp":"2026-11-23T04:00:00.5+01:00","type":"mine","a":1,"seq":9}"#, "03:00:00.500000000Z",
                #","a":1"#
            ),
            (#"{"timestamp":"yesterday","a":1}"#, "03:14:00.000000000Z", #","a":1"#),
            (#"{"\u0074ype":"mine","t\"ype":"kept"}"#, "03:14:00.000000000Z", #","t\"ype":"kept""#),
            (#"{"a":1,"a":2,"type":1,"type":2}"#, "03:14:00.000000000Z", #","a":1,"a":2"#),
            ("{}", "03:14:00.000000000Z", ""),
        ]
    )
    func anomaly(object: String, time: String, rest: String) {
        let expected = #"{"type":"anomaly","seq":7,"timestamp":"2026-11-23T\#(time)"\#(rest)}"#
        #expect(message(.anomaly(Anomaly(object: Array(object.utf8)[...]))) == expected)
    }

    @Test("a mark, a command, a change of the engine and a gap")
    func others() {
        let head = #""seq":7,"timestamp":"2026-11-23T03:14:00.000000000Z""#
        #expect(
            message(.mark(Mark(name: "deploy", text: "v2"))) == #"{"type":"mark",\#(head),"name":"deploy","text":"v2"}"#
        )
        let kill = Command(method: "POST", path: "/containers/web/kill", body: [], status: 204, container: web)
        #expect(
            message(.command(kill)) == #"{"type":"command",\#(head),"method":"POST","path":"/containers/web/kill","#
                + #""container":"web","status":204}"#
        )
        let prune = Command(method: "POST", path: "/containers/prune", body: [], status: 200)
        #expect(message(.command(prune))?.contains(#""container":null,"status":200"#) == true)
        #expect(
            message(.engine(EngineConnection(state: .disconnected, message: "The engine does not answer")))
                == #"{"type":"engine",\#(head),"state":"disconnected","message":"The engine does not answer"}"#
        )
        let gap = Gap(
            scope: .container,
            container: web,
            reason: .rotated,
            from: ProjectionSample.time(-1000),
            to: ProjectionSample.origin,
            lost: 12,
            message: "12 lines were rotated away"
        )
        #expect(
            message(.gap(gap)) == #"{"type":"gap",\#(head),"scope":"container","container":"web","reason":"rotated","#
                + #""from":"2026-11-23T03:13:59.000000000Z","to":"2026-11-23T03:14:00.000000000Z","lost":12,"#
                + #""message":"12 lines were rotated away"}"#
        )
        let engineGap = Gap(scope: .engine, reason: .engineRestarted, message: "The engine was restarted")
        #expect(
            message(.gap(engineGap)) == #"{"type":"gap",\#(head),"scope":"engine","container":null,"#
                + #""reason":"engine_restarted","from":null,"to":null,"lost":null,"message":"The engine was restarted"}"#
        )
    }

    @Test("a settlement that changes nothing makes no message, nor does one of an unknown die")
    func silentSettlement() {
        #expect(message(.settle(die: 3, container: web)) == nil)
        #expect(message(.settle(die: 3, container: ProjectionSample.id(9))) == nil)
    }
}
