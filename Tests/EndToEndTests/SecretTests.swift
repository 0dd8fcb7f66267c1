// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Secrets that nobody may see: not a client, not a recording.
    @Suite(.timeLimit(.minutes(10))) struct Secrets {
        @Test("secrets in lines, arguments, labels and exec commands reach neither clients nor the recording")
        func secrets() async throws {
            try await withScene { scene in
                let path = try scene.fixture.temporaryDirectory() + "/r.zst"
                let secret = "hunter2-\(UInt32.random(in: 1 ... .max))"
                let observer = try await scene.observe([
                    "--record", path, "--redact-secrets", "--redact", #"card=(?<secret>\d{4})"#,
                ])
                let log = try await observer.stream("?types=log,event&tail=0")
                let name = try await scene.shell(
                    "app",
                    ["--label", "api_key=\(secret)"],
                    "echo password=\(secret) card=4711; echo harmless; sleep 1000"
                )
                try await log.waitForLines(2)
                try await scene.engine.docker("exec", name, "sh", "-c", "true --password \(secret)")
                try await scene.engine.docker("rm", "-f", name)
                try await log.event("destroy", of: name)
                let containers = try await observer.get("/containers?all=true").text
                observer.process.send(SIGTERM)
                while try await log.receive(within: .seconds(20)) {}
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                let lines = log.lines.map(\.text)
                #expect(lines.contains("password=‹redacted› card=‹redacted›"), "\(lines)")
                #expect(lines.contains("harmless"))
                let content = try await run("zstd", ["-dc", path])
                #expect(content.outputText.contains("harmless"))
                for text in [content.outputText, containers, log.messages.map(\.raw).joined()] {
                    #expect(!text.contains(secret))
                }
                #expect(try await RunningObserver.finish("verify", "--replay", path).isSuccess)
            }
        }

        @Test("a recording is redacted by a cut, which is another run")
        func cut() async throws {
            try await withScene { scene in
                let folder = try scene.fixture.temporaryDirectory()
                let observer = try await scene.observe(["--record", folder + "/a.zst"])
                let log = try await observer.stream("?types=log&tail=0")
                let secret = "hunter2-\(UInt32.random(in: 1 ... .max))"
                let name = try await scene.shell("app", [], "echo password=\(secret); echo harmless")
                try await log.waitForLines(2)
                try await scene.engine.docker("rm", "-f", name)
                observer.process.send(SIGTERM)
                #expect(try await observer.process.wait(within: .seconds(20)) == .exited(0))
                let (from, to) = (folder + "/a.zst", folder + "/b.zst")
                let cut = try await RunningObserver.finish("cut", from, "--redact-secrets", "-o", to)
                #expect(cut.isSuccess, "\(cut.errorText)")
                let before = try await run("zstd", ["-dc", from]).outputText
                let after = try await run("zstd", ["-dc", to]).outputText
                // The command line of the container and its line both tell it.
                #expect(before.contains(secret) && !after.contains(secret) && after.contains("harmless"))
                #expect(try await RunningObserver.finish("verify", to).isSuccess)
                let runs = try [before, after].map { text in
                    try #require(try JSON(String(text.prefix { $0 != "\n" }))["run"].string)
                }
                #expect(runs[0] != runs[1])
                let bad = try await RunningObserver.finish("cut", from, "--redact", "(", "-o", folder + "/c.zst")
                #expect(bad.ending == .exited(2) && bad.errorText.contains("'('"), "\(bad.errorText)")
            }
        }
    }
}
