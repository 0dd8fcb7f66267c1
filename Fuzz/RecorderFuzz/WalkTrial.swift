// SPDX-License-Identifier: Apache-2.0

import Bytes

@testable import Recorder

/// A file's bytes as they are: the walker, the index reader and the decoder stay within them and agree.
enum WalkTrial {
    /// Each place is walked from, in the beginning of a file.
    private static let placeLimit = 64

    static func run(_ bytes: [UInt8]) {
        let source = ByteArraySource(bytes: bytes)
        do {
            try steps(source)
            let walk = try FileWalk.walk(source, path: "fuzz", first: 1)
            hold(walk, source)
            for frame in walk.frames { try content(of: frame, source) }
        } catch {
            broken("bytes in memory can be walked over: \(error)")
        }
        index(source)
    }

    private static func steps(_ source: ByteArraySource) throws(RecordingError) {
        let walker = FrameWalker(source: source)
        for offset in 0...UInt64(min(source.bytes.count, placeLimit)) {
            switch try walker.step(at: offset) {
            case .frame(let shape):
                expect(
                    shape.bytes.lowerBound == offset && shape.bytes.count > 0 && shape.bytes.upperBound <= source.size,
                    "a frame lies within the file"
                )
            case .torn(_, let end), .damaged(_, let end):
                expect(offset...max(offset, source.size) ~= end, "a fault lies within the file")
            }
        }
        if let next = try walker.nextFrame(from: 1) {
            expect(next >= 1 && next < source.size, "a frame is in the file")
        }
    }

    private static func hold(_ walk: FileWalk<ByteArraySource>, _ source: ByteArraySource) {
        var end: UInt64 = 0
        for frame in walk.frames {
            expect(frame.offset >= end && frame.bytes.upperBound <= source.size, "walked frames do not overlap")
            end = frame.bytes.upperBound
        }
        for damage in walk.damage {
            expect(damage.bytes.upperBound <= source.size, "damage lies within the file")
        }
    }

    /// Reads a frame at once and in pieces.
    private static func content(of frame: WalkedFrame, _ source: ByteArraySource) throws(RecordingError) {
        guard !frame.isTorn else { return }
        let decoder = try FrameDecoder(source)
        let whole: [UInt8]?
        do throws(FrameFault) {
            guard let content = try decoder.content(of: frame.bytes, expected: 0) else { return }
            whole = content
        } catch { whole = nil }
        for pace in [FrameDecoder.Pace.full, .brief, .careful] {
            var pieces: [UInt8] = []
            decoder.begin(frame.bytes, pace)
            let isWhole: Bool
            do throws(FrameFault) {
                while try decoder.append(to: &pieces) {}
                isWhole = decoder.hasEnded
            } catch { isWhole = false }
            expect(isWhole == (whole != nil), "a frame that can be read at once can be read in pieces, and only then")
            if let whole { expect(whole == pieces, "a frame has the same content at once and in pieces") }
        }
    }

    private static func index(_ source: ByteArraySource) {
        guard let index = (try? StoredIndex.find(in: source)) ?? nil else { return }
        var end: UInt64 = 0
        for first in stride(from: 0, to: index.count, by: 64) {
            guard let entries = try? index.entries(from: first, count: 64, in: source) else {
                broken("an index that was accepted can be read")
            }
            for entry in entries {
                expect(entry.offset == end && entry.end <= source.size, "an index's frames follow each other")
                end = entry.end
            }
        }
    }
}
