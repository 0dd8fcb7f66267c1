// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Reading lists and inspects")
struct ContainerTests {
    static func inspect(_ name: String) throws -> ContainerInspect {
        let fixture = try Fixture("inspect")
        if let value = try fixture.capture(name)["body_json"] { return try ContainerInspect(value) }
        return try ContainerInspect(json: try fixture.body(name)[...])
    }

    @Test("a list has names without slashes, labels and times")
    func list() throws {
        let list = try ContainerSummary.list(json: try Fixture("containers_list").body("all=1 FULL")[...])
        #expect(list.count >= 10)
        #expect(list.allSatisfy { $0.id.utf8.count == 64 && $0.names.count == 1 && $0.created != nil })
        let oom = try #require(list.first { $0.names == ["rt-oom"] })
        #expect(oom.image == "busybox:local")
        #expect(oom.imageID == "sha256:4d131959155c87a2dce7ad28214366db19e99356c1222df81f9d5314aa0e259c")
        #expect(oom.command == "tail -c 200m /dev/zero")
        #expect(oom.created == Timestamp(seconds: 1_795_430_853))
        #expect(oom.state == "exited")
        #expect(oom.status == "Exited (137) 1 second ago")
        #expect(oom.labels == ["rt": "1"])
    }

    @Test("what cannot be read in a list is told with its place")
    func listErrors() {
        for (json, place) in [
            ("{}", ""), (#"[{"Names":[]}]"#, "Id"), (#"[{"Id":"a","Names":[1]}]"#, "Names"), ("[1]", ""),
        ] {
            let error = #expect(throws: WireError.self) { try ContainerSummary.list(json: Array(json.utf8)[...]) }
            #expect(error?.place == place, "\(json)")
        }
    }

    @Test(
        "states are told as the engine tells them",
        arguments: [
            ("created", "created"), ("exited0", "exited"), ("exited1", "exited"), ("paused", "paused"),
            ("restarting", "restarting"), ("oom", "exited"), ("running", "running"), ("nocmd", "created"),
        ]
    )
    func states(name: String, status: String) throws {
        let inspect = try Self.inspect(name)
        #expect(inspect.id.utf8.count == 64)
        #expect(inspect.name == "rt-\(name)")
        #expect(inspect.created != nil)
        #expect(inspect.state.status == status)
        #expect(inspect.state.isRunning == ["paused", "restarting", "running"].contains(status))
        #expect(inspect.state.isPaused == (status == "paused"))
        #expect(inspect.state.isRestarting == (status == "restarting"))
        #expect(inspect.config.image == "busybox:local")
        #expect(inspect.imageID.hasPrefix("sha256:"))
        #expect(inspect.config.labels["rt"] == "1")
    }

    @Test("the details that exit verdicts rest on are there")
    func details() throws {
        let oom = try Self.inspect("oom")
        #expect(oom.state.isOOMKilled)
        #expect(oom.state.exitCode == 137)
        #expect(try Self.inspect("oomchild").state.isOOMKilled)
        let missing = try Self.inspect("nocmd")
        #expect(missing.state.exitCode == 127)
        #expect(!missing.state.error.isEmpty)
        #expect(missing.state.startedAt == nil)
        let restarting = try Self.inspect("restarting")
        #expect(restarting.restartCount == 10)
        #expect(restarting.state.pid == 0)
        #expect(try Self.inspect("killed").state.exitCode == 137)
        // Fact B10: a container that exits at once can end before it begins.
        let exited = try Self.inspect("exited0").state
        #expect(try #require(exited.finishedAt) < #require(exited.startedAt))
    }

    @Test("configuration is read")
    func configuration() throws {
        #expect(try Self.inspect("tty").config.isTTY)
        let running = try Self.inspect("running")
        #expect(!running.config.isTTY)
        #expect(running.config.environmentCount == 1)
        #expect(running.config.labels == ["rt": "1", "tier": "web"])
        #expect(!running.config.hasHealthcheck)
        #expect(running.state.health == nil)
        #expect(running.state.pid > 0)
        let limited = try Self.inspect("memlimit")
        #expect(limited.hostConfig.memory == 67_108_864)
        #expect(limited.hostConfig.logDriver == "json-file")
        #expect(limited.hostConfig.restartPolicy == "unless-stopped")
        #expect(limited.hostConfig.maximumRetryCount == 0)
        #expect(limited.state.startedAt == RFC3339.parse("2026-11-23T10:45:48.819370829Z"))
        #expect(limited.state.finishedAt == nil)
    }

    @Test("health is read", arguments: ["healthy", "unhealthy", "starting"])
    func health(name: String) throws {
        let inspect = try Self.inspect(name)
        #expect(inspect.state.health == name)
        #expect(inspect.config.hasHealthcheck)
    }

    @Test("a switched-off health check is none, and so is its state")
    func noHealth() throws {
        let json = #"{"Id":"a","State":{"Health":{"Status":"none"}},"Config":{"Healthcheck":{"Test":["NONE"]}}}"#
        let inspect = try ContainerInspect(json: Array(json.utf8)[...])
        #expect(inspect.state.health == nil)
        #expect(!inspect.config.hasHealthcheck)
    }

    @Test(
        "what cannot be read in an inspect is told with its place",
        arguments: [
            (#"{"State":{}}"#, "Id"), (#"{"Id":"a"}"#, "State"), (#"{"Id":"a","State":[]}"#, "State"),
            (#"{"Id":"a","State":{"Pid":"1"}}"#, "State.Pid"),
            (#"{"Id":"a","State":{"Pid":1e3}}"#, "State.Pid"),
            (#"{"Id":"a","State":{"StartedAt":"now"}}"#, "State.StartedAt"),
            (#"{"Id":"a","State":{},"Config":{"Labels":{"a":1}}}"#, "Config.Labels"),
            (#"{"Id":"a","State":{},"HostConfig":{"RestartPolicy":{"Name":1}}}"#, "HostConfig.RestartPolicy.Name"),
        ]
    )
    func inspectErrors(json: String, place: String) {
        let error = #expect(throws: WireError.self) { try ContainerInspect(json: Array(json.utf8)[...]) }
        #expect(error?.place == place)
        #expect(error?.what == "inspect")
    }

    @Test("the engine's version and its machine are read")
    func system() throws {
        let fixture = try Fixture("system")
        let version = try EngineVersion(json: try fixture.body("GET /version")[...])
        #expect(version.version == "20.10.24+dfsg1")
        #expect(version.apiVersion == APIVersion(1, 41))
        #expect(version.minimumAPIVersion == APIVersion(1, 12))
        #expect(version.os == "linux")
        #expect(version.architecture == "amd64")
        #expect(version.components.map(\.name) == ["Engine", "containerd", "runc", "docker-init"])
        #expect(!version.isPodman)
        let podman =
            #"{"Version":"5.0.0","Components":[{"Name":"Podman Engine","Version":"5.0.0"}],"ApiVersion":"1.41"}"#
        #expect(try EngineVersion(json: Array(podman.utf8)[...]).isPodman)
        let info = try SystemInfo(json: try fixture.body("GET /info")[...])
        #expect(info.id == "HNM2:VLH4:ZUTU:ON24:EOBV:5XTC:ZBIS:XYVP:MQ5W:5YVB:YZRG:UKFZ")
        #expect(info.loggingDriver == "json-file")
        #expect(info.cgroupVersion == "1")
        #expect(info.cpus == 2)
        #expect(info.memory == 25_276_502_016)
        #expect(info.containersRunning == 1)
        #expect(info.osType == "linux")
    }
}
