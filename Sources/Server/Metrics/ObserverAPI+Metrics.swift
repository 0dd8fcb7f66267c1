// SPDX-License-Identifier: Apache-2.0

internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// `GET /metrics`.
    @Sendable func metrics(_ call: Call) async throws -> Answer {
        let state = await pipeline.state
        let disordered = await pipeline.disordered
        var text = Exposition()
        writeService(to: &text)
        Self.write(state, disordered, to: &text)
        Self.write(hub.metrics, to: &text)
        writeRequests(to: &text)
        if let status = recorder?.status { Self.write(status, to: &text) }
        if let status = incidents?.status { Self.write(status, to: &text) }
        Self.write(ProcessFigures.present, to: &text)
        return Answer(Array(text.text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func writeService(to text: inout Exposition) {
        text.family("sentinell_observer_info", .gauge, "The version and the mode of the observer; always 1.")
        text.sample(1, ["version": version, "mode": source.mode])
        text.family("sentinell_observer_uptime_seconds", .gauge, "How long the observer has been serving.")
        text.sample(seconds: uptime.elapsed)
    }

    private static func write(_ state: ObserverState, _ disordered: UInt64, to text: inout Exposition) {
        text.family("sentinell_observer_engine_connected", .gauge, "Whether the engine answers: 1 or 0.")
        text.sample(state.engine.isConnected ? 1 : 0)
        text.family("sentinell_observer_containers", .gauge, "Containers that are known, by status.")
        var counts: [ContainerStatus: Int] = [:]
        for container in state.containers(all: true) { counts[container.status, default: 0] += 1 }
        for status in ContainerStatus.allCases { text.sample(counts[status] ?? 0, ["status": "\(status.name)"]) }
        text.family("sentinell_observer_observations_total", .counter, "Observations that were numbered.")
        text.sample(state.number)
        text.family(
            "sentinell_observer_observations_disordered_total",
            .counter,
            "Observations of a recording that were left out because their numbers did not rise."
        )
        text.sample(disordered)
    }

    private static func write(_ status: RecorderStatus, to text: inout Exposition) {
        text.family("sentinell_observer_recorder_healthy", .gauge, "Whether recording works: 1 or 0.")
        text.sample(status.problem == nil ? 1 : 0)
        let counters: [(String, String, UInt64)] = [
            ("files", "Recordings that were begun.", status.files),
            ("bytes", "Bytes of recordings that were written.", status.writtenBytes),
            ("observations_lost", "Observations that could not be recorded.", status.lost),
            ("files_removed", "Old recordings that were removed to keep within the limits.", status.removed),
        ]
        for (name, help, value) in counters {
            text.family("sentinell_observer_recorder_\(name)_total", .counter, help)
            text.sample(value)
        }
    }

    private static func write(_ status: IncidentStatus, to text: inout Exposition) {
        text.family("sentinell_observer_incidents_total", .counter, "Incident recordings that were opened.")
        text.sample(status.opened)
        text.family("sentinell_observer_incidents_failed_total", .counter, "Incidents that could not be recorded.")
        text.sample(status.failed)
        text.family("sentinell_observer_incidents_open", .gauge, "Incident recordings that are being written.")
        text.sample(status.paths.count)
    }

    private static func write(_ metrics: HubMetrics, to text: inout Exposition) {
        let counters: [(String, String, UInt64)] = [
            ("messages_published", "Messages that observations made.", metrics.published),
            ("messages_sent", "Messages handed to WebSocket clients, once for each client.", metrics.framesSent),
            ("sent_bytes", "Bytes of frames handed to WebSocket clients.", metrics.bytesSent),
            ("messages_dropped", "Messages that clients missed by reading too slowly, once for each.", metrics.dropped),
            ("client_gaps", "Gaps that WebSocket clients were told of.", metrics.gaps),
            ("clients_stalled", "Clients closed because they held up a source that waits.", metrics.stalled),
            ("pattern_limits", "Lines that reached the match limits of a client's pattern.", metrics.patternLimits),
        ]
        for (name, help, value) in counters {
            text.family("sentinell_observer_\(name)_total", .counter, help)
            text.sample(value)
        }
        let gauges: [(String, String, Int)] = [
            ("clients", "WebSocket clients that are connected.", metrics.clients),
            ("selections", "Distinct filters of WebSocket clients.", metrics.selections),
            ("frames_retained_bytes", "Bytes of encoded frames held for clients.", metrics.retainedBytes),
            ("history_bytes", "Bytes that history takes.", metrics.historyBytes),
            ("history_messages", "Messages that history holds.", metrics.historyMessages),
        ]
        for (name, help, value) in gauges {
            text.family("sentinell_observer_\(name)", .gauge, help)
            text.sample(value)
        }
    }

    private func writeRequests(to text: inout Exposition) {
        text.family("sentinell_observer_http_requests_total", .counter, "Requests, by route, method and status.")
        for (key, count) in counters.sorted {
            text.sample(count, ["route": key.route, "method": key.method, "status": "\(key.status)"])
        }
        text.family("sentinell_observer_refusals_total", .counter, "Requests that access rules refused, by reason.")
        for (code, count) in refusals.counts { text.sample(count, ["reason": code]) }
    }

    private static func write(_ figures: ProcessFigures, to text: inout Exposition) {
        text.family("process_cpu_seconds_total", .counter, "Processor time of the process.")
        text.sample(seconds: figures.processorTime)
        let gauges: [(String, String, UInt64?)] = [
            ("process_resident_memory_bytes", "Bytes of the process in memory.", figures.resident),
            (
                "process_resident_memory_max_bytes", "The most bytes of the process in memory so far.",
                figures.residentMaximum
            ),
            ("process_anonymous_memory_bytes", "Bytes in memory without a file behind them.", figures.anonymous),
            ("process_open_fds", "Files and sockets that are open.", figures.openFiles.map { UInt64($0) }),
        ]
        for (name, help, value) in gauges {
            guard let value else { continue }
            text.family(name, .gauge, help)
            text.sample(value)
        }
    }
}
