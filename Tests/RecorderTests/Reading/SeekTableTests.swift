// SPDX-License-Identifier: Apache-2.0

import Bytes
import TestSupport
import Testing

@testable import Recorder

@Suite struct SeekTableTests {
    @Test("the seek table is the seekable format's, field by field")
    func fields() throws {
        let recording = try TestRecording(seed: 1, count: 700)
        let bytes = recording.bytes[...]
        let count = recording.entries.count + 1
        let table = bytes.count - (8 + 8 * count + 9)
        #expect(LittleEndian.read(UInt32.self, bytes, at: table) == 0x184D_2A5E)
        #expect(LittleEndian.read(UInt32.self, bytes, at: table + 4) == UInt32(8 * count + 9))
        var offset = 0
        for index in 0..<count {
            let compressed = Int(LittleEndian.read(UInt32.self, bytes, at: table + 8 + 8 * index))
            let content = LittleEndian.read(UInt32.self, bytes, at: table + 12 + 8 * index)
            if index < recording.entries.count {
                #expect(offset == Int(recording.entries[index].offset))
                #expect(content == recording.entries[index].contentSize)
            } else {
                #expect(LittleEndian.read(UInt32.self, bytes, at: offset) == SkippableFrame.indexMagic)
                #expect(content == 0)
            }
            offset += compressed
        }
        #expect(offset == table)
        #expect(LittleEndian.read(UInt32.self, bytes, at: bytes.count - 9) == UInt32(count))
        #expect(bytes[bytes.count - 5] == 0)
        #expect(LittleEndian.read(UInt32.self, bytes, at: bytes.count - 4) == 0x8F92_EAB1)
    }

    @Test("an index with any byte changed is found out, and the frames are walked over")
    func wrongIndex() throws {
        let recording = try TestRecording(seed: 2, count: 30)
        let folder = try TestFolder()
        let start = Int(try #require(recording.entries.last).end)
        let whole = try Readout(RecordingSet(RecordingFile.open(folder.write(recording.bytes))))
        var random = SplitMix64(seed: 3)
        for place in start..<recording.bytes.count where random.once(in: 3) {
            var bytes = recording.bytes
            bytes[place] ^= 1 << UInt8(random.below(8))
            let file = try RecordingFile.open(folder.write(bytes))
            let readout = try Readout(RecordingSet(file))
            #expect(readout.content == whole.content, "byte \(place)")
            // The table's entries for frames are not needed to read; those are `verify`'s to check.
            if !file.isComplete { #expect(!file.damage.isEmpty, "byte \(place)") }
        }
    }

    @Test("random changes of the index never crash", arguments: 0..<8 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        let recording = try TestRecording(seed: seed, count: 60)
        let start = Int(try #require(recording.entries.last).end)
        let index = Array(recording.bytes[start...])
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var changed = index
            for _ in 0...random.below(3) { Mutation.apply(to: &changed, &random) }
            // A right checksum over wrong bytes must not help.
            if random.once(in: 2), changed.count > 60 {
                let size = Int(LittleEndian.read(UInt32.self, changed[...], at: 4))
                if size < changed.count - 8, size > 8 {
                    var sum: [UInt8] = []
                    LittleEndian.append(XXH64.hash(changed[8..<size]), to: &sum)
                    changed.replaceSubrange(size..<(size + 8), with: sum)
                }
            }
            let source = ByteArraySource(bytes: Array(recording.bytes[..<start]) + changed)
            let found = try? StoredIndex.find(in: source)
            if let found = found ?? (try? StoredIndex.load(at: UInt64(start), in: source)) {
                for first in stride(from: 0, to: found.count, by: 64) {
                    _ = try? found.entries(from: first, count: 64, in: source)
                }
            }
        }
    }
}
