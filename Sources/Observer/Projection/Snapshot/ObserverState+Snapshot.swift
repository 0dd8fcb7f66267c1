// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

// A snapshot leaves out what is missing, and tells times as nanoseconds: every `Timestamp` has such a form, while
// RFC 3339 is read for the years 1678 to 2261 only.

extension ObserverState {
    /// The state as JSON: complete, and in an order that depends on nothing but the content.
    ///
    /// Of containers that are not chosen it says only whether some have outlived the engine, since causes of death hang
    /// on that.
    func snapshotJSON(of isChosen: (ContainerID) -> Bool = { _ in true }) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("projection", Projection.version)
        writer.member("n", number)
        writer.member("t", time)
        writer.key("engine")
        engine.writeSnapshot(to: &writer)
        if let loss {
            writer.key("loss")
            writer.beginObject()
            writer.member("n", loss.number)
            writer.member("t", loss.time)
            if hasSurvivors(besides: isChosen) {
                writer.key("others")
                writer.boolean(true)
            }
            writer.endObject()
        }
        writer.key("containers")
        writer.beginArray()
        let entries = table.entries
        let order = entries.indices.sorted { entries[$0].digits < entries[$1].digits }
        for slot in order where isChosen(entries[slot].id) { entries[slot].writeSnapshot(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// Reads a snapshot.
    init(snapshot json: ArraySlice<UInt8>) throws(SnapshotError) {
        self.init()
        let root: JSONValue
        do {
            root = try JSONDocument(json).root
        } catch {
            throw SnapshotError("The snapshot is no JSON: \(error)")
        }
        guard let version = root["projection"]?.integer else { throw SnapshotError("The JSON is no snapshot") }
        guard version == Projection.version else {
            throw SnapshotError("The snapshot is of projection version \(version), not \(Projection.version)")
        }
        guard let number = root["n"]?.unsigned, let containers = root["containers"], containers.kind == .array else {
            throw SnapshotError("The snapshot is incomplete: `n` or `containers` is missing")
        }
        restore(number: number, time: root["t"]?.timestamp)
        if let value = root["engine"] { engine = EngineStanding(snapshot: value) }
        var entries: [ContainerEntry] = []
        for value in containers.elements {
            guard let entry = ContainerEntry(snapshot: value) else {
                throw SnapshotError("The snapshot has a container without an id or a name")
            }
            entries.append(entry)
        }
        // In the order in which they went, which is the order in which they are forgotten.
        for entry in entries.sorted(by: { ($0.gone ?? 0) < ($1.gone ?? 0) }) { table.add(entry) }
        guard let value = root["loss"], let lost = value["n"]?.unsigned, let time = value["t"]?.timestamp else {
            return
        }
        let survivors = table.entries.count { $0.isSurvivor(of: lost) }
        let hasOthers = value["others"]?.boolean ?? false
        loss = EngineLoss(number: lost, time: time, survivors: survivors, hasOtherSurvivors: hasOthers)
    }

    /// Whether containers besides the chosen ones have outlived the last loss of the engine: the cause of the others'
    /// deaths hangs on that.
    public func hasSurvivors(besides isChosen: (ContainerID) -> Bool) -> Bool {
        guard let loss else { return false }
        guard !loss.hasOtherSurvivors else { return true }
        // The count says at once that there is none; else they must be looked at.
        guard loss.survivors > 0 else { return false }
        return table.entries.contains { $0.isSurvivor(of: loss.number) && !isChosen($0.id) }
    }

    /// Whether another state says the same of the engine and of all containers, whichever observation was its last.
    public func isSame(as other: ObserverState) -> Bool {
        var states = (self, other)
        states.0.restore(number: 0, time: nil)
        states.1.restore(number: 0, time: nil)
        return states.0.snapshotJSON() == states.1.snapshotJSON()
    }
}

extension EngineStanding {
    func writeSnapshot(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("connected")
        writer.boolean(isConnected)
        writer.member("message", message)
        writer.member("since", since)
        if !versionJSON.isEmpty {
            writer.key("version")
            writer.raw(versionJSON[...])
        }
        writer.endObject()
    }

    init(snapshot value: JSONValue) {
        self.init()
        isConnected = value["connected"]?.boolean ?? false
        message = value["message"]?.string ?? ""
        since = value["since"]?.timestamp
        if let version = value["version"] { setVersion(version.raw) }
    }
}

extension JSONWriter {
    /// Writes a member that is left out when it is missing.
    mutating func member(_ name: StaticString, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        key(name)
        if let value = UInt64(exactly: value) { integer(value) } else { integer(Int64(clamping: value)) }
    }

    /// Writes a member that is left out when it is missing: a time as nanoseconds.
    mutating func member(_ name: StaticString, _ time: Timestamp?) {
        member(name, time?.nanoseconds)
    }

    /// Writes a member that is left out when it is missing.
    mutating func member(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }
}

extension JSONValue {
    /// The time that is told as nanoseconds.
    var timestamp: Timestamp? { integer.map { Timestamp(nanoseconds: $0) } }

    /// The number if `Int` holds it.
    var int: Int? { integer.flatMap { Int(exactly: $0) } }
}
