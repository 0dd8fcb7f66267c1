// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import NIOEmbedded
import Observer
import ObserverModel
import Testing

@testable import Server

@Suite("The hub's streams")
struct HubStreamTests {
    @Test("A stream begins with connected, then the tail, then everything as it happens")
    func beginning() {
        let fixture = HubFixture()
        fixture.publishLogs(1...5, tag: .named("web"))
        let (outlet, _) = fixture.connect(StreamRequest(start: .tail(3)))
        fixture.publishLogs(6...7, tag: .named("web"))
        fixture.loop.run()
        #expect(outlet.told().first == .other("connected"))
        #expect(
            outlet.texts.first == """
                {"type":"connected","timestamp":"2023-11-14T22:13:20.000000000Z",\
                "message":"Connected to Sentinell Observer","run":"run-1","seq":5}
                """
        )
        #expect(outlet.sequences == [3, 4, 5, 6, 7])
    }

    @Test("The tail holds logs alone, so many of each container, and what follows holds everything")
    func tailOfContainers() {
        let fixture = HubFixture()
        let web = ContainerTag.named("web", digit: "a")
        let db = ContainerTag.named("db", digit: "b")
        fixture.publish { builder in
            builder.log(1, [], tag: db)
            builder.log(2, [], tag: web)
            builder.message(3, .event, tag: web)
            builder.log(4, [], tag: web)
            builder.log(5, [], tag: web)
            builder.message(6, .mark)
        }
        let (outlet, _) = fixture.connect(StreamRequest(start: .tail(2)))
        fixture.publish { $0.message(7, .event, tag: web) }
        fixture.loop.run()
        #expect(outlet.sequences == [1, 4, 5, 7])
    }

    @Test("Resuming behind a message goes on with the next one, nothing twice", arguments: [0, 1, 4, 9, 10])
    func resuming(after: UInt64) {
        let fixture = HubFixture()
        fixture.publishLogs(1...10)
        let (outlet, _) = fixture.connect(StreamRequest(start: .after(after, run: "run-1")))
        fixture.publishLogs(11...12)
        fixture.loop.run()
        #expect(outlet.sequences == Array((after + 1)...12))
        #expect(outlet.told().count == Int(12 - after) + 1)
    }

    @Test(
        "Another run, or a number above the newest, begins with a gap and the oldest message held",
        arguments: [StreamStart.after(3, run: "run-0"), .after(11, run: "run-1"), .after(.max, run: nil)]
    )
    func otherRun(start: StreamStart) {
        let fixture = HubFixture()
        fixture.publishLogs(1...10)
        let (outlet, _) = fixture.connect(StreamRequest(start: start))
        #expect(outlet.told()[1] == .gap(first: nil, last: nil, lost: nil, reason: "other_run"))
        #expect(outlet.sequences == Array(1...10))
    }

    @Test("Resuming before the oldest message held begins with a gap over what was evicted")
    func evicted() throws {
        let fixture = HubFixture { $0.historyBytes = 64 << 10 }
        for first in stride(from: UInt64(1), to: 1000, by: 10) {
            fixture.publishLogs(first...(first + 9), size: 200)
        }
        let oldest = try #require(fixture.hub.metrics.oldest)
        #expect(oldest > 1)
        let (outlet, _) = fixture.connect(StreamRequest(start: .after(5, run: nil)))
        fixture.loop.run()
        #expect(outlet.told()[1] == .gap(first: 6, last: oldest - 1, lost: nil, reason: "history_evicted"))
        #expect(outlet.sequences == Array(oldest...1000))
    }

    @Test("A stream with since begins with the first message of that time, whatever its type")
    func since() {
        let fixture = HubFixture()
        fixture.publishLogs(1...10)
        var filter = MessageFilter()
        filter.since = Timestamp(seconds: 1_700_000_007)
        let (outlet, _) = fixture.connect(StreamRequest(filter: filter, start: .oldest))
        #expect(outlet.sequences == [7, 8, 9, 10])
    }

    @Test("Equal filters share one selection, and the last client takes it away")
    func sharing() throws {
        let fixture = HubFixture()
        let times = TimeReference(now: Timestamp(seconds: 0), start: Timestamp(seconds: 0))
        let first = try StreamRequest(parameters: [("container", "b"), ("container", "a*")], times: times)
        let second = try StreamRequest(
            parameters: [("level", "debug"), ("container", "a*"), ("container", "b")],
            times: times
        )
        let (_, a) = fixture.connect(first)
        let (_, b) = fixture.connect(second)
        let (_, c) = fixture.connect()
        #expect(fixture.hub.metrics.selections == 2)
        #expect(fixture.hub.metrics.clients == 3)
        a.outletClosed()
        b.outletClosed()
        #expect(fixture.hub.metrics.selections == 1)
        c.outletClosed()
        c.outletClosed()
        #expect(fixture.hub.metrics.selections == 0)
        #expect(fixture.hub.metrics.clients == 0)
        #expect(fixture.hub.metrics.retainedBytes == 0)
    }

    @Test("What was published while a loop was busy goes out in one write and one flush")
    func coalescing() {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect()
        fixture.loop.run()
        let (writes, flushes) = (outlet.writes, outlet.flushes)
        for sequence in 1...50 { fixture.publishLogs(UInt64(sequence)...UInt64(sequence)) }
        fixture.loop.run()
        #expect(outlet.writes == writes + 1)
        #expect(outlet.flushes == flushes + 1)
        #expect(outlet.sequences.count == 50)
    }

    @Test("A message after silence goes out at once, and those of the next millisecond together at its end")
    func pacing() {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect()
        fixture.publishLogs(1...1)
        fixture.loop.run()
        #expect(outlet.sequences == [1])
        fixture.publishLogs(2...2)
        fixture.publishLogs(3...3)
        fixture.loop.run()
        #expect(outlet.sequences == [1])
        fixture.loop.advanceTime(by: .milliseconds(1))
        #expect(outlet.sequences == [1, 2, 3])
    }

    @Test("The thousand and first client is not let in")
    func limit() {
        let fixture = HubFixture { $0.clientLimit = 2 }
        #expect(fixture.hub.reserveClient())
        #expect(fixture.hub.reserveClient())
        #expect(!fixture.hub.reserveClient())
        fixture.hub.releaseClient()
        #expect(fixture.hub.reserveClient())
    }

    @Test("A message without a number reaches every client in its place, also those that still read history")
    func unsequenced() {
        let fixture = HubFixture { $0.segmentBytes = 1024 }
        let (live, _) = fixture.connect()
        fixture.publishLogs(1...50)
        let (late, _) = fixture.connect(StreamRequest(start: .after(0, run: nil)), window: 100, highMark: 0)
        fixture.hub.broadcast(unsequenced: Array("{\"type\":\"seek\"}".utf8))
        fixture.publishLogs(51...60)
        late.open(nil)
        fixture.loop.advanceTime(by: .milliseconds(2))
        let expected: [Told] =
            (1...50).map { .message($0, type: "log") } + [.other("seek")] + (51...60).map { .message($0, type: "log") }
        #expect(Array(live.told().dropFirst()) == expected)
        #expect(Array(late.told().dropFirst()) == expected)
    }

    @Test("After a jump every stream gets the message, then only what comes behind it, though its numbers are lower")
    func jump() {
        let fixture = HubFixture { $0.segmentBytes = 1024 }
        let (live, _) = fixture.connect()
        fixture.publishLogs(1...50)
        let (late, _) = fixture.connect(StreamRequest(start: .after(0, run: nil)), window: 100, highMark: 0)
        fixture.hub.jump(to: 20, message: Array("{\"type\":\"seek\"}".utf8))
        fixture.publishLogs(21...23)
        late.open(nil)
        fixture.loop.advanceTime(by: .milliseconds(2))
        let after: [Told] = [.other("seek")] + (21...23).map { .message($0, type: "log") }
        #expect(live.told().suffix(4) == after[...])
        #expect(late.told().suffix(4) == after[...])
        #expect(!late.told().contains { if case .gap = $0 { true } else { false } })
    }

    @Test("At the end streams are closed once their clients have everything")
    func ending() {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect()
        fixture.publishLogs(1...3)
        fixture.hub.finish(code: 1000, reason: "the recording ended")
        fixture.loop.run()
        #expect(outlet.sequences == [1, 2, 3])
        #expect(outlet.closed?.code == 1000)
        #expect(fixture.hub.clientCount == 0)
    }
}

