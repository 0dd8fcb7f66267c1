// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Recorder

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Writing a recording")
struct WritingTests {
    private func kinds(_ lines: [String]) -> [String] {
        lines.map { line in
            guard let root = (try? JSONDocument(Array(line.utf8)[...]))?.root else { return "torn" }
            return root["observer"] != nil ? "header" : root["k"]?.string ?? "?"
        }
    }

    @Test("The header is on the disk before anything else, then the state, then the observations")
    func order() {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/incident.zst")
        bench.step()
        #expect(folder.names == ["incident.zst"])
        #expect(kinds(folder.lines(of: "incident.zst")).first == "header")
        bench.put(lines: 3)
        bench.finish()
        #expect(kinds(folder.lines(of: "incident.zst")) == ["header", "snapshot", "log", "log", "log"])
        var status = stat()
        #expect(stat(folder.path + "/incident.zst", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("What was put in is in the file 250 ms later, without the file having ended")
    func flush() {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst")
        bench.step()
        bench.put(lines: 5)
        bench.step()
        bench.step(after: .milliseconds(249))
        let before = folder.lines(of: "a.zst").count
        bench.step(after: .milliseconds(1))
        #expect(folder.lines(of: "a.zst").count == 7)
        #expect(before < 7)
        #expect(bench.core.deadline != nil)
    }

    @Test("64 KiB of lines are written at once")
    func flushBySize() {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst")
        bench.step()
        bench.put(lines: 500)
        bench.step()
        #expect(folder.lines(of: "a.zst").count >= 500)
    }

    @Test("A file that exists is neither overwritten nor continued nor refused")
    func names() {
        let folder = WritingFolder()
        for _ in 0..<3 {
            var bench = WritingBench(folder.path + "/a.zst")
            bench.put(lines: 1)
            bench.finish()
        }
        #expect(folder.names == ["a-20261123T112538Z-2.zst", "a-20261123T112538Z.zst", "a.zst"])
        var bench = WritingBench(folder.path)
        bench.finish()
        #expect(folder.names.contains("observer-20261123T112538Z.zst"))
    }

    @Test("Frames end at 1 MiB of content or after 10 s, and each is listed in the seek table")
    func frames() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst")
        for _ in 0..<20 {
            bench.put(lines: 1000)
            bench.step()
        }
        bench.step(after: .seconds(10))
        bench.put(lines: 10)
        bench.finish()
        let bytes = folder.bytes(of: "a.zst")
        let footer = bytes.suffix(SeekTable.footerSize)
        let size = try #require(SeekTable.frameSize(footer: footer))
        let table = bytes.suffix(size)
        let count = Int(LittleEndian.read(UInt32.self, footer, at: 0))
        var (compressed, content, last) = (0, 0, 1)
        for index in 0..<count {
            compressed += Int(LittleEndian.read(UInt32.self, table, at: 8 + index * 8))
            last = Int(LittleEndian.read(UInt32.self, table, at: 12 + index * 8))
            content += last
        }
        #expect(count > 4)
        #expect(last == 0, "the index's frame has no content")
        #expect(compressed == bytes.count - size)
        #expect(content == decompressed(bytes).count)
        #expect(LittleEndian.read(UInt32.self, table, at: 0) == 0x184D_2A5E)
    }

    @Test("Rotation begins a new file with the state, and no observation is lost or repeated")
    func rotation() {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path, rotation: .duration(.seconds(60)))
        for _ in 0..<10 {
            bench.put(lines: 100)
            bench.step(after: .seconds(20))
        }
        bench.finish()
        #expect(folder.names.count > 2)
        var numbers: [UInt64] = []
        for name in folder.names {
            let lines = folder.lines(of: name)
            #expect(kinds(lines).prefix(2) == ["header", "snapshot"])
            var parser = LineParser()
            var first: UInt64?
            for line in lines.dropFirst() {
                guard let parsed = try? parser.parse(Array(line.utf8)[...]), case .observation(let observation) = parsed
                else { continue }
                first = first ?? observation.number
                numbers.append(observation.number)
            }
            let header = try? RecordingHeader(line: Array(lines[0].utf8)[...])
            if let first { #expect(header?.first == first) }
        }
        #expect(numbers == Array(1...1000))
    }

