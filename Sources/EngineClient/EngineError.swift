// SPDX-License-Identifier: Apache-2.0

/// Why the engine could not be asked, or what was wrong with its answer, told to a person.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public let code: Code

    /// Where the engine was looked for, without secrets.
    public let endpoint: String

    /// What happened: a sentence without its period.
    public let message: String

    /// What to do about it: a sentence without its period, or `nil` when the message says all.
    public let advice: String?

    /// The HTTP status, of errors with the code ``Code/status`` or ``Code/incompatibleVersion`` that came from one.
    public let status: Int?

    /// Creates an error.
    public init(
        _ code: Code,
        endpoint: String,
        message: String,
        advice: String? = nil,
        status: Int? = nil
    ) {
        self.code = code
        self.endpoint = endpoint
        self.message = message
        self.advice = advice
        self.status = status
    }

    /// Whether no connection could be had, so that waiting for the engine may help.
    public var isUnreachable: Bool { Code.unreachableCodes.contains(code) }

    /// Whether the connection ended before the answer did: with streams the normal end of an engine (facts J2, J3).
    public var isCut: Bool { code == .truncated || code == .reset || code == .idle }

    /// The message, and the advice where there is one.
    public var description: String {
        guard let advice else { return message }
        return message + ": " + advice
    }
}
