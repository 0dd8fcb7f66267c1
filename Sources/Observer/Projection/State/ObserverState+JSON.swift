// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

extension ObserverState {
    /// Writes the entries of `/containers` as a JSON array, by name, then by id.
    ///
    /// - Parameters:
    ///   - all: Whether those that do not run or are gone are among them.
    ///   - writer: Where the array is written to, as a value.
    ///   - isWanted: Whether a container is written.
    /// - Returns: The number of entries.
    @discardableResult
    public func writeContainers(
        all: Bool = false,
        to writer: inout JSONWriter,
        where isWanted: (ContainerTag) -> Bool = { _ in true }
    ) -> Int {
        let slots = ordered { (all || $0.status.isListed) && isWanted($0.tag) }
        writer.beginArray()
        for slot in slots { table.entries[slot].write(to: &writer) }
        writer.endArray()
        return slots.count
    }

    /// Writes the entries of `/stats` as a JSON array, by name, then by id.
    ///
    /// - Parameters:
    ///   - writer: Where the array is written to, as a value.
    ///   - isWanted: Whether a container is written.
    /// - Returns: The number of entries.
    @discardableResult
    public func writeStats(
        to writer: inout JSONWriter,
        where isWanted: (ContainerTag) -> Bool = { _ in true }
    ) -> Int {
        let slots = ordered { $0.latest != nil && isWanted($0.tag) }
        writer.beginArray()
        for slot in slots {
            guard let latest = table.entries[slot].latest else { continue }
            writer.beginObject()
            writer.key("container")
            writer.string(table.entries[slot].name)
            writer.key("timestamp")
            writer.time(latest.timestamp)
            latest.figures.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        return slots.count
    }
}

extension ContainerEntry {
    /// Writes the entry of `/containers`.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(short)
        writer.key("name")
        writer.string(name)
        writer.key("status")
        writer.string(plain: status.name)
        writer.key("image")
        writer.string(image)
        writer.key("health")
        writer.optional(health) { $0.string($1) }
        writer.key("restart_count")
        writer.integer(restartCount)
        writer.key("started_at")
        writer.optional(startedAt) { $0.time($1) }
        writer.key("exit_code")
        writer.optional(shownExitCode) { $0.integer($1) }
        writer.key("finished_at")
        writer.optional(shownEnd) { $0.time($1) }
        writer.key("logs")
        writer.string(logsRefusal ?? "reading")
        writer.key("labels")
        writer.raw(labelsJSON[...])
        writer.endObject()
    }
}

extension JSONWriter {
    /// Writes a value that may be missing; `null` when it is.
    mutating func optional<Value>(_ value: Value?, _ write: (inout JSONWriter, Value) -> Void) {
        guard let value else { return null() }
        write(&self, value)
    }
}
