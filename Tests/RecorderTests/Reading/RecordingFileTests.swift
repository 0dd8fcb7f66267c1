// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Recorder

@Suite struct RecordingFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("a finished recording is read back line by line, snapshots too")
    func finished() throws {
        let recording = try TestRecording(seed: 1, count: 1000)
        let file = try RecordingFile.open(folder.write(recording.bytes))
        #expect(file.header == TestRecording.header)
        #expect(file.isComplete)
        #expect(file.damage == [])
        #expect(file.lastNumber == 1000)
        let readout = try Readout(RecordingSet(file))
        #expect(readout.damage == [])
        #expect(TestRecording.lines(readout.observations) == recording.lines)
        #expect(readout.lines.count > 1000)
    }

    @Test("the index says of each frame what the frame holds")
    func index() throws {
        let recording = try TestRecording(seed: 2, count: 2000)
        let file = try RecordingFile.open(folder.write(recording.bytes))
        #expect(file.frameCount == recording.entries.count)
        for (index, entry) in recording.entries.enumerated() { #expect(try file.frame(index) == entry) }
        var names = NameTable()
        for observation in recording.observations { names.note(observation) }
        #expect(try file.names() == names)
        #expect(!names.containers.isEmpty && !names.marks.isEmpty)
    }

    @Test("a killed recording gives what was flushed, and finds its frames by walking")
    func killed() throws {
        let recording = try TestRecording(seed: 3, count: 1000, ending: .killed)
        let file = try RecordingFile.open(folder.write(recording.bytes))
        #expect(!file.isComplete)
        #expect(file.damage == [])
        #expect(file.lastNumber == 1000)
        let readout = try Readout(RecordingSet(file))
        #expect(readout.damage == [])
        #expect(readout.numbers == recording.observations.map(\.number))
        var names = NameTable()
        for observation in recording.observations { names.note(observation) }
        #expect(try file.names() == names)
    }

    @Test("a killed recording loses only what was not flushed")
    func unflushed() throws {
        let recording = try TestRecording(seed: 4, count: 205, ending: .unflushed)
        #expect(recording.flushed == 200)
        let file = try RecordingFile.open(folder.write(recording.bytes))
        #expect(file.damage == [])
        #expect(try Readout(RecordingSet(file)).numbers == Array(1...200))
    }

    @Test("without the index the same frames are found, with ranges that cover what the index says")
    func walked() throws {
        let recording = try TestRecording(seed: 5, count: 1500)
        let size = try #require(recording.entries.last).end
        let file = try RecordingFile.open(folder.write(recording.bytes[..<Int(size)]))
        #expect(!file.isComplete)
        #expect(file.frameCount == recording.entries.count)
        for (index, entry) in recording.entries.enumerated() {
            let walked = try file.frame(index)
            #expect(!walked.isExact)
            #expect(walked.offset == entry.offset && walked.compressedSize == entry.compressedSize)
            #expect(walked.opensWithSnapshot == entry.opensWithSnapshot)
            #expect(walked.summary.firstNumber == entry.summary.firstNumber)
            #expect(walked.summary.lastNumber == entry.summary.lastNumber)
            #expect(walked.summary.firstTime == entry.summary.firstTime)
            #expect(walked.summary.lastTime >= entry.summary.lastTime)
            #expect(walked.summary.leastTimestamp <= entry.summary.leastTimestamp)
            #expect(walked.summary.greatestTimestamp >= entry.summary.greatestTimestamp)
        }
    }

    @Test("numbers, times and snapshots are found", arguments: [true, false])
    func search(hasIndex: Bool) throws {
        let recording = try TestRecording(seed: 6, count: 900, first: 41, chunk: 7, frame: 2)
        let size = hasIndex ? recording.bytes.count : Int(try #require(recording.entries.last).end)
        let file = try RecordingFile.open(folder.write(recording.bytes[..<size]))
        for observation in recording.observations {
            let frame = try #require(try file.frame(holding: observation.number))
            let entry = recording.entries[frame].summary
            #expect(entry.firstNumber <= observation.number && entry.lastNumber >= observation.number)
            let byTime = try file.firstFrame(reaching: observation.time)
            #expect(byTime <= frame)
            let exact = recording.entries.firstIndex { $0.summary.lastTime >= observation.time } ?? 0
            #expect(hasIndex ? byTime == exact : byTime <= exact)
        }
        #expect(try file.frame(holding: 40) == nil)
        #expect(try file.frame(holding: 941) == nil)
        #expect(try file.firstFrame(reaching: 0) == (recording.entries.firstIndex { $0.summary.firstNumber > 0 }))
        #expect(try file.firstFrame(reaching: .max) == file.frameCount)
        for index in 0..<file.frameCount {
            let snapshot = recording.entries[...index].lastIndex { $0.opensWithSnapshot }
            #expect(try file.lastSnapshotFrame(atOrBefore: index) == snapshot)
        }
    }

    @Test("reading from any frame on gives that frame's first line first")
    func fromAnyFrame() throws {
        let recording = try TestRecording(seed: 7, count: 300)
        let set = RecordingSet(try RecordingFile.open(folder.write(recording.bytes)))
        for (index, entry) in recording.entries.enumerated() where entry.summary.firstNumber > 0 {
            #expect(try Readout(set, from: index).numbers.first == entry.summary.firstNumber)
        }
        #expect(try Readout(set, from: set.frameCount).lines.isEmpty)
    }

    @Test("a frame of more than eight mebibytes is read in pieces, and costs itself alone when it is damaged")
    func largeFrame() throws {
        var recording = try TestRecording(seed: 8, count: 80, frame: 1, snapshots: 5, snapshotSize: 9 << 20)
        let large = try #require(recording.entries.lastIndex { $0.contentSize > FrameDecoder.wholeLimit })
        let path = try folder.write(recording.bytes)
        let whole = try Readout(RecordingSet(RecordingFile.open(path)))
        #expect(whole.damage == [])
        #expect(TestRecording.lines(whole.observations) == recording.lines)
        let entry = recording.entries[large]
        recording.bytes[Int(entry.end) - 2] ^= 1
        let readout = try Readout(RecordingSet(RecordingFile.open(folder.write(recording.bytes))))
        #expect(readout.damage.map(\.kind) == [.frame])
        #expect(readout.damage.first?.numbers == entry.summary.firstNumber...entry.summary.lastNumber)
        #expect(readout.numbers.count == 80 - entry.summary.count)
    }

    @Test("what is no recording is refused with a reason")
    func notARecording() throws {
        var frame: [UInt8] = []
        try ZstdCompressor().compress(Array("hello\n".utf8)[...], .end, into: &frame)
        for bytes in [[], [1], Array("hello, this is text".utf8), frame, Array(frame.prefix(9))] {
            #expect(throws: RecordingError.self) { try RecordingFile.open(folder.write(bytes)) }
        }
        #expect(throws: RecordingError.self) { try RecordingFile.open(folder.path) }
        #expect(throws: RecordingError.self) { try RecordingFile.open(folder.path + "/none") }
        var header: [UInt8] = []
        TestRecording.header.append(to: &header)
        let later = String(decoding: header, as: UTF8.self).replacing(#""version":1"#, with: #""version":2"#)
        var bytes: [UInt8] = []
        try ZstdCompressor().compress(Array(later.utf8)[...], .end, into: &bytes)
        let path = try folder.write(bytes)
        let error = #expect(throws: RecordingError.self) { try RecordingFile.open(path) }
        guard case .tooNew(let reason) = error else { throw TestFault("not too new") }
        #expect(reason.contains("sentinell-observer 0.1.0"))
    }
}
