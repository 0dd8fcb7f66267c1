// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Recorder

/// A container's id that is one byte repeated.
func incidentContainer(_ byte: UInt8) -> ContainerID {
    ContainerID([UInt8](repeating: byte, count: 64)[...])!
}

func trigger(
    _ cause: IncidentTrigger.Cause,
    at seconds: Int64,
    _ container: ContainerID? = incidentContainer(UInt8(ascii: "a")),
    name: String = "web"
) -> IncidentTrigger {
    IncidentTrigger(
        cause: cause,
        container: container,
        name: name,
        time: Timestamp(seconds: 1_795_433_138 + seconds),
        message: "It happened."
    )
}

@Suite("Incident policy")
struct IncidentPolicyTests {
    private func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_795_433_138 + seconds) }

    @Test("An incident ends two minutes behind its last trigger, and an hour behind its first at most")
    func length() {
        var policy = IncidentPolicy(IncidentLimits(before: .seconds(900)))
        #expect(policy.take(trigger(.death("oom"), at: 0)) == .open(until: time(120)))
        var at: Int64 = 0
        while at < 3400 {
            at += 100
            #expect(policy.take(trigger(.death("crashed"), at: at)) == .prolong(until: time(at + 120)))
        }
        #expect(policy.take(trigger(.unhealthy, at: 3500)) == .prolong(until: time(3600)))
        #expect(policy.take(trigger(.unhealthy, at: 3550)) == .ignore)
    }

    @Test("The same container opens no other incident for ten minutes; another one does")
    func pause() {
        var policy = IncidentPolicy(IncidentLimits(before: .seconds(900)))
        #expect(policy.take(trigger(.death("oom"), at: 0)) == .open(until: time(120)))
        policy.ended()
        #expect(policy.take(trigger(.death("oom"), at: 599)) == .ignore)
        let other = incidentContainer(UInt8(ascii: "b"))
        #expect(policy.take(trigger(.death("oom"), at: 300, other)) == .open(until: time(420)))
        policy.ended()
        #expect(policy.take(trigger(.death("oom"), at: 600)) == .open(until: time(720)))
    }

    @Test("A container whose incident could not be opened opens the next")
    func failure() {
        var policy = IncidentPolicy(IncidentLimits(before: .seconds(900)))
        for at in Int64(0)..<20 {
            #expect(policy.take(trigger(.death("oom"), at: at)) == .open(until: time(at + 120)))
            policy.failed(trigger(.death("oom"), at: at))
            // Of anomalies ten are tried an hour.
            let decision = policy.take(trigger(.anomaly, at: at, nil))
            #expect(decision == (at < 10 ? .open(until: time(at + 120)) : .ignore))
            policy.failed(trigger(.anomaly, at: at, nil))
        }
    }

    @Test("Anomalies open ten incidents an hour at most")
    func anomalies() {
        var policy = IncidentPolicy(IncidentLimits(before: .seconds(900)))
        var opened = 0
        for at in stride(from: Int64(0), to: 3600, by: 60) {
            if case .open = policy.take(trigger(.anomaly, at: at, nil)) { opened += 1 }
            policy.ended()
        }
        #expect(opened == 10)
        #expect(policy.take(trigger(.anomaly, at: 3600, nil)) == .open(until: time(3720)))
    }

    @Test("A death of unknown cause waits for its verdict, six seconds at most")
    func verdicts() {
        var watch = IncidentWatch()
        let death = trigger(.death("unknown"), at: 0)
        #expect(watch.take(.unexplained(7, death)) == nil)
        #expect(watch.due(at: time(5)).isEmpty)
        let oom = trigger(.death("oom"), at: 1)
        #expect(watch.take(.verdict(7, oom)) == oom)
        #expect(watch.due(at: time(60)).isEmpty)
        #expect(watch.take(.unexplained(9, death)) == nil)
        #expect(watch.take(.verdict(9, nil)) == nil, "it was stopped")
        #expect(watch.take(.unexplained(11, death)) == nil)
        #expect(watch.due(at: time(6)) == [death])
        #expect(!watch.isWaiting)
    }
}

@Suite("Signs of incidents in messages")
struct IncidentReaderTests {
    private let web = ContainerTag(id: incidentContainer(UInt8(ascii: "a")), names: ["web"], labels: [:])

    private func signs(_ messages: [(MessageType, String)]) -> [IncidentSign] {
        var reader = IncidentReader()
        var batch = MessageBatch()
        for (index, (type, json)) in messages.enumerated() {
            let start = batch.bytes.count
            batch.bytes += Array(json.utf8)
            let time = Timestamp(seconds: Int64(index))
            batch.headers.append(
                MessageHeader(
                    sequence: UInt64(index + 1),
                    time: time,
                    timestamp: time,
                    type: type,
                    container: type == .engine || type == .anomaly ? nil : web,
                    body: start..<batch.bytes.count
                )
            )
        }
        return reader.signs(in: batch)
    }

    @Test(
        "Deaths that nobody wanted are signs, those that somebody wanted are none",
        arguments: ["crashed", "oom", "oom_child", "stop_timeout", "completed", "stopped", "restarted", "killed"]
    )
    func deaths(cause: String) {
        let found = signs([(.event, #"{"event_type":"die","message":"web died","cause":"\#(cause)"}"#)])
        guard IncidentTrigger.deaths.contains(cause) else {
            #expect(found.isEmpty)
            return
        }
        guard case .trigger(let trigger) = found.first else {
            Issue.record("no trigger")
            return
        }
        #expect(trigger.cause == .death(cause))
        #expect(trigger.name == "web")
        #expect(trigger.message == "web died (seq 1)")
    }

    @Test("A death of unknown cause is told apart, and so is the verdict on it")
    func verdicts() {
        let found = signs([
            (.event, #"{"event_type":"die","message":"web died","cause":"unknown"}"#),
            (.verdict, #"{"message":"web died of memory","die":1,"cause":"oom"}"#),
            (.verdict, #"{"message":"web was stopped","die":1,"cause":"stopped"}"#),
        ])
        guard found.count == 3, case .unexplained(1, _) = found[0], case .verdict(1, let oom) = found[1],
            case .verdict(1, nil) = found[2]
        else {
            Issue.record("\(found)")
            return
        }
        #expect(oom?.cause == .death("oom"))
    }

    @Test(
        "An unhealthy container, a posted anomaly and an engine that goes away are signs; one that never came is none"
    )
    func others() {
        let found = signs([
            (.engine, #"{"state":"disconnected","message":"It is not there."}"#),
            (.event, #"{"event_type":"health_status","health":"healthy"}"#),
            (.event, #"{"event_type":"health_status","health":"unhealthy","message":"web is unhealthy"}"#),
            (.anomaly, #"{"score":1}"#),
            (.engine, #"{"state":"connected"}"#),
            (.engine, #"{"state":"disconnected","message":"It went."}"#),
            (.engine, #"{"state":"disconnected","message":"Still away."}"#),
            (.event, #"not JSON"#),
        ])
        let causes = found.map { if case .trigger(let trigger) = $0 { trigger.cause.description } else { "?" } }
        #expect(causes == ["unhealthy", "anomaly", "engine_lost"])
    }
}
