// SPDX-License-Identifier: Apache-2.0

/// How grave a log line is.
public enum Level: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    /// Of interest to who debugs the program: DEBUG, TRACE, VERBOSE, FINE.
    case debug
    /// The normal course: INFO, NOTICE, and lines that say nothing of their level.
    case info
    /// Worth a look: WARNING.
    case warning
    /// Something failed: ERROR.
    case error
    /// The program or its data is lost: CRITICAL, FATAL, PANIC, ALERT, EMERGENCY, SEVERE.
    case critical

    /// The name in messages.
    public var name: StaticString {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }

    /// The level of a name in any case, as the API's `level` parameter takes it, or `nil`.
    public init?(named name: String) {
        let wanted = name.uppercased()
        guard let level = Level.allCases.first(where: { $0.name.description == wanted }) else { return nil }
        self = level
    }

    /// Orders by gravity.
    public static func < (a: Level, b: Level) -> Bool {
        a.rawValue < b.rawValue
    }
}
