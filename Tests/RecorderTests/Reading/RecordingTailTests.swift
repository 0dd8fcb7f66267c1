// SPDX-License-Identifier: Apache-2.0

import Bytes
import Glibc
import TestSupport
import Testing

@testable import Recorder

@Suite("Recording tail")
struct RecordingTailTests {
    /// All that a tail hands out now.
    private func drain(_ tail: RecordingTail, into content: inout [UInt8]) throws -> Bool {
        while true {
            switch try tail.next() {
            case .lines(let lines):
                #expect(lines.last == 0x0A, "whole lines only")
                content += lines
            case .nothing: return false
            case .ended: return true
            }
        }
    }

    @Test("A file that grows by any pieces is read whole, each line once, and its end is seen", arguments: 0..<40)
    func growth(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let recording = try TestRecording(seed: seed, count: 400)
        let folder = try TestFolder()
        let path = try folder.write([])
        let tail = try RecordingTail(path: path)
        var content: [UInt8] = []
        var hasEnded = false
        var size = 0
        let indexStart = Int(recording.entries.last?.end ?? 0)
        while size < recording.bytes.count {
            #expect(!hasEnded || size >= indexStart + 4, "it ended before the index came")
            size = min(recording.bytes.count, size + random.below(random.once(in: 3) ? 5 : 20_000))
            try folder.write(recording.bytes[..<size])
            hasEnded = try drain(tail, into: &content)
        }
        #expect(hasEnded)
        let whole = decompressed(recording.bytes)
        let header = (whole.firstIndex(of: 0x0A) ?? 0) + 1
        #expect(content == Array(whole[header...]))
    }

    @Test("Read from any frame on, it hands out what stands there", arguments: 0..<10)
    func frames(seed: UInt64) throws {
        let recording = try TestRecording(seed: seed, count: 300)
        let folder = try TestFolder()
        let file = try RecordingFile.open(try folder.write(recording.bytes))
        for frame in 0..<file.frameCount {
            let tail = try RecordingTail(path: file.path, offset: try file.frame(frame).offset)
            var content: [UInt8] = []
            #expect(try drain(tail, into: &content))
            #expect(content == (try Readout(RecordingSet(file), from: frame)).content)
        }
    }

    @Test("Damage ends it behind the lines before, by an error that names the file", arguments: 0..<30)
    func damage(seed: UInt64) throws {
        var random = SplitMix64(seed: seed &+ 1000)
        let recording = try TestRecording(seed: seed, count: 300)
        var bytes = recording.bytes
        let place = random.below(bytes.count)
        bytes[place] ^= UInt8(1 + random.below(255))
        let folder = try TestFolder()
        let tail = try RecordingTail(path: try folder.write(bytes))
        var content: [UInt8] = []
        let whole = decompressed(recording.bytes)
        do {
            _ = try drain(tail, into: &content)
        } catch let error as RecordingError {
            #expect(error.description.contains(tail.path))
        }
        // What came out before the damaged block is as it was written; a frame's checksum comes too late for the rest.
        #expect(content.count <= whole.count + 200_000)
    }

    @Test("A pipe among the recordings keeps nobody waiting, and what decompresses to gigabytes comes in pieces")
    func hostile() throws {
        let folder = WritingFolder()
        #expect(mkfifo(folder.path + "/incident-x.zst", 0o600) == 0)
        #expect(ListedRecording.all(in: folder.path).isEmpty)
        // A frame of blocks of one repeated byte each (RFC 8878, section 3.1.1.2): 4 bytes for 128 KiB, and no newline.
        var bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
        for _ in 0..<4000 { bytes += [0x02, 0x00, 0x10, UInt8(ascii: "x")] }
        let other = try TestFolder()
        let tail = try RecordingTail(path: try other.write(bytes))
        #expect(throws: RecordingError.self) { while case .nothing = try tail.next() {} }
    }

    @Test("Whether somebody writes is told by the lock")
    func lock() throws {
        let folder = WritingFolder()
        var bench = WritingBench(folder.path + "/a.zst")
        bench.put(lines: 3)
        bench.step()
        let tail = try RecordingTail(path: folder.path + "/a.zst")
        #expect(tail.isBeingWritten)
        bench.finish()
        #expect(!tail.isBeingWritten)
    }
}
