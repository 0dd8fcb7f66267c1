// SPDX-License-Identifier: Apache-2.0

import Bytes
import Glibc
import ObserverModel
import TestSupport
import Testing

@testable import Recorder

/// A recorder and a flight recorder over one folder, driven by the test.
private struct IncidentBench {
    var recorder: WritingBench
    var desk: IncidentDesk
    let base = Timestamp(seconds: 1_795_433_138)

    init(_ folder: String, rotation: RecorderOptions.Extent? = nil, limits: IncidentLimits) {
        recorder = WritingBench(folder + "/", rotation: rotation)
        desk = IncidentDesk(options: recorder.core.options, limits: limits, ledger: recorder.core.ledger)
    }

    var wall: Timestamp { base.advanced(byNanoseconds: recorder.now) }

    /// A second in which lines come, a thousandth of a second apart.
    mutating func second(lines: Int) {
        recorder.source.time = wall
        recorder.put(lines: lines)
        recorder.step(after: .seconds(1))
        work()
    }

    mutating func work(isLast: Bool = false) {
        while desk.step(now: recorder.now, wall: wall, isLast: isLast) {}
    }

    /// Something happens now.
    mutating func happen(_ cause: IncidentTrigger.Cause = .death("oom")) {
        let trigger = IncidentTrigger(
            cause: cause,
            container: incidentContainer(UInt8(ascii: "a")),
            name: "shop/db 1",
            time: wall,
            message: "It died."
        )
        desk.take(.trigger(trigger), now: recorder.now, wall: wall)
        work()
    }
}

@Suite("Incident recordings")
struct IncidentDeskTests {
    private func incidents(_ folder: borrowing WritingFolder) -> [String] {
        folder.names.filter { $0.hasPrefix("incident-") }
    }

    private func numbers(_ folder: borrowing WritingFolder, _ name: String) throws -> [UInt64] {
        let file = try RecordingFile.open(folder.path + "/" + name)
        return try Readout(RecordingSet(file)).numbers
    }

    @Test("An incident's file begins before its trigger, ends behind it, and holds every observation between")
    func extent() throws {
        let folder = WritingFolder()
        var limits = IncidentLimits(before: .seconds(60))
        limits.after = .seconds(20)
        var bench = IncidentBench(folder.path, rotation: .duration(.seconds(15)), limits: limits)
        for _ in 0..<200 { bench.second(lines: 10) }
        bench.happen()
        for _ in 0..<100 { bench.second(lines: 10) }
        bench.recorder.finish()
        bench.work(isLast: true)
        let name = try #require(incidents(folder).first)
        #expect(incidents(folder).count == 1)
        #expect(name == "incident-20261123T112858Z-shop-db-1-oom.zst")
        let numbers = try numbers(folder, name)
        let (first, last) = (numbers.first ?? 0, numbers.last ?? 0)
        #expect(numbers == Array(first...last))
        // Line number n came in second (n - 1) / 10; the trigger in second 200.
        #expect(first <= 1391 && first > 1200, "it begins at the snapshot before what is wanted")
        #expect(last == 2200 || last == 2201)
        let report = try RecordingVerifier.verify(folder.path + "/" + name)
        #expect(report.problems == [])
        #expect(report.isComplete)
        let header = try RecordingFile.open(folder.path + "/" + name).header
        #expect(header.run == "run-1" && header.first == first)
        let incident = String(decoding: header.incident ?? [], as: UTF8.self)
        #expect(incident.hasPrefix(#"{"trigger":"oom","container":"shop/db 1","t":"2026-11-23T11:28:58.000000000Z""#))
    }

    @Test("Further triggers prolong the file that is open, and a quiet end comes by the clock")
    func prolonged() throws {
        let folder = WritingFolder()
        var limits = IncidentLimits(before: .seconds(5))
        limits.after = .seconds(20)
        var bench = IncidentBench(folder.path, limits: limits)
        for _ in 0..<10 { bench.second(lines: 10) }
        bench.happen()
        for _ in 0..<15 { bench.second(lines: 10) }
        bench.happen(.unhealthy)
        for _ in 0..<10 { bench.second(lines: 10) }
        #expect(bench.desk.isBusy)
        for _ in 0..<12 { bench.second(lines: 0) }
        #expect(!bench.desk.isBusy, "nothing happens any more, and its time is over")
        let name = try #require(incidents(folder).first)
        #expect(incidents(folder).count == 1)
        #expect(try numbers(folder, name).last == 350)
        #expect(try RecordingVerifier.verify(folder.path + "/" + name).isSound)
    }

