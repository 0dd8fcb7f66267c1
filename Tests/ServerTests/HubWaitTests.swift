// SPDX-License-Identifier: Apache-2.0

import Bytes
import NIOCore
import NIOEmbedded
import NIOPosix
import Observer
import ObserverModel
import Synchronization
import Testing

@testable import Server

@Suite("A source that can wait")
struct HubWaitTests {
    @Test("Where the source cannot wait nobody is made to")
    func cannotWait() async {
        let fixture = HubFixture { $0.waitBytes = 0 }
        _ = fixture.connect(window: 0)
        fixture.publishLogs(1...100)
        await fixture.hub.waitForRoom()
    }

    /// Begins to wait, as the pipeline does; the result tells whether it may go on.
    private func wait(_ fixture: HubFixture, for goal: RoomWaiters.Goal) -> Flag {
        let flag = Flag()
        fixture.hub.state.withLock { state in
            let id = state.waiters.makeID()
            _ = state.waiters.add(id, goal) { flag.isSet.withLock { $0 = true } }
        }
        return flag
    }

    private final class Flag: Sendable {
        let isSet = Mutex(false)
        var isRaised: Bool { isSet.withLock { $0 } }
    }

    @Test("It goes on when the slowest client has taken enough, and not before")
    func room() {
        let fixture = HubFixture {
            $0.canWait = true
            $0.waitBytes = 4096
            $0.segmentBytes = 1024
        }
        let (outlet, _) = fixture.connect(window: 0, highMark: 1024)
        fixture.publishLogs(1...100)
        fixture.loop.run()
        let flag = wait(fixture, for: .room)
        outlet.open(1000)
        fixture.loop.run()
        #expect(!flag.isRaised)
        outlet.open(nil)
        fixture.loop.run()
        #expect(flag.isRaised && !fixture.hub.isAwaited)
        #expect(outlet.sequences == Array(1...100))
    }

    @Test("It goes on when the client that held it up goes")
    func departure() {
        let fixture = HubFixture {
            $0.canWait = true
            $0.waitBytes = 4096
        }
        let (_, client) = fixture.connect(window: 0, highMark: 0)
        fixture.publishLogs(1...100)
        let flag = wait(fixture, for: .room)
        client.outletClosed()
        #expect(flag.isRaised)
    }

    @Test("Waiting ends with the task that waits")
    func cancellation() async {
        let fixture = HubFixture()
        // It is not writable, so it reads nothing of what follows.
        _ = fixture.connect(window: 0, highMark: 0)
        fixture.publishLogs(1...100)
        let hub = fixture.hub
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await hub.waitUntilDelivered() }
            while !hub.isAwaited { await Task.yield() }
            group.cancelAll()
            // One that is cancelled before it begins does not begin.
            group.addTask { await hub.waitUntilDelivered() }
        }
        #expect(!hub.isAwaited)
    }

    @Test(
        "Law 8: a client that takes no byte for 10 s while a source waits for it is closed with 1013, and one that takes a little is not"
    )
    func stalled() {
        let fixture = HubFixture {
            $0.canWait = true
            $0.waitBytes = 4096
            $0.segmentBytes = 1024
        }
        let (frozen, _) = fixture.connect(window: 0, highMark: 1024)
        let (slow, _) = fixture.connect(window: 0, highMark: 1024)
        fixture.publishLogs(1...100)
        fixture.loop.run()
        let flag = wait(fixture, for: .room)
        for _ in 0..<9 {
            fixture.loop.advanceTime(by: .seconds(1))
            slow.open(1)
            #expect(frozen.closed == nil)
        }
        for _ in 0..<6 {
            fixture.loop.advanceTime(by: .seconds(1))
            slow.open(1)
        }
        #expect(frozen.closed?.code == 1013)
        #expect(slow.closed == nil)
        #expect(fixture.hub.metrics.stalled == 1)
        slow.open(nil)
        fixture.loop.run()
        #expect(flag.isRaised)
    }

    @Test("Where nobody waits a client that takes nothing is left to its connection's own deadline")
    func notWaiting() {
        let fixture = HubFixture()
        let (frozen, _) = fixture.connect(window: 0, highMark: 0)
        fixture.publishLogs(1...100)
        fixture.loop.advanceTime(by: .seconds(60))
        #expect(frozen.closed == nil)
    }

    @Test("What is delivered is known when every client was handed everything, those included that read history")
    func delivered() {
        let fixture = HubFixture { $0.segmentBytes = 1024 }
        fixture.publishLogs(1...100)
        let (outlet, _) = fixture.connect(StreamRequest(start: .after(0, run: nil)), window: 0, highMark: 1024)
        let flag = wait(fixture, for: .delivered)
        fixture.loop.run()
        #expect(!flag.isRaised)
        outlet.open(nil)
        fixture.loop.run()
        #expect(flag.isRaised)
        #expect(outlet.sequences == Array(1...100))
    }
}

