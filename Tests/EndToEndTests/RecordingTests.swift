// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What was observed, recorded, and played again.
    @Suite(.timeLimit(.minutes(10))) struct Recordings {
        /// Every type that has a `seq`.
        private static let allTypes = "types=log,event,verdict,stats,anomaly,incident,mark,command,engine,gap"

        /// A life with lines of all sorts, an OOM kill, a crash and a stop.
        private static let script = #"""
            i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "level=warn msg=\"line $i\""; echo "plain $i" >&2; usleep 5000; done
            printf 'bad \377\376 bytes\n\033[31mred\033[0m\ttab\n\n'; printf 'no end'; exit 3
            """#

        /// A recording, and what a client of the live observer was sent.
        private struct Session {
            var path: String
            var messages: [MessageLog.Message]
        }

        private func record(_ scene: Scene, seconds: Int) async throws -> Session {
            let path = try scene.fixture.temporaryDirectory() + "/incident.zst"
            let observer = try await scene.observe(["--record", path])
            #expect(observer.ready["recording"].string == path)
            let log = try await observer.stream("?\(Self.allTypes)&tail=0")
            // The json-file driver replaces what is no UTF-8; this one keeps it.
            let name = try await scene.shell("talker", ["--log-driver", "local"], Self.script)
            let hungry = try await scene.run(
                "hungry",
                ["-m", "16m", "--memory-swap", "16m"],
                "sh",
                "-c",
                "exec tail /dev/zero"
            )
            try await log.event("die", of: name)
            try await log.event("die", of: hungry)
            _ = try await HTTPProbe.request(
                "POST",
                observer.url + "/marks",
                body: Array(#"{"name":"here","text":"a mark"}"#.utf8)
            )
            _ = try await HTTPProbe.request(
                "POST",
                observer.url + "/events/anomaly",
                body: Array(#"{"what":"odd","b":[1,2]}"#.utf8)
            )
            try await log.wait(for: "the anomaly") { $0.type == "anomaly" }
            observer.process.send(SIGTERM)
            while try await log.receive(within: .seconds(20)) {}
            #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
            return Session(path: path, messages: log.messages.filter { $0.sequence > 0 && $0.type != "connected" })
        }

        private func replay(
            _ path: String,
            _ options: [String],
            by prefix: [String] = [],
            in fixture: Fixture
        ) async throws -> [MessageLog.Message] {
            let observer = try await RunningObserver.replay(
                [path, "--await-clients", "1", "--exit"] + options,
                by: prefix,
                in: fixture
            )
            let log = try await observer.stream("?\(Self.allTypes)&tail=0")
            while try await log.receive(within: .seconds(60)) {}
            #expect(log.probe.ending == .closed(code: 1000, reason: "the recording has ended"))
            #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
            #expect(log.messages.last { $0.type != "heartbeat" }?.type == "end")
            return log.messages.filter { $0.sequence > 0 && !["connected", "end"].contains($0.type) }
        }

        @Test("Law 2: a recording played again gives the bytes of live, at any speed")
        func equal() async throws {
            try await withScene { scene in
                let session = try await record(scene, seconds: 4)
                let first = try #require(session.messages.first?.sequence)
                let last = try #require(session.messages.last?.sequence)
                #expect(session.messages.count > 400)
                let speeds = ["max", "1000", "100", "1", "0.5"].map { ["--speed", $0] }
                let max = ["--speed", "max"]
                // On one processor all tasks and event loops have a thread at a time; else as many as there are, or said.
                let ways = [
                    (max, ["taskset", "-c", "0"]),
                    (max, try await ThreadShim.prefix(threads: 1, in: scene.fixture)),
                    (max, try await ThreadShim.prefix(threads: 8, in: scene.fixture)),
                ]
                for (options, prefix) in speeds.map({ ($0, []) }) + ways {
                    let messages = try await replay(session.path, options, by: prefix, in: scene.fixture)
                    #expect(messages.map(\.sequence) == messages.map(\.sequence).sorted())
                    // The live client came after the first messages and was closed before the last, perhaps.
                    let common = messages.filter { (first...last).contains($0.sequence) }
                    #expect(common.map(\.raw) == session.messages.map(\.raw), "\(prefix) \(options)")
                }
                let whole = try await replay(session.path, max, in: scene.fixture)
                for round in 0..<(Stage.isDeep ? 100 : 10) {
                    let again = try await replay(session.path, max, by: ways[round % 3].1, in: scene.fixture)
                    #expect(again.map(\.raw) == whole.map(\.raw), "\(ways[round % 3].1)")
                }
            }
        }

        @Test("plain tools read a recording: zstd -t, and every line is JSON")
        func plainTools() async throws {
            try await withScene { scene in
                let session = try await record(scene, seconds: 1)
                let test = try await run("zstd", ["-t", session.path])
                #expect(test.isSuccess, "\(test.errorText)")
                let content = try await run("zstd", ["-dc", session.path])
                let lines = content.outputText.split(separator: "\n")
                #expect(lines.count > 400)
                let first = try JSON(String(try #require(lines.first)))
                #expect(first["observer"].string == "recording")
                for line in lines { _ = try JSON(String(line)) }
                #expect(
                    lines.contains { $0.contains(#""b":"YmFkIP/+IGJ5dGVz""#) },
                    "bytes that are no UTF-8, in base64"
                )
            }
        }

        @Test("jq, zstdgrep and zstd -l read a recording, and so do Python's seekable and streaming readers")
        func otherReaders() async throws {
            try await withScene { scene in
                let session = try await record(scene, seconds: 1)
                let path = session.path
                let kinds = try await run(
                    "sh",
                    ["-c", "zstd -dc '\(path)' | jq -r '.k // \"header\"' | sort | uniq -c"]
                )
                #expect(kinds.isSuccess, "\(kinds.errorText)")
                #expect(kinds.outputText.contains(" log\n"))
                #expect(kinds.outputText.contains(" 1 header\n"))
                let found = try await run("zstdgrep", ["-c", #""k":"log""#, path])
                #expect((Int(found.outputText.filter(\.isNumber)) ?? 0) > 400, "\(found.outputText)\(found.errorText)")
                let list = try await run("zstd", ["-lv", path])
                #expect(list.outputText.contains("# Skippable Frames: 2"), "\(list.outputText)\(list.errorText)")
                #expect(list.outputText.contains("XXH64"))
                let python = try Stage.require(Stage.python, "OBSERVER_PYTHON")
                let read = try await run(python, ["-c", Self.reader, path], within: .seconds(60))
                #expect(read.isSuccess, "\(read.errorText)")
                #expect(read.outputText.hasPrefix("equal "))
            }
        }

        /// Reads a file by two libraries, at random places too, and says whether they agree.
        private static let reader = """
            import json, random, sys
            import pyzstd, zstandard
            path = sys.argv[1]
            with open(path, "rb") as file:
                streamed = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read()
            with pyzstd.SeekableZstdFile(path) as file:
                assert file.read() == streamed, "the seekable reader reads something else"
                for _ in range(100):
                    place, length = random.randrange(len(streamed)), random.randrange(5000)
                    file.seek(place)
                    assert file.read(length) == streamed[place:place + length], place
            lines = streamed.decode().split("\\n")
            assert lines.pop() == ""
            assert json.loads(lines[0])["observer"] == "recording"
            for line in lines[1:]:
                json.loads(line)["n"]
            print("equal", len(lines))
            """

        @Test("playback is paused, jumps, goes on and ends as /playback is told")
        func playback() async throws {
            try await withScene { scene in
                let session = try await record(scene, seconds: 1)
                let observer = try await RunningObserver.replay([session.path, "--start-paused"], in: scene.fixture)
                let status = try await observer.json("/playback")
                #expect(status["mode"].string == "replay")
                #expect(status["state"].string == "paused")
                // The whole recording is there while playback stands at its beginning.
                let cat = try await RunningObserver.finish("cat", session.path, "--types", "log,event")
                let lines = cat.outputText.split(separator: "\n").map { String($0) }
                let page = try await HTTPProbe.request(
                    "GET",
                    observer.url + "/logs?limit=10000&types=log,event",
                    headers: [("Accept", "application/x-ndjson")]
                )
                #expect(lines.count > 400)
                #expect(page.text.split(separator: "\n").map { String($0) } == lines)
                let newest = try await observer.json("/logs?limit=3&order=newest&types=log,event")
                #expect(newest["messages"][2]["seq"].int == (try JSON(lines.last ?? "{}"))["seq"].int)
                let past = try await observer.json("/containers?all=true&at=@here")
                #expect(past["count"].int == 2)
                #expect(try await observer.json("/containers?all=true")["count"].int == 0)
                let log = try await observer.stream("?\(Self.allTypes)&tail=0")
                let seek = try await HTTPProbe.request(
                    "POST",
                    observer.url + "/playback",
                    body: Array(#"{"seek":"@here"}"#.utf8)
                )
                #expect(seek.status == 200, "\(seek.text)")
                let jump = try await log.wait(for: "the jump") { $0.type == "seek" }
                #expect(jump.json["epoch"].int == 1)
                let containers = try await observer.json("/containers?all=true")
                #expect(containers["count"].int == 2)
                #expect(containers == past)
                _ = try await HTTPProbe.request(
                    "POST",
                    observer.url + "/playback",
                    body: Array(#"{"state":"playing","speed":"max"}"#.utf8)
                )
                try await log.wait(for: "the end") { $0.type == "end" }
                let sequences = log.messages.filter { $0.type == "anomaly" || $0.type == "log" }.map(\.sequence)
                #expect(sequences.allSatisfy { $0 > jump.sequence })
                #expect(log.messages.contains { $0.type == "anomaly" })
                #expect(try await observer.json("/playback")["state"].string == "ended")
            }
        }

        @Test("an observer that is killed leaves a recording that opens, with all but the last quarter of a second")
        func killed() async throws {
            try await withScene { scene in
                for round in 0..<(Stage.isDeep ? 1000 : 5) {
                    let path = try scene.fixture.temporaryDirectory() + "/killed.zst"
                    let observer = try await scene.observe(["--record", path])
                    let log = try await observer.stream("?types=log&tail=0")
                    let name = try await scene.shell(
                        "k\(round)",
                        [],
                        "i=0; while :; do i=$((i+1)); echo line $i; usleep 2000; done"
                    )
                    try await log.waitForLines(100 + round * 37)
                    observer.process.send(SIGKILL)
                    let received = log.lines.map(\.sequence)
                    _ = try await observer.process.wait(within: .seconds(20))
                    try await scene.engine.docker("rm", "-f", name)
                    let played = try await replay(path, ["--speed", "max"], in: scene.fixture)
                    let recorded = Set(played.map(\.sequence))
                    // 250 ms of a line every 2 ms and what takes longer on a loaded machine.
                    let missing = received.filter { !recorded.contains($0) }
                    #expect(missing.count < 250, "\(missing.count) of \(received.count)")
                    #expect(missing.allSatisfy { $0 > (played.last?.sequence ?? 0) }, "only the end is missing")
                }
            }
        }

        @Test(
            "a disk that is full stops the recorder, not the observer, and what is missing is told when there is room again"
        )
        func fullDisk() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let mount = try await run("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder])
                #expect(mount.isSuccess, "\(mount.errorText)")
                scene.fixture.addCleanup { _ = try? await run("umount", ["-l", folder]) }
                let observer = try await scene.observe(["--record", folder + "/"])
                let log = try await observer.stream("?types=log,gap&tail=0")
                let name = try await scene.shell(
                    "talker",
                    [],
                    "i=0; while :; do i=$((i+1)); echo line $i; usleep 5000; done"
                )
                try await log.waitForLines(50)
                let filler = folder + "/filler"
                try Data(count: 4_050_000).write(to: URL(fileURLWithPath: filler))
                _ = try await eventually("degraded health", within: .seconds(20)) {
                    let health = try await observer.json("/health")
                    return health["reasons"][0].string?.contains("free, which is left alone") ?? false ? true : nil
                }
                try await log.waitForLines(log.lineCount + 50)
                #expect(try await observer.get("/recordings").status == 200)
                try FileManager.default.removeItem(atPath: filler)
                let gap = try await log.wait(for: "the gap") {
                    $0.type == "gap" && $0.json["scope"].string == "recorder"
                }
                #expect(gap.json["reason"].string == "disk_full")
                #expect(try await observer.json("/health")["status"].string == "healthy")
                try await log.waitForLines(log.lineCount + 50)
                try await scene.engine.docker("rm", "-f", name)
                observer.process.send(SIGTERM)
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                let played = try await RunningObserver.finish("cat", folder, "--types", "log,gap")
                #expect(played.isSuccess, "\(played.errorText)")
                #expect(played.outputText.contains(gap.raw), "the recording tells it too")
                #expect(played.outputText.contains(try #require(log.lines.last).raw))
            }
        }

        @Test("what is being recorded is followed, through rotations, to its end")
        func follow() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory() + "/"
                let observer = try await scene.observe(["--record", folder, "--record-rotate", "1s"])
                let types = String(Self.allTypes.dropFirst(6))
                let cat = try RunningObserver.launch(["cat", "--follow", folder, "--types", types], in: scene.fixture)
                let raw = try RunningObserver.launch(["cat", "--follow", "--raw", folder], in: scene.fixture)
                let log = try await observer.stream("?types=log&tail=0")
                let name = try await scene.shell(
                    "talker",
                    [],
                    "i=0; while :; do i=$((i+1)); echo line $i; usleep 5000; done"
                )
                try await log.waitForLines(600)
                try await scene.engine.docker("rm", "-f", name)
                observer.process.send(SIGTERM)
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                #expect(try await cat.wait(within: .seconds(20)) == .exited(0), "\(cat.errorText)")
                #expect(try await raw.wait(within: .seconds(20)) == .exited(0), "\(raw.errorText)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count > 2)
                let whole = try await RunningObserver.finish("cat", folder, "--types", types)
                #expect(cat.outputText == whole.outputText)
                let observations = raw.outputText.split(separator: "\n").filter { !$0.contains(#""k":"snapshot""#) }
                let recorded = try await RunningObserver.finish("cat", "--raw", folder)
                #expect(
                    observations
                        == recorded.outputText.split(separator: "\n").filter { !$0.contains(#""k":"snapshot""#) }
                )
                let check = try await RunningObserver.finish(
                    "verify",
                    "--replay",
                    folder + (try FileManager.default.contentsOfDirectory(atPath: folder).sorted()[1])
                )
                #expect(check.isSuccess, "\(check.outputText)")
            }
        }

        @Test("a file that is no recording is refused with a sentence and exit code 2")
        func noRecording() async throws {
            try await withFixture { fixture in
                let path = try fixture.temporaryDirectory() + "/x.zst"
                try "hello".write(toFile: path, atomically: true, encoding: .utf8)
                for arguments in [["replay", path], ["replay", path + "-missing"], ["replay", path, "--speed", "0"]] {
                    let process = try RunningObserver.launch(arguments, in: fixture)
                    #expect(try await process.wait(within: .seconds(20)) == .exited(2))
                    #expect(process.errorText.contains(" "))
                }
            }
        }
    }
}