    @Test("Law 4: what does not fit into the queue is dropped by whole batches and told by a gap with its number")
    func overflow() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst", limit: 20_000)
        bench.step()
        for _ in 0..<50 { bench.put(lines: 10) }
        bench.step()
        bench.put(lines: 10)
        bench.put(lines: 10)
        bench.step()
        let gaps = bench.core.takeReports().compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
        bench.finish()
        // The fake has no pipeline that would record the gap; the numbers that are missing are those it tells.
        var parser = LineParser()
        var numbers: [UInt64] = []
        for line in folder.lines(of: "a.zst").dropFirst() {
            if case .observation(let observation) = try parser.parse(Array(line.utf8)[...]) {
                numbers.append(observation.number)
            }
        }
        #expect(gaps.count == 1)
        #expect(gaps.first?.scope == .recorder)
        #expect(gaps.first?.reason == .recorderOverflow)
        #expect(gaps.first?.lost == 520 - UInt64(numbers.count))
        #expect(numbers == numbers.sorted())
        #expect(bench.core.status.lost == gaps.first?.lost)
        // Reading goes on from a state that knows what was lost.
        #expect(kinds(folder.lines(of: "a.zst")).count { $0 == "snapshot" } == 2)
    }

    @Test("A folder that vanishes stops the recorder, and recording goes on in a new file when it is back")
    func vanishedFolder() throws {
        let folder = WritingFolder()
        let place = folder.path + "/sub"
        #expect(mkdir(place, 0o700) == 0)
        var bench = WritingBench(place + "/")
        bench.put(lines: 5)
        bench.step()
        let path = try #require(bench.core.status.path)
        #expect(unlink(path) == 0)
        #expect(rmdir(place) == 0)
        bench.put(lines: 5)
        bench.step(after: .seconds(1))
        #expect(bench.core.status.problem?.contains("removed") == true)
        bench.put(lines: 5)
        bench.step(after: .seconds(5))
        bench.put(lines: 5)
        bench.step()
        #expect(bench.core.status.problem?.contains("does not exist") == true)
        #expect(mkdir(place, 0o700) == 0)
        bench.step(after: .seconds(5))
        bench.put(lines: 5)
        bench.put(lines: 5)
        bench.step()
        #expect(bench.core.status.problem == nil)
        let gaps = bench.core.takeReports().compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
        #expect(gaps.map(\.lost) == [25], "what was compressed but not yet written counts too")
        let second = try #require(bench.core.status.path)
        bench.finish()
        unlink(second)
        rmdir(place)
    }

    @Test("Law 4: of a file that cannot be written any more, what no reader finds is counted, and nothing else")
    func unflushedLoss() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst")
        bench.put(lines: 5)
        bench.step()
        bench.step(after: .milliseconds(300))
        #expect(folder.lines(of: "a.zst").count == 7, "header, snapshot and five lines are flushed")
        bench.put(lines: 3)
        bench.step(after: .milliseconds(10))
        #expect(unlink(folder.path + "/a.zst") == 0)
        bench.put(lines: 4)
        bench.step(after: .seconds(1))
        #expect(bench.core.status.problem?.contains("removed") == true)
        bench.step(after: .seconds(5))
        bench.put(lines: 2)
        bench.put(lines: 1)
        bench.step()
        let gaps = bench.core.takeReports().compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
        #expect(gaps.map(\.lost) == [9], "three that waited for their block, four, and the batch before the snapshot")
        #expect(gaps.first?.from == bench.source.time(of: 6))
        bench.finish()
    }

    @Test("A disk without room takes incident recordings last, the oldest first, and none that is read or another's")
    func incidentsGiveWay() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path)
        bench.put(lines: 10)
        bench.finish()
        let made = try #require(folder.names.first)
        let incidents = ["incident-20260101T000000Z-a-oom.zst", "incident-20260102T000000Z-b-oom.zst"]
        for name in incidents { #expect(link("\(folder.path)/\(made)", "\(folder.path)/\(name)") == 0) }
        let foreign = open("\(folder.path)/incident-20250101T000000Z-x.zst", O_CREAT | O_WRONLY, 0o600)
        write(foreign, "hello", 5)
        close(foreign)
        let place = RecordingPlace(path: folder.path)
        let keep = [RecorderOptions.Extent.duration(.seconds(1_000_000_000))]
        let path = folder.path
        // There is room once the recorder's own file and one incident are gone: two files of ours and the foreign one.
        var policy = RetentionPolicy(place: place, keep: keep)
        policy.freeShare = { folder in
            let count = RecordingFolder.names(in: folder)?.count ?? 0
            return (count > 2 ? 0 : 100, 100)
        }
        let held: Set = ["\(path)/\(incidents[0])"]
        let removed = policy.enforce(except: nil, held: held, wall: Timestamp(seconds: 1_795_433_138))
        #expect(removed == ["\(path)/\(made)", "\(path)/\(incidents[1])"])
        #expect(folder.names == ["incident-20250101T000000Z-x.zst", incidents[0]])
    }

    @Test("Of very many recordings the newest are listed, incidents among them, and links to elsewhere are not")
    func listing() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/first.zst")
        bench.put(lines: 1)
        bench.finish()
        let made = "\(folder.path)/first.zst"
        let incident = "incident-20270101T000000Z-db-oom.zst"
        #expect(link(made, "\(folder.path)/\(incident)") == 0)
        for number in 0..<1010 {
            let minute = String(10_000 + number).dropFirst()
            #expect(link(made, "\(folder.path)/observer-20260101T00\(minute)Z.zst") == 0)
        }
        let outside = "observer-20270101T000000Z.zst"
        #expect(symlink(made, "\(folder.path)/\(outside)") == 0)
        let listed = ListedRecording.all(in: RecordingPlace(path: folder.path)).map(\.name)
        #expect(listed.contains(incident))
        #expect(listed.contains("observer-20260101T001009Z.zst"))
        #expect(!listed.contains("observer-20260101T000000Z.zst"))
        #expect(!listed.contains(outside))
    }

    @Test("A folder that comes is written to although nothing was observed meanwhile")
    func lateFolder() throws {
        let folder = WritingFolder()
        let place = folder.path + "/sub"
        var bench = WritingBench(place + "/")
        bench.step()
        #expect(bench.core.status.problem?.contains("does not exist") == true)
        bench.step(after: .seconds(5))
        #expect(bench.core.status.problem != nil)
        #expect(mkdir(place, 0o700) == 0)
        bench.step(after: .seconds(5))
        #expect(bench.core.status.problem == nil)
        let path = try #require(bench.core.status.path)
        bench.put(lines: 3)
        bench.finish()
        #expect(try RecordingSet(paths: [path]).lastNumber == 3)
        #expect(bench.core.status.lost == 0)
        unlink(path)
        rmdir(place)
    }

    @Test("A full disk is told as such")
    func fullDisk() {
        // The kernel's own full disk; its name is taken, so that the place can only be the device itself.
        #expect(throws: RecordingError.self) {
            try RecordingOutput.create(in: RecordingPlace(path: "/dev/full"), names: ["full"])
        }
        #expect(RecordingOutput.reason(ENOSPC) == "the disk is full")
    }

    @Test("A folder that may not be written to is a sentence in the status")
    func readOnly() {
        var bench = WritingBench("/proc/nowhere/a.zst")
        bench.put(lines: 1)
        bench.step()
        #expect(bench.core.status.problem?.contains("cannot be created") == true)
        bench.finish()
    }

    @Test("Keeping removes the oldest of its own files, and nothing that is another's or being written")
    func keep() throws {
        let folder = WritingFolder()
        for name in ["notes.zst", "other-20260101T000000Z.zst", "observer-20260101T000000Z.zst"] {
            let file = open("\(folder.path)/\(name)", O_CREAT | O_WRONLY, 0o600)
            write(file, "hello", 5)
            close(file)
        }
        var first = WritingBench(folder.path)
        first.put(lines: 10)
        first.finish()
        var held = WritingBench(folder.path)
        held.put(lines: 10)
        held.step()
        var bench = WritingBench(folder.path, keep: [.bytes(1)])
        bench.now = Duration.seconds(7).wholeNanoseconds
        bench.put(lines: 10)
        bench.step()
        bench.step(after: .seconds(2))
        let names = folder.names
        #expect(names.contains("notes.zst"))
        #expect(names.contains("other-20260101T000000Z.zst"))
        #expect(names.contains("observer-20260101T000000Z.zst"), "it is no recording of ours")
        #expect(!names.contains("observer-20261123T112538Z.zst"), "the oldest of its own is gone")
        #expect(names.contains("observer-20261123T112538Z-2.zst"), "somebody writes it")
        bench.finish()
        held.finish()
    }
}
