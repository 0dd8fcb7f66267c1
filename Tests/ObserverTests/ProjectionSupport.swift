// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import ObserverModel
import Testing

@testable import Observer

/// The containers and times of tests.
enum ProjectionSample {
    /// 2026-11-23T03:14:00Z.
    static let origin = Timestamp(seconds: 1_795_403_640)

    /// An id that is the same for the same number, and begins with it.
    static func id(_ number: Int) -> ContainerID {
        let digits = String(number, radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        guard let id = ContainerID(String(repeating: padded, count: 8)) else { preconditionFailure("64 digits") }
        return id
    }

    /// A moment so many milliseconds after the origin.
    static func time(_ milliseconds: Int) -> Timestamp {
        origin.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
    }
}

/// Makes the engine's JSON.
enum SampleJSON {
    /// An event of a container (fact E1).
    static func event(
        _ action: String,
        _ id: ContainerID,
        name: String = "web",
        attributes: KeyValuePairs<String, String> = [:],
        at time: Timestamp
    ) -> ArraySlice<UInt8> {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("Type")
        writer.string("container")
        writer.key("Action")
        writer.string(action)
        writer.key("Actor")
        writer.beginObject()
        writer.key("ID")
        writer.string(id.description)
        writer.key("Attributes")
        writer.beginObject()
        for (key, value) in attributes {
            writer.key(escaping: key)
            writer.string(value)
        }
        writer.key("image")
        writer.string("nginx:alpine")
        writer.key("name")
        writer.string(name)
        writer.endObject()
        writer.endObject()
        writer.key("timeNano")
        writer.integer(time.nanoseconds)
        writer.endObject()
        return writer.bytes[...]
    }

    /// An inspect; what is not named is as in a container that has never failed.
    static func inspect(
        _ id: ContainerID,
        name: String = "web",
        status: String = "running",
        started: Timestamp? = ProjectionSample.origin,
        finished: Timestamp? = nil,
        exitCode: Int = 0,
        isOOMKilled: Bool = false,
        stopSignal: String? = nil,
        health: String? = nil,
        restarts: Int = 0,
        labels: String = "{}"
    ) -> ArraySlice<UInt8> {
        let unset = "0001-01-01T00:00:00Z"
        let isRunning = ["running", "paused", "restarting"].contains(status)
        let health = health.map { ",\"Health\":{\"Status\":\"\($0)\",\"FailingStreak\":0,\"Log\":[]}" } ?? ""
        let stopSignal = stopSignal.map { ",\"StopSignal\":\"\($0)\"" } ?? ""
        return Array(
            """
            {"Id":"\(id)","Created":"2026-11-23T03:00:00Z","State":{"Status":"\(status)","Running":\(isRunning),\
            "Paused":\(status == "paused"),"Restarting":\(status == "restarting"),"OOMKilled":\(isOOMKilled),\
            "Dead":false,"Pid":0,"ExitCode":\(exitCode),"Error":"","StartedAt":"\(started?.description ?? unset)",\
            "FinishedAt":"\(finished?.description ?? unset)"\(health)},"Image":"sha256:0","Name":"/\(name)",\
            "RestartCount":\(restarts),"HostConfig":{},"Config":{"Tty":false,"Image":"nginx:alpine",\
            "Labels":\(labels)\(stopSignal)}}
            """.utf8
        )[...]
    }
}

/// Sequences facts and settles deaths as the pipeline does, and keeps what comes of it.
struct ProjectionStage {
    var projector = Projector()
    var settler = Settler()
    private(set) var observations: [Observation] = []
    private(set) var messages: [String] = []
    private(set) var headers: [MessageHeader] = []
    private var number: UInt64 = 0

    /// The state as of the last observation.
    var state: ObserverState { projector.state }

    /// Takes a fact at a time, with the settlements that belong before and behind it.
    @discardableResult
    mutating func observe(_ fact: Fact, at time: Timestamp) -> UInt64 {
        for settlement in settler.before(fact, at: time) { append(settlement.fact, at: settlement.time) }
        let observation = append(fact, at: time)
        for settlement in settler.after(observation) { append(settlement.fact, at: settlement.time) }
        return observation.number
    }

    /// Lets time pass with nothing to observe.
    mutating func tick(_ now: Timestamp) {
        for settlement in settler.due(at: now) { append(settlement.fact, at: settlement.time) }
    }

    /// Takes an event of a container, observed a few milliseconds after the engine's time.
    @discardableResult
    mutating func event(
        _ action: String,
        _ id: ContainerID = ProjectionSample.id(1),
        name: String = "web",
        attributes: KeyValuePairs<String, String> = [:],
        at milliseconds: Int,
        isSynthetic: Bool = false
    ) -> UInt64 {
        let raw = SampleJSON.event(
            action,
            id,
            name: name,
            attributes: attributes,
            at: ProjectionSample.time(milliseconds)
        )
        let event = EngineEvent(container: id, raw: raw, isSynthetic: isSynthetic)
        return observe(.event(event), at: ProjectionSample.time(milliseconds + 3))
    }

    /// Takes an inspect.
    @discardableResult
    mutating func inspect(_ raw: ArraySlice<UInt8>, _ id: ContainerID = ProjectionSample.id(1), at milliseconds: Int)
        -> UInt64
    {
        observe(.container(ContainerRecord(container: id, raw: raw)), at: ProjectionSample.time(milliseconds))
    }

    @discardableResult
    private mutating func append(_ fact: Fact, at time: Timestamp) -> Observation {
        number += 1
        let observation = Observation(number: number, time: time, fact: fact)
        observations.append(observation)
        let batch = projector.project([observation])
        for header in batch.headers {
            headers.append(header)
            messages.append(String(decoding: batch.json(of: header), as: UTF8.self))
        }
        return observation
    }

    /// The cause of every `die` in its order: as it was given, and as it was settled.
    var causes: [(given: String, settled: String)] {
        var numbers: [UInt64] = []
        var given: [UInt64: String] = [:]
        var settled: [UInt64: String] = [:]
        for message in messages {
            guard let root = try? JSONDocument(Array(message.utf8)[...]).root, let cause = root["cause"]?.string else {
                continue
            }
            if root["type"]?.string == "event", let number = root["seq"]?.unsigned {
                numbers.append(number)
                given[number] = cause
            } else if let number = root["die"]?.unsigned {
                settled[number] = cause
            }
        }
        return numbers.map { (given[$0] ?? "", settled[$0] ?? given[$0] ?? "") }
    }
}

/// A captured answer of a real engine, by its file's name.
func engineFixture(_ name: String) throws -> JSONValue {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/engine/\(name)", withExtension: "json"))
    return try JSONDocument(Array(Data(contentsOf: url))[...]).root
}

extension JSONValue {
    /// The value's text without white space, as observations hold it.
    var minified: ArraySlice<UInt8> {
        var bytes: [UInt8] = []
        JSONMinify.append(raw, to: &bytes)
        return bytes[...]
    }
}