@Suite("Wake-ups")
struct HubPacerTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("An idle loop is woken at once, and once for all that comes before it looks")
    func idle() {
        var pacer = WakePacer()
        var action: WakePacer.Action
        action = pacer.signal(bytes: 1, now: start)
        #expect(action == .now)
        action = pacer.signal(bytes: 1, now: start)
        #expect(action == .none)
        let looks = pacer.begin(isDelayed: false, now: start)
        #expect(looks)
    }

    @Test("A loop that just looked looks again a millisecond later, or at once for a full segment")
    func busy() {
        var pacer = WakePacer()
        _ = pacer.signal(bytes: 1, now: start)
        _ = pacer.begin(isDelayed: false, now: start)
        var action: WakePacer.Action
        action = pacer.signal(bytes: 1, now: start + .microseconds(10))
        #expect(action == .at(start + .milliseconds(1)))
        action = pacer.signal(bytes: 1, now: start + .microseconds(20))
        #expect(action == .none)
        action = pacer.signal(bytes: 64 << 10, now: start + .microseconds(30))
        #expect(action == .now)
        let looks = pacer.begin(isDelayed: false, now: start + .microseconds(40))
        #expect(looks)
        // The delayed wake-up finds that all was taken.
        let isNeeded = pacer.begin(isDelayed: true, now: start + .milliseconds(1))
        #expect(!isNeeded)
        action = pacer.signal(bytes: 1, now: start + .milliseconds(2))
        #expect(action == .now)
    }

    @Test("Whatever comes, no message is left behind without a wake-up to come")
    func liveness() {
        for seed in seeds(200) {
            var random = SplitMix64(seed: seed)
            var pacer = WakePacer()
            var now = start
            var (pending, immediate, delayed) = (false, 0, [NIODeadline]())
            for _ in 0..<200 {
                now = now + .microseconds(Int64.random(in: 0...400, using: &random))
                if Bool.random(using: &random) {
                    pending = true
                    switch pacer.signal(bytes: Int.random(in: 1...40_000, using: &random), now: now) {
                    case .none: break
                    case .now: immediate += 1
                    case .at(let deadline): delayed.append(deadline)
                    }
                } else if immediate > 0 {
                    immediate -= 1
                    if pacer.begin(isDelayed: false, now: now) { pending = false }
                } else if let deadline = delayed.first, deadline <= now {
                    delayed.removeFirst()
                    if pacer.begin(isDelayed: true, now: now) { pending = false }
                }
                #expect(!pending || immediate > 0 || !delayed.isEmpty, "seed \(seed)")
                #expect(immediate <= 1 && delayed.count <= 1, "seed \(seed)")
            }
        }
    }
}

@Suite("Costly patterns")
struct HubPatternTests {
    private static let costly = String(repeating: "a", count: 60) + "b"

    private static func request(_ start: StreamStart) throws -> StreamRequest {
        var filter = MessageFilter()
        filter.pattern = try LinePattern("^(a+)+$")
        return StreamRequest(filter: filter, start: start)
    }

    private static func publish(_ fixture: HubFixture, _ sequences: ClosedRange<UInt64>, costly: Bool) {
        fixture.publish { builder in
            for sequence in sequences { builder.log(sequence, Array((costly ? Self.costly : "aa").utf8), tag: nil) }
        }
    }

    @Test(
        "A line that reaches the limits is told of once; a pattern that does so always is ended, for its clients alone"
    )
    func live() throws {
        let fixture = HubFixture()
        let (outlet, _) = fixture.connect(try Self.request(.tail(0)))
        let (other, _) = fixture.connect()
        Self.publish(fixture, 1...2, costly: false)
        Self.publish(fixture, 3...4, costly: true)
        fixture.loop.advanceTime(by: .milliseconds(2))
        #expect(outlet.sequences == [1, 2])
        #expect(outlet.told().filter { $0 == .other("error") }.count == 1)
        Self.publish(fixture, 5...100, costly: true)
        fixture.loop.advanceTime(by: .milliseconds(2))
        #expect(outlet.closed?.code == 1008)
        #expect(other.sequences == Array(1...100) && other.closed == nil)
        #expect((60...70).contains(fixture.hub.metrics.patternLimits))
        Self.publish(fixture, 101...101, costly: false)
        fixture.loop.advanceTime(by: .milliseconds(2))
        #expect(other.sequences.last == 101)
    }

