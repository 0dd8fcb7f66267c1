// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Recorder

@Suite struct FrameWalkerTests {
    /// The offsets and sizes of a file's frames by walking.
    private func walk(_ bytes: [UInt8]) throws -> [FrameShape] {
        let walker = FrameWalker(source: ByteArraySource(bytes: bytes))
        var shapes: [FrameShape] = []
        var offset: UInt64 = 0
        while offset < UInt64(bytes.count) {
            guard case .frame(let shape) = try walker.step(at: offset) else { throw TestFault("no frame") }
            shapes.append(shape)
            offset = shape.bytes.upperBound
        }
        return shapes
    }

    @Test("walking finds the frames that the writer made, and the two skippable ones behind them")
    func frames() throws {
        let recording = try TestRecording(seed: 1, count: 500)
        let shapes = try walk(recording.bytes)
        let data = shapes.filter { !$0.isSkippable }
        #expect(data.map(\.bytes.lowerBound) == recording.entries.map(\.offset))
        #expect(data.map { UInt32($0.bytes.count) } == recording.entries.map(\.compressedSize))
        #expect(data.allSatisfy { $0.hasChecksum && $0.blocks > 0 })
        let magics = shapes.filter(\.isSkippable).map(\.magic)
        #expect(magics == [SkippableFrame.indexMagic, SkippableFrame.seekTableMagic])
    }

    @Test("frames of every size are walked over, with raw, repeated and compressed blocks")
    func sizes() throws {
        var random = SplitMix64(seed: 4)
        for length in [0, 1, 255, 256, 65_791, 131_072, 131_073, 400_000] {
            for kind in 0..<3 {
                let content = (0..<length).map { _ -> UInt8 in
                    kind == 0 ? 7 : kind == 1 ? UInt8(truncatingIfNeeded: random.next()) : UInt8(random.below(4))
                }
                var bytes: [UInt8] = []
                let compressor = try ZstdCompressor()
                try compressor.compress(content[...], .end, into: &bytes)
                #expect(try walk(bytes).map(\.bytes) == [0..<UInt64(bytes.count)])
                try compressor.compress(content[..<(length / 2)], .flush, into: &bytes)
                try compressor.compress(content[(length / 2)...], .end, into: &bytes)
                #expect(try walk(bytes).count == 2)
            }
        }
    }

    @Test("a frame cut anywhere is torn, never whole and never damaged")
    func cuts() throws {
        let recording = try TestRecording(seed: 2, count: 30)
        let end = Int(try #require(recording.entries.first).end)
        for length in 1..<end {
            let walker = FrameWalker(source: ByteArraySource(bytes: Array(recording.bytes[..<length])))
            guard case .torn(_, let wholeEnd) = try walker.step(at: 0) else {
                Issue.record("not torn at \(length)")
                return
            }
            #expect(wholeEnd <= UInt64(length))
        }
    }

    @Test("behind damage the next frame is found")
    func resynchronises() throws {
        let recording = try TestRecording(seed: 3, count: 600)
        #expect(recording.entries.count > 5)
        let walker = FrameWalker(source: ByteArraySource(bytes: recording.bytes))
        for entry in recording.entries {
            #expect(try walker.nextFrame(from: entry.offset) == entry.offset)
            #expect(try walker.nextFrame(from: entry.offset + 1) == entry.end)
        }
    }

    @Test("random bytes and random changes end the walk without a crash", arguments: 0..<8 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let recording = try TestRecording(seed: seed, count: 80)
        for _ in 0..<60 {
            var bytes = recording.bytes
            for _ in 0...random.below(5) { Mutation.apply(to: &bytes, &random) }
            let walker = FrameWalker(source: ByteArraySource(bytes: bytes))
            for _ in 0..<50 {
                let place = UInt64(random.below(bytes.count + 1))
                if case .frame(let shape) = try walker.step(at: place) {
                    #expect(shape.bytes.lowerBound == place && shape.bytes.upperBound <= UInt64(bytes.count))
                }
            }
            if let next = try walker.nextFrame(from: 1) { #expect(next < UInt64(bytes.count)) }
        }
    }
}
