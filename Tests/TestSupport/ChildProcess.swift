// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// A program that a test has started, its output kept in files.
public final class ChildProcess: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Hashable {
        /// It ended by itself with an exit code.
        case exited(Int32)
        /// A signal ended it.
        case signalled(Int32)
    }

    /// A program that could not be started.
    public struct LaunchFailure: Error, CustomStringConvertible {
        /// Which program, and why.
        public let description: String
    }

    /// How many bytes of an output file are read at most: a test that prints more than this reads the file itself.
    public static let outputLimit = 64 * 1024 * 1024

    /// The process's number.
    public let pid: Int32
    /// The file that holds what it wrote to stdout.
    public let outputPath: String
    /// The file that holds what it wrote to stderr.
    public let errorPath: String
    private let ending = Mutex<Ending?>(nil)

    private init(pid: Int32, outputPath: String, errorPath: String) {
        self.pid = pid
        self.outputPath = outputPath
        self.errorPath = errorPath
    }

    /// Starts a program; the fixture kills it when the test ends before it does.
    ///
    /// The program is an absolute path, or a name to be found on the `PATH`; the environment given replaces or, with
    /// `nil`, removes variables of this process's own. Throws ``LaunchFailure``.
    public static func launch(
        _ program: String,
        _ arguments: [String],
        environment: [String: String?] = [:],
        in fixture: Fixture
    ) throws -> ChildProcess {
        let folder = try fixture.temporaryDirectory()
        let (outputPath, errorPath) = ("\(folder)/stdout", "\(folder)/stderr")
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        let pid = try spawn(
            [program] + arguments,
            variables: variables.map { "\($0)=\($1)" },
            outputPath: outputPath,
            errorPath: errorPath
        )
        let child = ChildProcess(pid: pid, outputPath: outputPath, errorPath: errorPath)
        fixture.addCleanup {
            child.send(SIGKILL)
            _ = try? await child.wait(within: .seconds(10))
        }
        return child
    }

    /// Sends a signal, unless the program has been seen to end.
    public func send(_ signal: Int32) {
        ending.withLock { if $0 == nil { _ = kill(pid, signal) } }
    }

    /// How it ended, or `nil` while it runs.
    public func poll() -> Ending? {
        ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            // The layout of a wait status on Linux: the signal in the low seven bits, else the code above them.
            let signal = status & 0x7F
            ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            return ending
        }
    }

    /// Waits for its end.
    ///
    /// - Throws: ``DeadlineExceeded`` with the end of its stderr.
    @discardableResult
    public func wait(within deadline: Duration = .seconds(60)) async throws -> Ending {
        do {
            return try await eventually("the end of process \(pid)", within: deadline, every: .milliseconds(5)) {
                poll()
            }
        } catch let error as DeadlineExceeded {
            throw DeadlineExceeded(description: "\(error); its stderr ends with: \(errorText.suffix(500))")
        }
    }

    /// What it has written to stdout so far.
    public var output: [UInt8] { Self.read(outputPath) }

    /// What it has written to stdout so far, as text.
    public var outputText: String { String(decoding: output, as: UTF8.self) }

    /// What it has written to stderr so far, as text.
    public var errorText: String { String(decoding: Self.read(errorPath), as: UTF8.self) }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: outputLimit) else {
            return []
        }
        return [UInt8](data)
    }

    private static func spawn(
        _ arguments: [String],
        variables: [String],
        outputPath: String,
        errorPath: String
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, writing, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Event loops ignore SIGPIPE, and what is ignored or blocked would be inherited.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var variablePointers = variables.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argumentPointers, &variablePointers)
        guard code == 0 else {
            throw LaunchFailure(description: "\(arguments[0]) could not be started: \(String(cString: strerror(code)))")
        }
        return pid
    }
}

/// What a program that ran to its end has said.
public struct ProcessResult: Sendable {
    /// How it ended.
    public let ending: ChildProcess.Ending
    /// What it wrote to stdout.
    public let output: [UInt8]
    /// What it wrote to stderr.
    public let errorText: String

    /// What it wrote to stdout, as text.
    public var outputText: String { String(decoding: output, as: UTF8.self) }

    /// Whether it exited with 0.
    public var isSuccess: Bool { ending == .exited(0) }
}

/// Runs a program to its end.
public func run(
    _ program: String,
    _ arguments: [String],
    environment: [String: String?] = [:],
    within deadline: Duration = .seconds(60)
) async throws -> ProcessResult {
    try await withFixture { fixture in
        let child = try ChildProcess.launch(program, arguments, environment: environment, in: fixture)
        let ending = try await child.wait(within: deadline)
        return ProcessResult(ending: ending, output: child.output, errorText: child.errorText)
    }
}
