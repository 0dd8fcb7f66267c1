// SPDX-License-Identifier: Apache-2.0

/// What the rules of this suite let pass, each with its reason; an entry that nothing needs any more fails its rule.
enum Allowances {
    /// Unstructured tasks: a path within the package, and why structure cannot do it there.
    static let unstructuredTasks: [String: String] = [:]

    /// Waiting by the clock in tests.
    static let sleeps: [String: String] = [
        "Tests/TestSupport/Eventually.swift": "the one helper that asks again and again, with a deadline",
        "Tests/TestSupport/TestClock.swift": "declares the sleep of the clock that tests move",
    ]

    /// Queues, which are threads that nobody supervises.
    static let queues: [String: String] = [
        "Sources/Recorder/Incidents/FlightRecorder.swift":
            "blocks on the disk: a thread of its own, which ends with its service",
        "Sources/Recorder/Writing/DiskRecorder.swift":
            "blocks on the disk: a thread of its own, which ends with its service",
    ]

    /// Files of more than 400 lines.
    static let longFiles: [String: String] = [:]

    /// Functions of more than 70 lines: `path: name`.
    static let longFunctions: [String: String] = [:]

    /// Foundation in Sources, which costs a third of the binary.
    static let foundation: [String: String] = [:]
}
