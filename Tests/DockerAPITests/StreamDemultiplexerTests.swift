// SPDX-License-Identifier: Apache-2.0

import DockerAPI
import Testing

@Suite("Taking multiplexed streams apart")
struct StreamDemultiplexerTests {
    @Test("frames come back, however the bytes are cut", arguments: 0..<300)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        var bytes: [UInt8] = []
        var written: [(StreamFrame.Kind, [UInt8])] = []
        for _ in 0..<20 {
            let kind = StreamFrame.Kind.allCases.randomElement(using: &random) ?? .stdout
            let payload = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            written.append((kind, payload))
            StreamFrame.append(kind, payload[...], to: &bytes)
        }
        var demultiplexer = StreamDemultiplexer()
        var read: [(StreamFrame.Kind, [UInt8])] = []
        for part in random.cut(bytes, longest: Int.random(in: 1...60, using: &random)) {
            var index = 0
            while let piece = try demultiplexer.next(in: part, at: &index) {
                if piece.isFirst { read.append((piece.kind, [])) }
                try #require(!read.isEmpty, "seed \(seed)")
                #expect(read[read.count - 1].0 == piece.kind, "seed \(seed)")
                read[read.count - 1].1 += part[piece.range]
            }
            #expect(index == part.count, "seed \(seed)")
        }
        #expect(demultiplexer.isAtFrameBorder)
        #expect(read.map(\.0) == written.map(\.0), "seed \(seed)")
        #expect(read.map(\.1) == written.map(\.1), "seed \(seed)")
    }

    @Test(
        "what is no header is refused",
        arguments: [
            [4, 0, 0, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 0, 1], [1, 0, 0, 9, 0, 0, 0, 1], [1, 0, 0, 0, 0, 16, 0, 1],
            [1, 0, 0, 0, 255, 255, 255, 255], Array("HTTP/1.1".utf8),
        ] as [[UInt8]]
    )
    func malformed(header: [UInt8]) {
        var demultiplexer = StreamDemultiplexer()
        var index = 0
        #expect { try demultiplexer.next(in: header, at: &index) } throws: { error in
            guard case .malformed(let reason)? = error as? LogStreamError else { return false }
            return reason.count > 10
        }
    }

    @Test("a frame of just the bound is taken")
    func bound() throws {
        var bytes: [UInt8] = []
        StreamFrame.append(.stdout, [UInt8](repeating: 1, count: StreamFrame.maximumLength)[...], to: &bytes)
        var demultiplexer = StreamDemultiplexer()
        var index = 0
        let piece = try demultiplexer.next(in: bytes, at: &index)
        #expect(piece?.range.count == StreamFrame.maximumLength)
    }
}
