// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
    /// Which containers are observed.
    @Suite struct Selection {
        @Test("names, labels and exclusions choose containers")
        func choice() async throws {
            try await withScene { scene in
                let script = "echo hello; sleep 300"
                for name in ["web-1", "web-debug", "db-1"] { try await scene.shell(name, [], script) }
                let options = ["--container", scene.name("web-*"), "--exclude", "*-debug"]
                let observer = try await RunningObserver.live(scene.engine.host, options, in: scene.fixture)
                let log = try await observer.stream()
                try await log.wait(for: "a line of the chosen one") { $0.type == "log" }
                let later = try await scene.shell("web-2", [], script)
                try await log.wait(for: "a line of one that came later") { $0.type == "log" && $0.container == later }
                let names = try await observer.json("/containers")["containers"].elements.compactMap {
                    $0["name"].string
                }
                #expect(Set(names) == [scene.name("web-1"), later])
                #expect(Set(log.lines.map(\.container)) == [scene.name("web-1"), later])
            }
        }

        @Test("an observer in a container does not observe itself")
        func itself() async throws {
            try await withScene { scene in
                try await importObserver(scene)
                let name = scene.name("observer")
                // It logs much of what it does, which would feed on itself.
                try await scene.engine.docker(
                    ["run", "-d", "--name", name, "--label", "e2e=\(scene.token)"]
                        + ["-v", "\(scene.engine.socket):/var/run/docker.sock", Self.image]
                        + ["/observer", "live", "--log-level", "trace"] + scene.selection
                )
                try await scene.shell("other", [], "i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done")
                let tail = try ChildProcess.launch(
                    "docker",
                    ["--host", scene.engine.host, "exec", name, "/observer", "tail", "--json"],
                    in: scene.fixture
                )
                let lines = try await eventually("thirty lines of the other container") {
                    let lines = tail.outputText.split(separator: "\n").filter { $0.hasPrefix(#"{"type":"log""#) }
                    return lines.count >= 30 ? lines : nil
                }
                let sources = Set(try lines.dropLast().map { try JSON(String($0))["container"].string ?? "" })
                #expect(sources == [scene.name("other")])
                try await scene.engine.docker("exec", name, "/observer", "health")
            }
        }

        private static let image = "observer:e2e"

        /// Makes an image of the binary and the libraries that it is linked to, and of nothing else.
        private func importObserver(_ scene: Scene) async throws {
            let folder = try scene.fixture.temporaryDirectory()
            let binary = try Stage.require(Stage.binary, "OBSERVER_BINARY")
            let script = """
                set -e
                cd \(folder)
                mkdir -p root/etc
                cp -L "\(binary)" root/observer
                strip root/observer 2>/dev/null || true
                for file in $(ldd "\(binary)" | grep -o '/[^ ]*'); do cp -L --parents "$file" root; done
                echo root:x:0:0:root:/:/none >root/etc/passwd
                tar -C root -c . | docker --host \(scene.engine.host) import \
                    --change "ENV LD_LIBRARY_PATH=$(ldd "\(binary)" | grep -o '/[^ ]*' | xargs -n1 dirname | sort -u | paste -sd:)" \
                    - \(Self.image)
                """
            let result = try await run("sh", ["-c", script], within: .seconds(120))
            guard result.isSuccess else { throw Engine.Failure(description: "the image: \(result.errorText)") }
        }
    }
}
