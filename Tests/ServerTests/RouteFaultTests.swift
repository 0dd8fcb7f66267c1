// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Synchronization
import TestSupport
import Testing

@testable import Server

/// A simulation's faults without a simulation: every object with a `kill` is one, any other is refused.
private final class NotedFaults: FaultControl {
    private let inForce = Mutex<[ActiveFault]>([])

    func faults() async -> [ActiveFault] { inForce.withLock { $0 } }

    func inject(_ entry: ArraySlice<UInt8>) async throws -> ActiveFault {
        guard let service = (try? JSONDocument(entry))?.root["kill"]?.string else {
            throw FaultRefusal("There is no verb in it: write kill, stop or another.")
        }
        return inForce.withLock { faults in
            let fault = ActiveFault(
                id: "fault-\(faults.count + 1)",
                verb: "kill",
                services: [service],
                since: RouteClock.origin,
                message: "kill \(service)"
            )
            faults.append(fault)
            return fault
        }
    }

    func clear(_ id: String) async -> ActiveFault? {
        inForce.withLock { faults in
            guard let index = faults.firstIndex(where: { $0.id == id }) else { return nil }
            var fault = faults.remove(at: index)
            fault.until = RouteClock.origin.advanced(by: .seconds(1))
            return fault
        }
    }
}

/// A source's own present, a second behind the last observation.
private struct LateGate: InputGate {
    func pass<Result: Sendable>(_ body: @Sendable (Timestamp) async -> Result) async -> Result {
        await body(RouteClock.origin.advanced(by: .seconds(3600)))
    }
}

@Suite("Faults and inputs of a simulation over HTTP")
struct RouteFaultTests {
    private static var options: LiveServer.Options {
        var options = LiveServer.Options()
        options.mode = "simulation"
        options.faults = NotedFaults()
        options.gate = LateGate()
        return options
    }

    @Test("a fault is applied, listed, cleared, and answers are what the document says")
    func faults() async throws {
        try await LiveServer.run(Self.options) { (server) async throws in
            let schema = OpenAPISchema(document: try await server.get("/openapi.json").json())
            let applied = try await server.post("/faults", #"{"kill":"postgres"}"#)
            #expect(applied.status == 200)
            #expect(schema.problems(try applied.json(), component: "AppliedFault") == [])
            #expect(try applied.json()["fault"]["id"].string == "fault-1")
            let list = try await server.get("/faults").json()
            #expect(schema.problems(list, component: "Faults") == [])
            #expect(list["count"].int == 1)
            #expect(list["faults"].elements.first?["services"].elements.map(\.string) == ["postgres"])
            let cleared = try await HTTPProbe.request("DELETE", server.url + "/faults/fault-1")
            #expect(cleared.status == 200)
            #expect(try cleared.json()["status"].string == "cleared")
            #expect(schema.problems(try cleared.json(), component: "AppliedFault") == [])
            #expect(try await server.get("/faults").json()["count"].int == 0)
            let gone = try await HTTPProbe.request("DELETE", server.url + "/faults/fault-1")
            #expect(gone.status == 404)
            #expect(try gone.json()["code"].string == "fault_not_found")
        }
    }

    @Test("what is no fault is refused with the reason", arguments: [#"{"explode":"x"}"#, "[]", "x", ""])
    func refused(body: String) async throws {
        try await LiveServer.run(Self.options) { (server) async throws in
            let reply = try await server.post("/faults", body)
            #expect(reply.status == 400)
            #expect(try await server.get("/faults").json()["count"].int == 0)
        }
    }

    @Test("outside of a simulation nothing goes wrong by request")
    func elsewhere() async throws {
        try await LiveServer.run { (server) async throws in
            #expect(try await server.get("/faults").status == 409)
            #expect(try await server.post("/faults", #"{"kill":"x"}"#).json()["code"].string == "no_faults")
            #expect(try await HTTPProbe.request("DELETE", server.url + "/faults/a").status == 409)
        }
    }

    @Test("marks and anomalies enter a simulation at its own present")
    func inputs() async throws {
        try await LiveServer.run(Self.options) { (server) async throws in
            let present = RouteClock.origin.advanced(by: .seconds(3600)).description
            let mark = try await server.post("/marks", #"{"name":"m"}"#).json()
            #expect(mark["mark"]["timestamp"].string == present)
            let anomaly = try await server.post("/events/anomaly", #"{"x":1}"#).json()
            #expect(anomaly["anomaly"]["timestamp"].string == present)
        }
    }
}
