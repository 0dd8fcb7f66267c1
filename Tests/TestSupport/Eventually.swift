// SPDX-License-Identifier: Apache-2.0

/// A condition that did not come true in time.
public struct DeadlineExceeded: Error, CustomStringConvertible {
    /// What was waited for, and for how long.
    public let description: String

    /// Makes the error of what was waited for.
    public init(description: String) {
        self.description = description
    }
}

/// Asks again and again until there is an answer: how tests wait for what another process does.
///
/// - Parameters:
///   - what: What is waited for, for the error.
///   - deadline: How long to wait at most; generous, since a loaded machine is slow.
///   - interval: The pause between two questions.
///   - question: Returns the answer, or `nil` to be asked again.
/// - Returns: The answer.
/// - Throws: ``DeadlineExceeded``, or what the question throws.
public func eventually<Answer>(
    _ what: String,
    within deadline: Duration = .seconds(30),
    every interval: Duration = .milliseconds(20),
    _ question: () async throws -> Answer?
) async throws -> Answer {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: deadline)
    while true {
        if let answer = try await question() { return answer }
        guard clock.now < end else { throw DeadlineExceeded(description: "not within \(deadline): \(what)") }
        try await clock.sleep(for: interval)
    }
}
