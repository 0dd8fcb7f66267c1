// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The built `observer` against a real engine: what `scripts/end-to-end` prepares and runs.
///
/// One after the other, since the tests measure causes and times on a machine with two cores, and kill engines.
@Suite("End to end", .serialized, .enabled(if: Stage.isAskedFor, Stage.howToAsk), .timeLimit(.minutes(5)))
struct EndToEnd {}

/// What the environment says about the tests' stage.
enum Stage {
    private static let variables = ProcessInfo.processInfo.environment

    /// The observer's binary.
    static let binary = variables["OBSERVER_BINARY"]

    /// A Python with what Tests/requirements.txt names.
    static let python = variables["OBSERVER_PYTHON"]

    /// The folder that holds the shared engine's folder, and gets those of engines that tests make for themselves.
    static let folder = variables["OBSERVER_E2E_DIR"]

    /// Whether missing preparations are a failure, as in continuous integration.
    static let isRequired = variables["OBSERVER_E2E"] == "required"

    /// Whether the long variants run.
    static let isDeep = variables["OBSERVER_DEEP"] == "1"

    /// Whether the tests run at all; if they are required and cannot, they run and fail.
    static let isAskedFor = isRequired || (binary != nil && folder != nil)

    static let howToAsk: Comment = """
        OBSERVER_BINARY and OBSERVER_E2E_DIR are not set: run `make end-to-end`, which starts an engine and sets them
        """

    /// Why a test cannot run.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The value of a preparation that a test cannot do without.
    static func require(_ value: String?, _ name: String) throws -> String {
        guard let value, FileManager.default.fileExists(atPath: value) else {
            throw Missing(description: "\(name) is \(value ?? "not set"), and there is nothing: run `make end-to-end`")
        }
        return value
    }

    /// The package's folder, for its scripts.
    static let package: String = {
        let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        return path.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }()
}