@Suite("Heartbeats")
struct HubHeartbeatTests {
    @Test("A stream that is silent for a second gets a heartbeat, and one that is not gets none")
    func silence() {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect()
        fixture.loop.advanceTime(by: .milliseconds(600))
        fixture.publishLogs(1...1)
        fixture.loop.advanceTime(by: .milliseconds(900))
        #expect(outlet.told() == [.other("connected"), .message(1, type: "log")])
        fixture.loop.advanceTime(by: .milliseconds(200))
        #expect(outlet.told().last == .other("heartbeat"))
        #expect(outlet.texts.last == "{\"type\":\"heartbeat\",\"timestamp\":\"2023-11-14T22:13:20.000000000Z\"}")
        fixture.loop.advanceTime(by: .seconds(3))
        #expect((5...6).contains(outlet.told().count))
    }

    @Test("A container's stream gets one after five seconds, with the container's name")
    func container() {
        let fixture = HubFixture(containers: { .name($0) })
        let (outlet, _) = fixture.connect(StreamRequest(container: "web"))
        fixture.loop.advanceTime(by: .milliseconds(4900))
        #expect(outlet.told().count == 1)
        fixture.loop.advanceTime(by: .milliseconds(200))
        #expect(
            outlet.told().count == 2
                && outlet.texts.last
                    == "{\"type\":\"heartbeat\",\"timestamp\":\"2023-11-14T22:13:20.000000000Z\",\"container\":\"web\"}"
        )
    }

    @Test("A stream on which nothing passes the filter is silent")
    func filtered() {
        let fixture = HubFixture()
        var filter = MessageFilter()
        filter.types = MessageTypes(.mark)
        let (outlet, _) = fixture.connect(StreamRequest(filter: filter))
        for sequence in UInt64(1)...12 {
            fixture.publishLogs(sequence...sequence)
            fixture.loop.advanceTime(by: .milliseconds(100))
        }
        #expect(outlet.told() == [.other("connected"), .other("heartbeat")])
    }

    @Test("A client that takes nothing gets no heartbeats piled up")
    func blocked() {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect(window: 0)
        let unsent = outlet.unsentBytes
        fixture.loop.advanceTime(by: .seconds(20))
        #expect(outlet.unsentBytes == unsent)
    }
}

