// SPDX-License-Identifier: Apache-2.0

import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The engine and the observer's binary that a benchmark works with, as `scripts/end-to-end` provides them.
struct Stand {
    /// The engine's address.
    let host: String
    /// The engine daemon's process.
    let daemon: Int32
    /// The observer to measure.
    let binary: String

    /// Finds them in the environment.
    init() throws {
        guard let host = Self.variable("DOCKER_HOST"), let folder = Self.variable("OBSERVER_E2E_DIR"),
            let binary = Self.variable("OBSERVER_BINARY")
        else { throw Unmeasured("this row needs an engine: scripts/end-to-end -- .build/release/ObserverBenchmarks") }
        self.host = host
        self.binary = binary
        let pid = try ProcFile.read("\(folder)/engine/dockerd.pid").split(separator: "\n").first.flatMap { Int32($0) }
        guard let pid else { throw Unmeasured("\(folder)/engine/dockerd.pid holds no number") }
        daemon = pid
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Runs the docker CLI.
    @discardableResult
    func docker(_ arguments: String...) async throws -> String {
        let result = try await run("docker", arguments, within: .seconds(120))
        guard result.isSuccess else { throw Unmeasured("docker \(arguments): \(result.errorText)") }
        return result.outputText
    }

    /// An observer that serves.
    struct RunningObserver {
        let process: ChildProcess
        /// Its address, as in `127.0.0.1:41234`.
        let authority: String
    }

    /// Starts an observer and waits until it serves.
    func observe(_ options: [String], in fixture: Fixture) async throws -> RunningObserver {
        let ready = try fixture.temporaryDirectory() + "/ready"
        let process = try ChildProcess.launch(
            binary,
            ["live", "--docker-host", host, "--port", "0", "--ready-file", ready] + options,
            in: fixture
        )
        let text = try await eventually("the observer's ready file") {
            guard process.poll() == nil else { throw Unmeasured("the observer ended: \(process.errorText)") }
            return try? ProcFile.read(ready)
        }
        // {"url":"http://127.0.0.1:41234",…
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[3].hasPrefix("http://") else { throw Unmeasured("ready file: \(text)") }
        return RunningObserver(process: process, authority: String(parts[3].dropFirst(7)))
    }
}
