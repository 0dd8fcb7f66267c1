// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The messages of one stream, kept so that a test can ask for one that has already come.
final class MessageLog {
    /// A message and its own text.
    struct Message {
        let json: JSON
        let bytes: [UInt8]
        let type: String

        init(_ bytes: [UInt8]) throws {
            json = try JSON(bytes)
            type = json["type"].string ?? ""
            self.bytes = bytes
        }

        var sequence: Int { json["seq"].int ?? -1 }
        var eventType: String { json["event_type"].string ?? "" }
        var container: String { json["container"].string ?? "" }
        var cause: String { json["cause"].string ?? "" }
        var text: String { json["message"].string ?? "" }
        var raw: String { String(decoding: bytes, as: UTF8.self) }
    }

    let probe: WebSocketProbe
    private(set) var messages: [Message] = []
    /// How many of them are log lines.
    private(set) var lineCount = 0

    init(_ probe: WebSocketProbe) {
        self.probe = probe
    }

    /// The first message that satisfies the condition, come or to come.
    @discardableResult
    func wait(
        for what: String,
        within deadline: Duration = .seconds(30),
        _ condition: (Message) -> Bool
    ) async throws -> Message {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: deadline)
        var index = 0
        while true {
            while index < messages.count {
                if condition(messages[index]) { return messages[index] }
                index += 1
            }
            let rest = clock.now.duration(to: end)
            // Heartbeats come every second, so that the deadline is looked at although nothing else happens.
            do {
                guard rest > .zero, try await receive(within: rest) else {
                    throw DeadlineExceeded(description: "too late, or the stream has ended (\(probe.ending as Any))")
                }
            } catch let error as DeadlineExceeded {
                throw DeadlineExceeded(description: "not within \(deadline): \(what): \(error)\n\(recent)")
            }
        }
    }

    /// Waits until so many log lines have come.
    func waitForLines(_ count: Int, within deadline: Duration = .seconds(30)) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: deadline)
        while lineCount < count {
            let rest = clock.now.duration(to: end)
            guard rest > .zero, try await receive(within: rest) else {
                throw DeadlineExceeded(description: "\(lineCount) of \(count) lines within \(deadline)\n\(recent)")
            }
        }
    }

    /// Takes what has come; `false` at the stream's end.
    func receive(within deadline: Duration) async throws -> Bool {
        guard let batch = try await probe.next(within: deadline) else { return false }
        for bytes in batch {
            let message = try Message(bytes)
            if message.type == "log" { lineCount += 1 }
            messages.append(message)
        }
        return true
    }

    /// The event of a type of a container, the first behind a sequence number.
    @discardableResult
    func event(_ type: String, of container: String, after sequence: Int = -1) async throws -> Message {
        try await wait(for: "the event \(type) of \(container)") {
            $0.type == "event" && $0.eventType == type && $0.container == container && $0.sequence > sequence
        }
    }

    /// Waits until the cause of a `die` is as expected, in the `die` itself or in its `verdict`.
    func expectCause(
        _ cause: String,
        of die: Message,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        if die.cause == cause { return }
        // Settling takes five seconds at most.
        let verdict = try await wait(for: "a verdict \(cause) on a die of cause \(die.cause)", within: .seconds(20)) {
            $0.type == "verdict" && $0.json["die"].int == die.sequence
        }
        #expect(verdict.cause == cause, "\(verdict.raw)", sourceLocation: sourceLocation)
    }

    /// The event types of a container in their order, as far as they have come.
    func eventTypes(of container: String) -> [String] {
        messages.filter { $0.type == "event" && $0.container == container }.map(\.eventType)
    }

    /// The log lines that have come.
    var lines: [Message] { messages.filter { $0.type == "log" } }

    private var recent: String { messages.suffix(12).map { $0.raw.prefix(300).description }.joined(separator: "\n") }
}