    @Test("Files that an incident still reads are not removed as old ones")
    func held() {
        let ledger = RecordingLedger()
        for (index, path) in ["a", "b", "c"].enumerated() {
            ledger.began(path)
            let number = UInt64(index * 100)
            ledger.note(
                .init(path: path, offset: 0, number: number, time: Timestamp(seconds: Int64(index))),
                engine: nil
            )
        }
        #expect(ledger.held == [])
        let hold = ledger.hold(from: 150)
        #expect(ledger.held == ["b", "c"])
        ledger.move(hold, to: 201)
        #expect(ledger.held == ["c"])
        ledger.release(hold)
        #expect(ledger.held == [])
    }

    @Test("A file that somebody has removed is passed over: the incident begins in what is left")
    func removed() throws {
        let folder = WritingFolder()
        var bench = IncidentBench(
            folder.path,
            rotation: .duration(.seconds(10)),
            limits: IncidentLimits(before: .seconds(3600))
        )
        for _ in 0..<60 { bench.second(lines: 10) }
        let oldest = folder.names.prefix(2)
        for name in oldest { unlink("\(folder.path)/\(name)") }
        bench.happen()
        bench.recorder.finish()
        bench.work(isLast: true)
        let name = try #require(incidents(folder).first)
        let found = try numbers(folder, name)
        #expect((found.first ?? 0) > 1 && found.last == 600)
        #expect(found == Array((found.first ?? 0)...(found.last ?? 0)))
    }

    @Test("What was before takes half of the room at most")
    func room() throws {
        let folder = WritingFolder()
        var limits = IncidentLimits(before: .seconds(3600))
        limits.bytes = 200_000
        limits.after = .seconds(20)
        var bench = IncidentBench(folder.path, rotation: .bytes(20_000), limits: limits)
        for second in 0..<200 {
            bench.recorder.source.time = bench.wall
            bench.recorder.put(bench.recorder.source.lines(200, text: "\(second &* 7919) \(String(second, radix: 7))"))
            bench.recorder.step(after: .seconds(1))
        }
        let before = bench.recorder.source.number
        bench.happen()
        for _ in 0..<60 { bench.second(lines: 10) }
        bench.recorder.finish()
        bench.work(isLast: true)
        let name = try #require(incidents(folder).first)
        let numbers = try numbers(folder, name)
        #expect((numbers.first ?? 0) > 1 && (numbers.first ?? 0) < before)
        #expect((numbers.last ?? 0) > before, "the incident itself is in it")
        #expect(folder.bytes(of: name).count < 220_000)
    }

    @Test("Without a recording nothing is opened, and it is said")
    func nothing() {
        let folder = WritingFolder()
        var bench = IncidentBench(folder.path, limits: IncidentLimits(before: .seconds(60)))
        bench.happen()
        #expect(bench.desk.status.failed == 1)
        #expect(!bench.desk.isBusy)
        #expect(throws: RecordingRefusal.self) {
            try bench.desk.take(RecordingRequest(before: .seconds(1), after: .seconds(1)), now: 0, wall: bench.wall)
        }
        let reports = bench.desk.takeReports()
        #expect(
            reports.contains {
                if case .failed(let text) = $0 { text.contains("nothing is being recorded") } else { false }
            }
        )
    }

    @Test("Clients get as many recordings at once as there may be, each with a name of its own")
    func requests() throws {
        let folder = WritingFolder()
        var bench = IncidentBench(folder.path, limits: IncidentLimits(before: .seconds(60)))
        for _ in 0..<10 { bench.second(lines: 10) }
        var names: Set<String> = []
        for _ in 0..<IncidentLimits.requestLimit {
            let request = RecordingRequest(name: "deploy", before: .seconds(5), after: .seconds(5))
            names.insert(try bench.desk.take(request, now: bench.recorder.now, wall: bench.wall).file)
        }
        #expect(names.count == IncidentLimits.requestLimit)
        #expect(names.contains("incident-20261123T112548Z-deploy-request.zst"))
        #expect(throws: RecordingRefusal.tooMany(IncidentLimits.requestLimit)) {
            try bench.desk.take(RecordingRequest(before: .zero, after: .zero), now: 0, wall: bench.wall)
        }
        for _ in 0..<10 { bench.second(lines: 10) }
        #expect(!bench.desk.isBusy)
        for name in names { #expect(try RecordingVerifier.verify(folder.path + "/" + name).isSound) }
    }
}