    @Test("The same in history, and a page is refused")
    func history() throws {
        let fixture = HubFixture()
        Self.publish(fixture, 1...100, costly: true)
        for start in [StreamStart.after(0, run: nil), .tail(2000)] {
            let (outlet, _) = fixture.connect(try Self.request(start))
            fixture.loop.run()
            if start == .tail(2000) {
                // Without containers there is no tail.
                #expect(outlet.closed == nil)
            } else {
                #expect(outlet.closed?.code == 1008)
            }
        }
        var request = PageRequest()
        request.filter = try Self.request(.oldest).filter
        #expect(throws: ParameterError.self) { try fixture.hub.page(request) }
    }
}

@Suite("Pages of the hub's history")
struct HubPageTests {
    @Test("A page goes on behind after, unless that is another run's")
    func after() throws {
        let fixture = HubFixture()
        fixture.publishLogs(1...10)
        var request = PageRequest()
        request.after = 4
        request.limit = 3
        var page = try fixture.hub.page(request)
        #expect(page.messages.count == 3 && page.next == 7 && page.oldest == 1)
        request.run = "run-0"
        page = try fixture.hub.page(request)
        #expect(page.next == 3)
        request.order = .newest
        page = try fixture.hub.page(request)
        #expect(page.messages.count == 3 && page.next == nil)
        request = PageRequest()
        request.after = 10
        page = try fixture.hub.page(request)
        #expect(page.messages.isEmpty && page.next == nil)
        request.after = 11
        page = try fixture.hub.page(request)
        #expect(page.messages.count == 10)
    }

    @Test("A plain name that is none, but the beginning of one id, stands for that container")
    func prefix() throws {
        let web = ContainerTag.named("web", digit: "a")
        let fixture = HubFixture(containers: { ContainerMatch.resolve($0, among: [(web.id, "web")]) })
        fixture.publishLogs(1...2, tag: web)
        fixture.publishLogs(3...3, tag: .named("aaaa", digit: "b"))
        let times = TimeReference(now: Timestamp(seconds: 0), start: Timestamp(seconds: 0))
        let page = try fixture.hub.page(PageRequest(parameters: [("container", "aaaa")], times: times))
        #expect(page.messages.count == 2)
        let named = try fixture.hub.page(PageRequest(parameters: [("container", "aaa?")], times: times))
        #expect(named.messages.count == 1)
    }
}

@Suite("Threads", .timeLimit(.minutes(2)))
struct HubThreadTests {
    @Test("Clients that come and go on real loops while messages are published lose nothing and get nothing twice")
    func switchOver() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var configuration = HubConfiguration(run: "run-1", canWait: true)
        configuration.segmentBytes = 2048
        configuration.waitBytes = 64 << 10
        let hub = Hub(configuration: configuration, clock: StillClock(), containers: { _ in .unknown })
        let total: UInt64 = 6000
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                var sequence: UInt64 = 0
                while sequence < total {
                    var builder = BatchBuilder()
                    for _ in 0..<20 {
                        sequence += 1
                        builder.log(sequence, [UInt8](repeating: 0x41, count: 50), tag: nil)
                    }
                    hub.publish(builder.batch)
                    await hub.waitForRoom()
                    await Task.yield()
                }
            }
            for index in 0..<12 {
                tasks.addTask {
                    while hub.newest < UInt64(index) * 300 { await Task.yield() }
                    let loop = group.next()
                    let after = hub.newest / 2
                    let (outlet, client) = try await loop.submit {
                        _ = hub.reserveClient()
                        let outlet = FakeOutlet(loop)
                        outlet.keepsTexts = false
                        let client = hub.connect(outlet, StreamRequest(start: .after(after, run: nil)))
                        return (NIOLoopBound(outlet, eventLoop: loop), NIOLoopBound(client, eventLoop: loop))
                    }.get()
                    let last = Told.message(total, type: "log")
                    // A heartbeat or two may have come behind it.
                    while try await loop.submit({ !outlet.value.told().suffix(5).contains(last) }).get() {
                        await Task.yield()
                    }
                    let sequences = try await loop.submit { outlet.value.sequences }.get()
                    #expect(sequences == Array((after + 1)...total))
                    try await loop.submit { client.value.outletClosed() }.get()
                }
            }
            try await tasks.waitForAll()
        }
        #expect(hub.clientCount == 0)
        #expect(hub.metrics.retainedBytes == 0)
        try await group.shutdownGracefully()
    }
}
