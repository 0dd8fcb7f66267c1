// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import ObserverModel

extension ObserverAPI {
    /// `GET /faults`.
    @Sendable func listFaults(_ call: Call) async throws -> Answer {
        let faults = try await simulated().faults()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("faults")
        writer.beginArray()
        for fault in faults { writer.fault(fault) }
        writer.endArray()
        writer.key("count")
        writer.integer(faults.count)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// `POST /faults`: applies a timeline entry at the virtual present.
    @Sendable func postFault(_ call: Call) async throws -> Answer {
        let control = try simulated()
        let (_, text) = try await object(of: call)
        do {
            return Self.answer("applied", try await control.inject(text[...]))
        } catch let refusal as FaultRefusal {
            throw Failure(.badRequest, "bad_fault", refusal.description)
        }
    }

    /// `DELETE /faults/{id}`.
    @Sendable func deleteFault(_ call: Call) async throws -> Answer {
        let control = try simulated()
        let id = try call.argument("id")
        guard let fault = await control.clear(id) else {
            throw Failure(
                .notFound,
                "fault_not_found",
                "No fault \(id.prefix(200)) is in force; GET /faults lists those that are."
            )
        }
        return Self.answer("cleared", fault)
    }

    private func simulated() throws(Failure) -> any FaultControl {
        guard let faults else {
            throw Failure(
                .conflict,
                "no_faults",
                "Nothing can go wrong by request in \(source.mode) mode: that is for simulations."
            )
        }
        return faults
    }

    private static func answer(_ status: StaticString, _ fault: ActiveFault) -> Answer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(plain: status)
        writer.key("fault")
        writer.fault(fault)
        writer.endObject()
        return Answer(writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func fault(_ fault: ActiveFault) {
        beginObject()
        key("id")
        string(fault.id)
        key("verb")
        string(fault.verb)
        key("services")
        beginArray()
        for service in fault.services { string(service) }
        endArray()
        key("since")
        time(fault.since)
        key("until")
        if let until = fault.until { time(until) } else { null() }
        key("message")
        string(fault.message)
        endObject()
    }
}
