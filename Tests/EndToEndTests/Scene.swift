// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// An engine, containers that belong to one test alone, and an observer that sees only them.
struct Scene: Sendable {
    let fixture: Fixture
    let engine: Engine
    /// The value of the label `e2e` that marks this test's containers; it also begins their names.
    let token: String

    private static let lastNumber = Mutex(0)

    init(_ engine: Engine, in fixture: Fixture) {
        self.fixture = fixture
        self.engine = engine
        let number = Self.lastNumber.withLock {
            $0 += 1
            return $0
        }
        token = "t\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        fixture.addCleanup { [self] in try? await removeContainers() }
    }

    /// What makes the observer see this scene's containers alone.
    var selection: [String] { ["--label", "e2e=\(token)"] }

    /// The full name of a container of this scene.
    func name(_ short: String) -> String { "\(token)-\(short)" }

    /// The arguments for `docker run` or `docker create` of a busybox.
    func arguments(_ command: String, _ short: String, _ options: [String], _ program: [String]) -> [String] {
        [command] + (command == "run" ? ["-d"] : []) + ["--name", name(short), "--label", "e2e=\(token)"] + options
            + ["busybox:local"] + program
    }

    /// Starts a container of busybox and returns its name.
    @discardableResult
    func run(_ short: String, _ options: [String] = [], _ program: String...) async throws -> String {
        try await engine.docker(arguments("run", short, options, program))
        return name(short)
    }

    /// Starts a container that runs a shell script.
    @discardableResult
    func shell(_ short: String, _ options: [String] = [], _ script: String) async throws -> String {
        try await run(short, options, "sh", "-c", script)
    }

    /// Starts an observer of this scene's containers.
    func observe(_ options: [String] = []) async throws -> RunningObserver {
        try await RunningObserver.live(engine.host, selection + options, in: fixture)
    }

    /// Waits until a container has ended.
    func ended(_ container: String, within deadline: Duration = .seconds(90)) async throws {
        _ = try await engine.docker(["wait", container], within: deadline)
    }

    private func removeContainers() async throws {
        let found = try await engine.docker("ps", "-aq", "--filter", "label=e2e=\(token)")
        let ids = found.split(separator: "\n").map { String($0) }
        if !ids.isEmpty { try await engine.docker(["rm", "-f"] + ids) }
    }
}

/// Runs a test on the shared engine; what the observer said is printed when the test throws.
func withScene(_ body: (Scene) async throws -> Void) async throws {
    try await withFixture { fixture in try await body(Scene(try Engine.shared(), in: fixture)) }
}

/// Runs a test on an engine of its own, which is started first unless the test does it.
func withOwnEngine(starts: Bool = true, _ body: (Scene) async throws -> Void) async throws {
    try await withFixture { fixture in
        let engine = try Engine.own(in: fixture)
        if starts { try await engine.start() }
        try await body(Scene(engine, in: fixture))
    }
}
