// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Files of incidents that begin before them, and what the API tells of recordings.
    @Suite(.timeLimit(.minutes(10))) struct FlightRecorder {
        private static let allTypes = "types=log,event,verdict,stats,anomaly,incident,mark,command,engine,gap"

        /// The messages of a recording, by `observer cat`.
        private func cat(_ path: String) async throws -> [String] {
            let result = try await RunningObserver.finish("cat", path, "--types", String(Self.allTypes.dropFirst(6)))
            #expect(result.isSuccess, "\(result.errorText)")
            return result.outputText.split(separator: "\n").map { String($0) }
        }

        private static func sequence(_ message: String?) throws -> Int {
            try #require(try JSON(message ?? "{}")["seq"].int)
        }

        @Test("an OOM kill opens a file that begins before it, and holds the messages of live")
        func outOfMemory() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let observer = try await scene.observe(["--record", folder, "--flight-recorder", "15m"])
                let log = try await observer.stream("?\(Self.allTypes)&tail=0")
                let talker = try await scene.shell(
                    "talker",
                    [],
                    "i=0; while :; do i=$((i+1)); echo line $i; usleep 20000; done"
                )
                try await log.waitForLines(60)
                let before = try #require(log.lines.first)
                let hungry = try await scene.run(
                    "hungry",
                    ["-m", "16m", "--memory-swap", "16m"],
                    "sh",
                    "-c",
                    "exec tail /dev/zero"
                )
                let incident = try await log.wait(for: "the incident") { $0.type == "incident" }
                #expect(incident.json["trigger"].string == "oom")
                #expect(incident.container == hungry)
                let file = try #require(incident.json["file"].string)
                #expect(file.hasPrefix("incident-") && file.hasSuffix("-\(hungry)-oom.zst"))
                // It goes on behind its trigger.
                let count = log.lineCount
                try await log.waitForLines(count + 50)
                let listed = try await observer.json("/recordings")
                #expect(listed["count"].int == 2)
                let files = (0..<2).map { listed["recordings"][$0] }
                let entry = try #require(files.first { $0["file"].string == file })
                #expect(entry["state"].string == "writing")
                #expect(entry["incident"]["container"].string == hungry)
                let metrics = try await observer.get("/metrics").text
                #expect(metrics.contains("sentinell_observer_incidents_total 1\n"))
                try await scene.engine.docker("rm", "-f", talker)
                observer.process.send(SIGTERM)
                while try await log.receive(within: .seconds(20)) {}
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                let path = folder + "/" + file
                let verified = try await RunningObserver.finish("verify", path)
                #expect(verified.isSuccess, "\(verified.outputText)")
                let messages = try await cat(path)
                #expect(messages.contains(before.raw), "it begins before its trigger")
                // Between what both have: the client came after the first messages, and was closed before the last.
                let live = log.messages.filter { $0.sequence > 0 && $0.type != "connected" }
                let begin = try #require(try live.first { try $0.sequence >= Self.sequence(messages.first) })
                let end = try #require(live.last)
                let known = try messages.filter {
                    (begin.sequence...end.sequence).contains(try Self.sequence($0))
                }
                #expect(known == live.filter { $0.sequence >= begin.sequence }.map(\.raw))
                #expect(known.count > 100)
                let info = try await RunningObserver.finish("info", path)
                #expect(info.outputText.contains("oom"))
            }
        }

        @Test("the loss of the engine opens a file; a stop that somebody wanted opens none")
        func engineLost() async throws {
            try await withOwnEngine { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let observer = try await scene.observe(["--record", folder + "/", "--flight-recorder", "1m,1GiB"])
                let log = try await observer.stream("?tail=0")
                let wanted = try await scene.run("wanted", [], "sleep", "1000")
                try await log.event("start", of: wanted)
                try await scene.engine.docker("stop", "-t", "0", wanted)
                try await log.event("stop", of: wanted)
                _ = try await scene.shell("talker", [], "i=0; while :; do i=$((i+1)); echo line $i; usleep 20000; done")
                try await log.waitForLines(20)
                try await scene.engine.kill()
                let incident = try await log.wait(for: "the incident") { $0.type == "incident" }
                #expect(incident.json["trigger"].string == "engine_lost")
                let file = try #require(incident.json["file"].string)
                #expect(file.hasSuffix("-engine-engine_lost.zst"))
                try await scene.engine.start()
                observer.process.send(SIGTERM)
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                let incidents = try FileManager.default.contentsOfDirectory(atPath: folder)
                    .filter { $0.hasPrefix("incident-") }
                #expect(incidents == [file])
                #expect(try await RunningObserver.finish("verify", "--replay", folder + "/" + file).isSuccess)
                // The folder as a whole is the recorder's own files: the incident holds the same again.
                let whole = try await RunningObserver.finish("cat", folder, "--types", "incident")
                #expect(whole.isSuccess, "\(whole.errorText)")
                #expect(whole.outputText.split(separator: "\n").count == 1)
            }
        }

        @Test("a client asks for a recording, finds it in the list, and gets it")
        func request() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let observer = try await scene.observe(["--record", folder])
                let log = try await observer.stream("?types=log,incident&tail=0")
                let talker = try await scene.shell(
                    "talker",
                    [],
                    "i=0; while :; do i=$((i+1)); echo line $i; usleep 20000; done"
                )
                try await log.waitForLines(50)
                let answer = try await HTTPProbe.request(
                    "POST",
                    observer.url + "/recordings",
                    body: Array(#"{"before":"1s","after":"1s","name":"deploy 7"}"#.utf8)
                )
                #expect(answer.status == 202, "\(answer.text)")
                let file = try #require(try answer.json()["file"].string)
                #expect(file.hasSuffix("-deploy-7-request.zst"))
                try await log.wait(for: "the announcement") { $0.json["file"].string == file }
                _ = try await eventually("the end of \(file)", within: .seconds(20)) {
                    let entry = try await observer.json("/recordings")["recordings"]
                    return (0..<2).contains {
                        entry[$0]["file"].string == file && entry[$0]["state"].string == "ended"
                    } ? true : nil
                }
                let reply = try await observer.get("/recordings/\(file)")
                #expect(reply.status == 200)
                let stored = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
                #expect(Data(reply.body) == stored)
                #expect(try await cat(folder + "/" + file).count > 50)
                for name in ["nothing.zst", "..%2F..%2Fetc%2Fpasswd", "incident-x%2F..%2Fy.zst"] {
                    #expect(try await observer.get("/recordings/\(name)").status == 404)
                }
                for body in [#"{"before":"x"}"#, #"{"after":"2d"}"#, #"{"name":""}"#, #"{"name":"a/b"}"#, "[]"] {
                    let refusal = try await HTTPProbe.request(
                        "POST",
                        observer.url + "/recordings",
                        body: Array(body.utf8)
                    )
                    #expect(refusal.status == 400, "\(body): \(refusal.text)")
                }
                try await scene.engine.docker("rm", "-f", talker)
            }
        }

        @Test("the past of a live observer is read from the recording being written")
        func past() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let observer = try await scene.observe(["--record", folder])
                let log = try await observer.stream("?tail=0")
                let first = try await scene.shell("first", [], "exec sleep 1000")
                let start = try await log.event("start", of: first)
                let between = try #require(start.json["timestamp"].string)
                _ = try await HTTPProbe.request(
                    "POST",
                    observer.url + "/marks",
                    body: Array(#"{"name":"between","text":""}"#.utf8)
                )
                try await log.wait(for: "the mark") { $0.type == "mark" }
                let second = try await scene.shell("second", [], "exec sleep 1000")
                try await log.event("start", of: second)
                let then = try await observer.json("/containers?at=@between")
                #expect(then["count"].int == 1)
                #expect(then["containers"][0]["name"].string == first)
                #expect(try await observer.json("/containers")["count"].int == 2)
                let early = try await observer.get("/containers?at=2020-01-01T00:00:00Z")
                #expect(early.status == 409 && early.text.contains("no_history"))
                #expect(try await observer.get("/stats?at=@between").status == 200)
                #expect(!between.isEmpty)
                try await scene.engine.docker("rm", "-f", first, second)
            }
        }
    }
}
