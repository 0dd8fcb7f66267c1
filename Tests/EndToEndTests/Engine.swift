// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A real engine that `scripts/engine` runs.
struct Engine: Sendable {
    /// A command that has failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Its folder, as `scripts/engine --dir` takes it.
    let folder: String

    var socket: String { "\(folder)/docker.sock" }
    var host: String { "unix://\(socket)" }

    private static let lastNumber = Mutex(0)

    /// The engine that tests share which do it no harm.
    static func shared() throws -> Engine {
        Engine(folder: try Stage.require(Stage.folder, "OBSERVER_E2E_DIR") + "/engine")
    }

    /// An engine for a test that starts and kills it; not started yet, and stopped with the fixture.
    static func own(in fixture: Fixture) throws -> Engine {
        let base = try Stage.require(Stage.folder, "OBSERVER_E2E_DIR")
        let number = lastNumber.withLock {
            $0 += 1
            return $0
        }
        let engine = Engine(folder: "\(base)/own\(number)")
        fixture.addCleanup {
            _ = try? await engine.script("stop")
            try? FileManager.default.removeItem(atPath: engine.folder)
        }
        return engine
    }

    /// Starts it, with containers that survive it; more options go to the daemon.
    func start(_ options: String...) async throws {
        try await script("start", ["--live-restore"] + (options.isEmpty ? [] : ["--"] + options))
    }

    /// What the daemon has said so far.
    func daemonLog() throws -> String { try String(contentsOfFile: "\(folder)/dockerd.log", encoding: .utf8) }

    /// Ends the daemon alone with SIGKILL.
    func kill() async throws { try await script("kill") }

    /// Ends the daemon alone as a service manager does.
    func terminate() async throws { try await script("term") }

    @discardableResult
    private func script(_ command: String, _ options: [String] = []) async throws -> String {
        let result = try await run(
            "\(Stage.package)/scripts/engine",
            [command, "--dir", folder] + options,
            within: .seconds(120)
        )
        guard result.isSuccess else { throw Failure(description: "scripts/engine \(command): \(result.errorText)") }
        return result.outputText
    }

    /// Runs the docker client, and returns what it printed without the white space around it.
    @discardableResult
    func docker(_ arguments: String..., within deadline: Duration = .seconds(60)) async throws -> String {
        try await docker(arguments, within: deadline)
    }

    /// Runs the docker client.
    @discardableResult
    func docker(_ arguments: [String], within deadline: Duration = .seconds(60)) async throws -> String {
        let environment = ["DOCKER_CONFIG": "\(folder)/client", "DOCKER_HOST": host]
        let result = try await run("docker", arguments, environment: environment, within: deadline)
        guard result.isSuccess else {
            throw Failure(description: "docker \(arguments.joined(separator: " ")): \(result.errorText)")
        }
        return result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
