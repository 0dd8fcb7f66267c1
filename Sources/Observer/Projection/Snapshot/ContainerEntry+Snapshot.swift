// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

extension ContainerEntry {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("c", digits)
        writer.member("first", first)
        writer.member("name", name)
        writer.member("image", image)
        writer.member("status", status.name.description)
        writer.member("health", health)
        writer.member("restart_count", restartCount)
        writer.member("started_at", startedAt)
        writer.member("finished_at", finishedAt)
        writer.member("exit_code", exitCode)
        writer.member("ended_start", endedStart)
        writer.member("logs", logsRefusal)
        writer.member("stop_signal", stopSignal)
        writer.member("gone", gone)
        writer.key("labels")
        writer.raw(labelsJSON[...])
        latest?.writeSnapshot(to: &writer)
        sample?.writeSnapshot(to: &writer)
        writer.key("run")
        run.writeSnapshot(to: &writer)
        if let unsettled {
            writer.key("unsettled")
            unsettled.writeSnapshot(to: &writer)
        }
        writer.endObject()
    }

    /// Reads a container of a snapshot; `nil` without an id or a name.
    init?(snapshot value: JSONValue) {
        guard let id = value["c"]?.stringBytes.flatMap({ ContainerID($0) }), let name = value["name"]?.string else {
            return nil
        }
        self.init(id: id, name: name, first: value["first"]?.unsigned ?? 0)
        var labels: [String: String] = [:]
        for (key, value) in value["labels"]?.members ?? [] { labels[key] = value.string }
        identify(name: name, labels: labels)
        image = value["image"]?.string ?? ""
        status = value["status"]?.string.flatMap { ContainerStatus(named: $0) } ?? .unknown
        health = value["health"]?.string
        restartCount = value["restart_count"]?.int ?? 0
        startedAt = value["started_at"]?.timestamp
        finishedAt = value["finished_at"]?.timestamp
        exitCode = value["exit_code"]?.int
        endedStart = value["ended_start"]?.timestamp
        logsRefusal = value["logs"]?.string
        stopSignal = value["stop_signal"]?.int ?? Signal.terminate
        gone = value["gone"]?.unsigned
        latest = value["stats"].flatMap { LatestStats(snapshot: $0) }
        sample = value["sample"].flatMap { ProcessorSample(snapshot: $0) }
        if let value = value["run"] { run = RunEvidence(snapshot: value) }
        unsettled = value["unsettled"].map { RunEvidence(snapshot: $0) }
    }
}

extension ContainerEntry.LatestStats {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.key("stats")
        writer.beginObject()
        writer.member("t", timestamp)
        writer.member("cpu", figures.processorHundredths)
        writer.member("memory", figures.memoryUsage)
        writer.member("memory_limit", figures.memoryLimit)
        writer.member("network_rx", figures.networkReceived)
        writer.member("network_tx", figures.networkSent)
        writer.member("block_read", figures.blockRead)
        writer.member("block_write", figures.blockWritten)
        writer.member("pids", figures.pids)
        writer.endObject()
    }

    init?(snapshot value: JSONValue) {
        guard let timestamp = value["t"]?.timestamp else { return nil }
        self.timestamp = timestamp
        figures = StatsFigures(
            processorHundredths: value["cpu"]?.integer,
            memoryUsage: value["memory"]?.unsigned ?? 0,
            memoryLimit: value["memory_limit"]?.unsigned ?? 0,
            networkReceived: value["network_rx"]?.unsigned ?? 0,
            networkSent: value["network_tx"]?.unsigned ?? 0,
            blockRead: value["block_read"]?.unsigned ?? 0,
            blockWritten: value["block_write"]?.unsigned ?? 0,
            pids: value["pids"]?.unsigned ?? 0
        )
    }
}

extension ProcessorSample {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.key("sample")
        writer.beginObject()
        writer.member("t", read)
        writer.member("total", total)
        writer.member("system", system)
        writer.endObject()
    }

    init?(snapshot value: JSONValue) {
        guard let read = value["t"]?.timestamp, let total = value["total"]?.unsigned else { return nil }
        self.init(read: read, total: total, system: value["system"]?.unsigned)
    }
}
