// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Redaction
import Testing

@Suite("What engines and clients tell")
struct EngineJSONTests {
    private let redactor: Redactor

    init() throws {
        redactor = try Redactor(patterns: ["bob"], secrets: true)
    }

    @Test(
        "secrets in an inspect are masked where they may stand",
        arguments: [
            (
                #""Path":"mysql","Args":["--password","hunter2","-h","db"]"#,
                #""Path":"mysql","Args":["--password","‹redacted›","-h","db"]"#
            ),
            (
                #""Path":"sshpass","Args":["-p","hunter2","ssh"]"#,
                #""Path":"sshpass","Args":["-p","‹redacted›","ssh"]"#
            ),
            (#""Path":"/usr/bin/mysql","Args":["-phunter2"]"#, #""Path":"/usr/bin/mysql","Args":["-p‹redacted›"]"#),
            (
                #""Config":{"Cmd":["hunter2"],"Entrypoint":["app","--token"]}"#,
                #""Config":{"Cmd":["‹redacted›"],"Entrypoint":["app","--token"]}"#
            ),
            (
                #""Config":{"Cmd":["-u","root","-p","hunter2"]}"#, #""Config":{"Cmd":["-u","root","-p","‹redacted›"]}"#
            ),
            (
                #""Config":{"Env":["A=1","DB_PASSWORD=correct horse","U=redis://:x@h","N=bob","PATH=/bin"]}"#,
                #""Config":{"Env":["A=1","DB_PASSWORD=‹redacted›","U=redis://:‹redacted›@h","N=‹redacted›","PATH=/bin"]}"#
            ),
            (
                #""Config":{"Labels":{"a.token":"abc","b":"x","c":"api_key=abcdef"}}"#,
                #""Config":{"Labels":{"a.token":"‹redacted›","b":"x","c":"api_key=‹redacted›"}}"#
            ),
            (
                #""HostConfig":{"LogConfig":{"Type":"splunk","Config":{"splunk-token":"abc","tag":"x"}}}"#,
                #""HostConfig":{"LogConfig":{"Type":"splunk","Config":{"splunk-token":"‹redacted›","tag":"x"}}}"#
            ),
            (
                #""Config":{"Healthcheck":{"Test":["CMD-SHELL","mysqladmin -phunter2 ping"]}}"#,
                #""Config":{"Healthcheck":{"Test":["CMD-SHELL","mysqladmin -p‹redacted› ping"]}}"#
            ),
            (
                #""State":{"Health":{"Log":[{"ExitCode":1,"Output":"hi bob\ntoken=abcdef\n"}]},"Error":"no bob"}"#,
                #""State":{"Health":{"Log":[{"ExitCode":1,"Output":"hi ‹redacted›\ntoken=‹redacted›\n"}]},"Error":"no ‹redacted›"}"#
            ),
            (
                #""Config":{"Cmd":["a bob"]},"Config":{"Cmd":["b bob"]}"#,
                #""Config":{"Cmd":["a ‹redacted›"]},"Config":{"Cmd":["b ‹redacted›"]}"#
            ),
        ]
    )
    func inspect(json: String, expected: String) {
        #expect(redactor.redacted(json: "{\"Id\":\"ab\",\(json)}", .inspect) == "{\"Id\":\"ab\",\(expected)}")
    }

    @Test("ids, names, images, times, numbers and mounts of an inspect stay")
    func untouched() {
        let json =
            #"{"Id":"bob","Created":"2026-11-23T10:45:47.65Z","Name":"/bob","Image":"bob","RestartCount":0,"#
            + #""Config":{"Image":"bob:1","Hostname":"bob","Env":null,"Cmd":null,"Tty":false},"Args":["-p","8080:80"],"#
            + #""Mounts":[{"Source":"/bob"}],"n":1.50e+00,"s":"\u00e9 \/ é"}"#
        #expect(redactor.redacted(json: json, .inspect) == json)
    }

    @Test("an event's action and labels are masked, its name, image and ids stay")
    func event() {
        let json = { (secret: String, name: String) in
            #"{"status":"exec_create: mysql --password \#(secret) db","id":"bob","from":"bob","Type":"container","#
                + #""Action":"exec_create: mysql --password \#(secret) db","Actor":{"ID":"bob","Attributes":{"#
                + #""execID":"bob","image":"bob","name":"bob","owner":"\#(name)","my.secret":"\#(secret)"}},"time":1}"#
        }
        #expect(redactor.redacted(json: json("hunter2", "bob"), .event) == json("‹redacted›", "‹redacted›"))
    }

    @Test("what is no JSON becomes the mask", arguments: EngineJSON.allKinds)
    func damaged(kind: EngineJSON) {
        #expect(redactor.redacted(json: "{\"a\":", kind) == "\"‹redacted›\"")
    }

    @Test("observations are masked by their kind")
    func observations() throws {
        let id = try #require(ContainerID(Array(repeating: UInt8(ascii: "a"), count: 64)[...]))
        func fact(_ secret: String, _ name: String) -> [Fact] {
            let object = { (text: String) in Array("{\"x\":\"\(text)\",\"token\":\"\(secret)\"}".utf8)[...] }
            let bytes = Array("hi \(name) token=\(secret)".utf8)[...]
            return [
                .log(LogLine(container: id, timestamp: Timestamp(nanoseconds: 1), stream: .stdout, bytes: bytes)),
                .event(EngineEvent(container: id, raw: Array("{\"Action\":\"token=\(secret)\",\"n\":1}".utf8)[...])),
                .container(ContainerRecord(container: id, raw: Array("{\"Args\":[\"\(name)\"]}".utf8)[...])),
                .anomaly(Anomaly(object: object(name))),
                .mark(Mark(name: name, text: "password=\(secret)")),
                .command(Command(method: "POST", path: "/a?token=\(secret)", body: object(name), status: 200)),
                .command(Command(method: "POST", path: "/a", body: bytes, status: 200)),
            ]
        }
        for (fact, expected) in zip(fact("abcdef9", "bob"), fact("‹redacted›", "‹redacted›")) {
            var observation = Observation(number: 7, time: Timestamp(nanoseconds: 5), fact: fact)
            redactor.redact(&observation)
            #expect("\(observation)" == "\(Observation(number: 7, time: Timestamp(nanoseconds: 5), fact: expected))")
        }
    }
}

extension EngineJSON {
    static let allKinds: [EngineJSON] = [.inspect, .event, .other]
}
