// SPDX-License-Identifier: Apache-2.0

/// How a command ended, for scripts.
enum ExitStatus: Int32, Sendable {
    /// All went well.
    case good = 0
    /// The answer is no.
    case negative = 1
    /// The command line, the environment or an input cannot be used.
    case usage = 2
    /// It is done, with loss.
    case loss = 3
    /// The engine or the observer cannot be reached.
    case unreachable = 4
}

/// Why a command could not do its work, as a sentence for a person.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
    var status: ExitStatus
    var message: String

    var description: String { message }

    /// A command line, a variable or an input that cannot be used.
    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(status: .usage, message: message)
    }

    /// An engine or an observer that cannot be reached.
    static func unreachable(_ message: String) -> CommandFailure {
        CommandFailure(status: .unreachable, message: message)
    }
}
