// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel
import Recorder

/// Reads the lives of a recording's containers.
struct LifeCycleReader {
    /// What was read.
    struct Lives {
        var cycles = LifeCycles()
        var damage: [String] = []
    }

    /// What belongs to a container's life.
    static let actions: Set<String> = [
        "create", "start", "die", "oom", "kill", "stop", "restart", "pause", "unpause", "rename", "destroy",
        "health_status",
    ]
    /// The longest detail that is kept, in characters.
    private static let detailLimit = 100

    private let recording: RecordingSet
    private let choice: ContainerChoice?
    private let start: Timestamp

    init(_ recording: RecordingSet, _ choice: ContainerChoice?) throws {
        self.recording = recording
        self.choice = choice
        start = try recording.timeRange().lowerBound
    }

    /// Reads the lives; `progress` is told now and then how much was read.
    func read(_ progress: (Int, Int) -> Void) throws -> Lives {
        var lives = Lives()
        var messages = try RecordedMessages(recording)
        let last = Int(clamping: recording.lastNumber)
        while let batch = try messages.next() {
            for header in batch.headers where header.type == .event {
                guard let (name, event) = Self.event(header, batch, start) else { continue }
                if let choice, let tag = header.container, !choice.isWanted(tag) || choice.isExcluded(tag) { continue }
                lives.cycles.append(event, to: name)
            }
            if let header = batch.headers.last { progress(Int(clamping: header.sequence), last) }
        }
        lives.damage = messages.damage
        return lives
    }

    private static func event(
        _ header: MessageHeader,
        _ batch: MessageBatch,
        _ start: Timestamp
    ) -> (name: String, event: LifeCycleEvent)? {
        guard let message = (try? JSONDocument(batch.json(of: header)))?.root,
            let action = message["event_type"]?.string, actions.contains(action),
            let name = message["container"]?.string
        else { return nil }
        let detail: String =
            switch action {
            case "die": message["exit_code"]?.integer.map { "exit code \($0)" } ?? ""
            case "kill": message["signal"]?.integer.map { "signal \($0)" } ?? ""
            case "health_status": message["health"]?.string ?? ""
            case "rename": "from " + LifeCycles.stableName(message["old_name"]?.string ?? "")
            default: ""
            }
        let event = LifeCycleEvent(
            action: action,
            detail: String(detail.prefix(detailLimit)),
            offset: header.time.duration(since: start).wholeNanoseconds
        )
        return (name, event)
    }
}
