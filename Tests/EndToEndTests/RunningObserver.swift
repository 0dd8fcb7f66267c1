// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// An `observer live` that serves.
struct RunningObserver: Sendable {
    let process: ChildProcess
    /// What it wrote to its ready file.
    let ready: JSON
    /// The text of the ready file.
    let readyText: String

    var url: String { ready["url"].string ?? "" }
    var streamURL: String { ready["websocket"].string ?? "" }

    /// The observer's environment without what the tests' own would change.
    static let cleanEnvironment: [String: String?] = {
        let names = ProcessInfo.processInfo.environment.keys.filter {
            $0.hasPrefix("OBSERVER_") || $0.hasPrefix("DOCKER_")
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, nil) })
    }()

    /// Starts the binary with arguments; a prefix is a command that runs the one behind it.
    static func launch(
        _ arguments: [String],
        by prefix: [String] = [],
        environment: [String: String?] = [:],
        in fixture: Fixture
    ) throws -> ChildProcess {
        let command = prefix + [try Stage.require(Stage.binary, "OBSERVER_BINARY")] + arguments
        return try ChildProcess.launch(
            command[0],
            Array(command.dropFirst()),
            environment: cleanEnvironment.merging(environment) { $1 },
            in: fixture
        )
    }

    /// Runs the binary to its end.
    static func finish(_ arguments: String..., environment: [String: String?] = [:]) async throws -> ProcessResult {
        try await run(
            try Stage.require(Stage.binary, "OBSERVER_BINARY"),
            arguments,
            environment: cleanEnvironment.merging(environment) { $1 }
        )
    }

    /// Starts `observer live` on a free port and waits until it serves.
    static func live(
        _ host: String,
        _ options: [String] = [],
        environment: [String: String?] = [:],
        in fixture: Fixture
    ) async throws -> RunningObserver {
        try await serve(["live", "--docker-host", host] + options, environment: environment, in: fixture)
    }

    /// Starts `observer replay` on a free port and waits until it serves.
    static func replay(
        _ arguments: [String],
        by prefix: [String] = [],
        in fixture: Fixture
    ) async throws -> RunningObserver {
        try await serve(["replay"] + arguments, by: prefix, environment: [:], in: fixture)
    }

    private static func serve(
        _ command: [String],
        by prefix: [String] = [],
        environment: [String: String?],
        in fixture: Fixture
    ) async throws -> RunningObserver {
        let readyPath = try fixture.temporaryDirectory() + "/ready"
        let arguments = command + ["--port", "0", "--ready-file", readyPath]
        let process = try launch(arguments, by: prefix, environment: environment, in: fixture)
        let text = try await eventually("the ready file of observer \(arguments)", within: .seconds(20)) {
            if let ending = process.poll() {
                throw Stage.Missing(description: "observer ended with \(ending): \(process.errorText.suffix(1000))")
            }
            return try? String(contentsOfFile: readyPath, encoding: .utf8)
        }
        return RunningObserver(process: process, ready: try JSON(text), readyText: text)
    }

    /// Asks the API.
    func get(_ path: String, headers: [(String, String)] = []) async throws -> HTTPReply {
        try await HTTPProbe.request("GET", url + path, headers: headers)
    }

    /// Asks the API, and reads the answer as JSON.
    func json(_ path: String) async throws -> JSON { try await get(path).json() }

    /// Opens a stream; the query goes behind `/ws/logs`.
    func stream(_ query: String = "", mode: WebSocketProbe.Mode = .collect) async throws -> MessageLog {
        MessageLog(try await WebSocketProbe.connect(streamURL + query, mode: mode))
    }

    /// The memory that is its own, in MiB: not its program's pages.
    func anonymousMebibytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1024
    }
}
