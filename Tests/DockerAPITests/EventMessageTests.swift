// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Reading events")
struct EventMessageTests {
    static func event(_ json: String) throws -> EventMessage {
        try EventMessage(json: Array(json.utf8)[...])
    }

    /// The events of a captured sequence.
    static func events(_ name: String) throws -> [EventMessage] {
        let fixture = try Fixture("events_lifecycle")
        return try #require(try fixture.capture(name)["events"]).elements.map {
            try EventMessage(try #require($0["event"]))
        }
    }

    @Test("every captured event is read, and its action prints as it was")
    func all() throws {
        var count = 0
        for (name, capture) in try Fixture("events_lifecycle").root.members {
            for element in capture["events"]?.elements ?? [] {
                let value = try #require(element["event"])
                let event = try EventMessage(value)
                let text = event.detail.map { "\(event.action.name): \($0)" } ?? event.action.name
                #expect(text == value["Action"]?.string, "\(name)")
                #expect(event.time.nanoseconds == value["timeNano"]?.integer)
                #expect(event.actorID == value["Actor"]?["ID"]?.string)
                #expect(event.attributes.count == value["Actor"]?["Attributes"]?.members.count)
                if event.isContainer, case .other(let name) = event.action {
                    Issue.record("a container's action without a name of ours: \(name)")
                }
                count += 1
            }
        }
        #expect(count > 200)
    }

    @Test("a kill and its end are the sequence that the engine sends (facts E2, E3)")
    func sequence() throws {
        let events = try Self.events("run -d; kill (KILL default); rm").filter { $0.isContainer }
        #expect(events.map(\.action) == [.create, .start, .kill, .die, .destroy])
        #expect(events.map(\.signal) == [nil, nil, 9, nil, nil])
        #expect(events.map(\.exitCode) == [nil, nil, nil, 137, nil])
        let first = try #require(events.first)
        #expect(first.attributes.map(\.name) == ["image", "name", "rt"])
        #expect(first.attribute("name") == "rt-ev")
        #expect(first.attribute("nothing") == nil)
        #expect(first.scope == "local")
        #expect(first.detail == nil)
    }

    @Test("an action's detail is what stands behind its first colon, with its blanks (fact E14)")
    func details() throws {
        let start = #"{"Type":"container","timeNano":1,"Action":"#
        let exec = try Self.event(start + #""exec_create: sh -c \"a: b\" "}"#)
        #expect(exec.action == .execCreate)
        #expect(exec.detail == "sh -c \"a: b\" ")
        #expect(exec.actionText == "exec_create: sh -c \"a: b\" ")
        #expect(exec.health == nil)
        let health = try Self.event(start + #""health_status: unhealthy"}"#)
        #expect(health.action == .healthStatus)
        #expect(health.health == "unhealthy")
    }

    @Test("health is found where Podman puts it")
    func podman() throws {
        let start = #"{"Type":"container","Action":"health_status","timeNano":1,"#
        #expect(try Self.event(start + #""HealthStatus":"healthy"}"#).health == "healthy")
        let attribute = #""Actor":{"ID":"a","Attributes":{"health_status":"starting"}}}"#
        #expect(try Self.event(start + attribute).health == "starting")
        let died = #"{"Type":"container","Action":"die","time":7,"Actor":{"Attributes":{"containerExitCode":"3"}}}"#
        #expect(try Self.event(died).exitCode == 3)
        #expect(try Self.event(died).time == Timestamp(seconds: 7))
    }

    @Test("the form of old engines is read")
    func legacy() throws {
        let event = try Self.event(#"{"status":"die","id":"abc","from":"busybox","time":1795433138}"#)
        #expect(event.isContainer)
        #expect(event.action == .die)
        #expect(event.actorID == "abc")
        #expect(event.attribute("image") == "busybox")
        #expect(event.time == Timestamp(seconds: 1_795_433_138))
        #expect(try Self.event(#"{"status":"pull","id":"busybox:1","time":1}"#).type == "image")
    }

    @Test("an unknown action keeps its name")
    func unknown() throws {
        #expect(EventAction("levitate") == .other("levitate"))
        #expect(EventAction("levitate").name == "levitate")
        #expect(EventAction("archive-path") == .archivePath)
        #expect(EventAction.archivePath.name == "archive-path")
    }

    @Test(
        "what cannot be read is told with its place",
        arguments: [
            (#"{"time":1}"#, "Action"), (#"{"Action":"die"}"#, "timeNano"), (#"{"Action":1,"time":1}"#, "Action"),
            (#"{"Action":"die","time":1,"Actor":{"Attributes":{"exitCode":1}}}"#, "Actor.Attributes"), ("7", ""),
        ]
    )
    func errors(json: String, place: String) {
        let error = #expect(throws: WireError.self) { try Self.event(json) }
        #expect(error?.place == place)
    }
}