@Suite("Container streams")
struct HubContainerTests {
    private static let web = ContainerTag.named("web", digit: "a")
    private static let reborn = ContainerTag.named("web", digit: "b")
    private static let db = ContainerTag.named("db", digit: "c")

    private static func known(_ text: String) -> ContainerMatch {
        ContainerMatch.resolve(text, among: [web, db].map { ($0.id, $0.names[0]) })
    }

    @Test("A name follows the name through re-creation; what concerns the engine passes")
    func name() {
        let fixture = HubFixture(containers: Self.known)
        let (outlet, _) = fixture.connect(StreamRequest(container: "web"))
        fixture.publish { builder in
            builder.log(1, [], tag: Self.web)
            builder.log(2, [], tag: Self.db)
            builder.message(3, .engine)
            builder.log(4, [], tag: Self.reborn)
        }
        fixture.loop.run()
        #expect(outlet.sequences == [1, 3, 4])
        #expect(
            outlet.texts.first == """
                {"type":"connected","timestamp":"2023-11-14T22:13:20.000000000Z","container":"web",\
                "message":"Connected to web logs","run":"run-1","seq":0}
                """
        )
    }

    @Test("A unique id prefix stays with its container, whatever its name")
    func prefix() {
        let fixture = HubFixture(containers: Self.known)
        let (outlet, _) = fixture.connect(StreamRequest(container: "AAAA"))
        let renamed = ContainerTag.named("web", "old-web", digit: "a")
        fixture.publish { builder in
            builder.log(1, [], tag: Self.web)
            builder.message(2, .event, tag: renamed)
            builder.log(3, [], tag: .named("old-web", digit: "a"))
            builder.log(4, [], tag: Self.reborn)
        }
        fixture.loop.run()
        #expect(outlet.sequences == [1, 2, 3])
    }

    @Test("A rename goes to both names' streams")
    func rename() {
        let fixture = HubFixture(containers: Self.known)
        let (old, _) = fixture.connect(StreamRequest(container: "web"))
        let (new, _) = fixture.connect(StreamRequest(container: "shop", waits: true))
        fixture.publish { builder in
            builder.log(1, [], tag: Self.web)
            builder.message(2, .event, tag: .named("web", "shop", digit: "a"))
            builder.log(3, [], tag: .named("shop", digit: "a"))
        }
        fixture.loop.run()
        #expect(old.sequences == [1, 2])
        #expect(new.sequences == [2, 3])
    }

    @Test("An unknown container is answered with the error and close 4404")
    func unknown() {
        let fixture = HubFixture(containers: Self.known)
        let (outlet, _) = fixture.connect(StreamRequest(container: "nginx"))
        _ = outlet.told()
        #expect(
            outlet.texts == [#"{"type":"error","message":"Container nginx not found or not monitored"}"#]
        )
        #expect(outlet.closed?.code == 4404)
    }

    @Test("A client that waits gets its container's messages when it comes")
    func waiting() {
        let fixture = HubFixture(containers: Self.known)
        let (outlet, _) = fixture.connect(StreamRequest(container: "late", waits: true))
        fixture.publish { builder in
            builder.log(1, [], tag: Self.web)
            builder.log(2, [], tag: .named("late", digit: "d"))
        }
        fixture.loop.run()
        #expect(outlet.closed == nil)
        #expect(outlet.sequences == [2])
    }

    @Test("Names come before id prefixes, and prefixes must be unique and of four digits")
    func identity() throws {
        let id = { (text: String) in try #require(ContainerID(text + String(repeating: "0", count: 64 - text.count))) }
        let containers = try [(id("abcd1"), "web"), (id("abcd2"), "db"), (id("dada5"), "abcd1"), (id("beef"), "old")]
        let resolve = { ContainerMatch.resolve($0, among: containers) }
        #expect(resolve("web") == .name("web"))
        #expect(resolve("abcd1") == .name("abcd1"))
        #expect(resolve("abcd") == .ambiguous)
        #expect(try resolve("ABCD2") == .id(id("abcd2")))
        #expect(try resolve("dada") == .id(id("dada5")))
        #expect(resolve("bee") == .unknown)
        #expect(resolve("nope") == .unknown)
        // The same container twice, under two names, is one.
        #expect(try ContainerMatch.resolve("beef", among: [(id("beef"), "a"), (id("beef"), "b")]) == .id(id("beef")))
    }
}
