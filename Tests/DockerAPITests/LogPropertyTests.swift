// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Decoding logs, whatever the cuts")
struct LogPropertyTests {
    /// A line that a container wrote.
    struct Written {
        var text: [UInt8]
        var stream: StandardStream
        var timestamp: Timestamp
        var isTerminated: Bool
    }

    @Test("what an engine writes is read back, framed, with streams interleaved part by part", arguments: 0..<6)
    func multiplexedRoundTrip(seed: UInt64) {
        var random = Seeded(seed)
        let written = (0..<20).map { Self.line($0, &random, unterminated: 6) }
        let bytes = Self.interleaved(written, &random)
        let expected = StandardStream.allCases.map { stream in
            written.filter { $0.stream == stream }.map { Self.decoded($0) }
        }
        for longest in [1, 700, 5000, 200_000] {
            let decoding = Decoding(random.cut(bytes, longest: longest), .unknown)
            #expect(decoding.error == nil, "seed \(seed)")
            for (stream, lines) in zip(StandardStream.allCases, expected) {
                #expect(decoding.lines.filter { $0.stream == stream } == lines, "seed \(seed), cuts of \(longest)")
            }
        }
    }

    @Test("what an engine writes is read back, raw", arguments: 0..<6)
    func rawRoundTrip(seed: UInt64) {
        var random = Seeded(seed)
        var written = (0..<20).map { Self.line($0, &random, unterminated: .max) }
        written[19].isTerminated = Bool.random(using: &random)
        // A last line without text leaves no trace.
        if written[19].text.isEmpty { written[19].isTerminated = true }
        var bytes: [UInt8] = []
        for line in written {
            LogEncoder(framing: .raw).append(
                line.text[...],
                stream: .stdout,
                timestamp: line.timestamp,
                isTerminated: line.isTerminated,
                to: &bytes
            )
        }
        let expected = written.map { line in
            var line = line
            line.stream = .stdout
            return Self.decoded(line)
        }
        for longest in [1, 40, 20_000] {
            let decoding = Decoding(random.cut(bytes, longest: longest), .raw)
            #expect(decoding.lines == expected, "seed \(seed), cuts of \(longest)")
        }
    }

    @Test("pieces of long lines do not depend on the cuts, and join to the lines", arguments: 0..<6)
    func pieces(seed: UInt64) {
        var random = Seeded(seed)
        let written = (0..<12).map { Self.line($0, &random, unterminated: 6) }
        let bytes = Self.interleaved(written, &random)
        let maximum = Int.random(in: 64...20_000, using: &random)
        let whole = Decoding([bytes], .multiplexed, maximumLine: maximum)
        #expect(whole.lines.allSatisfy { $0.bytes.count <= maximum }, "seed \(seed)")
        for stream in StandardStream.allCases {
            var joined: [[UInt8]] = [[]]
            for piece in whole.lines where piece.stream == stream {
                joined[joined.count - 1] += piece.bytes
                if !piece.continues { joined.append([]) }
            }
            #expect(joined.dropLast() == written.filter { $0.stream == stream }.map(\.text)[...], "seed \(seed)")
        }
        for longest in [1, 300, 30_000] {
            let cut = Decoding(random.cut(bytes, longest: longest), .multiplexed, maximumLine: maximum)
            #expect(cut == whole, "seed \(seed), cuts of \(longest)")
        }
    }

    @Test("odd streams of either framing give the same lines and errors for any cuts", arguments: 0..<400)
    func oddStreams(seed: UInt64) {
        var random = Seeded(seed)
        let framing: LogDecoder.Framing = seed % 3 == 0 ? .raw : .multiplexed
        let bytes = Self.odd(framing, &random)
        let maximum = Bool.random(using: &random) ? 64 : 1000
        let whole = Decoding([bytes], framing, maximumLine: maximum)
        for longest in [1, 3, 40] {
            let cut = Decoding(random.cut(bytes, longest: longest), framing, maximumLine: maximum)
            #expect(cut == whole, "seed \(seed), cuts of \(longest)")
        }
    }

    @Test("random bytes never crash", arguments: 0..<200)
    func noise(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet: [UInt8] = [0, 0, 0, 1, 2, 3, 10, 32, 50, 90, 255]
        let bytes = (0..<300).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        for framing in [LogDecoder.Framing.multiplexed, .raw, .unknown] {
            let whole = Decoding([bytes], framing, maximumLine: 64)
            #expect(Decoding(random.cut(bytes, longest: 7), framing, maximumLine: 64) == whole, "seed \(seed)")
        }
    }

    // MARK: Making streams

    /// A line of random bytes, sometimes of the length of parts or next to it.
    static func line(_ number: Int, _ random: inout Seeded, unterminated: Int) -> Written {
        let lengths = [0, 1, 30, 31, 100, 16_383, 16_384, 16_385, 32_768, 40_000]
        let isLong = Int.random(in: 0..<4, using: &random) == 0
        let count = isLong ? lengths.randomElement(using: &random) ?? 0 : Int.random(in: 0...200, using: &random)
        let high = Bool.random(using: &random)
        // Long texts repeat, with a period that no part's length is a multiple of.
        let period = (0..<min(count, 251)).map { _ in
            let byte = UInt8.random(in: 0...(high ? 255 : 127), using: &random)
            return byte == 0x0A ? 0x0D : byte
        }
        let text = Array(repeatElement(period, count: count / max(1, period.count) + 1).joined().prefix(count))
        let isTerminated = count == 0 || Int.random(in: 0..<unterminated, using: &random) != 0
        return Written(
            text: text,
            stream: Bool.random(using: &random) ? .stdout : .stderr,
            // Some seconds have several lines, some have one.
            timestamp: time(Int64(number) * 400_000_000 + Int64.random(in: 0..<400_000_000, using: &random)),
            isTerminated: isTerminated
        )
    }

    static func decoded(_ line: Written) -> DecodedLine {
        DecodedLine(
            bytes: line.text[...],
            timestamp: line.timestamp,
            stream: line.stream,
            isUnterminated: !line.isTerminated
        )
    }

    /// The frames of all lines, each stream's in order, the streams mixed.
    static func interleaved(_ lines: [Written], _ random: inout Seeded) -> [UInt8] {
        var queues: [[ArraySlice<UInt8>]] = [[], []]
        for line in lines {
            var bytes: [UInt8] = []
            LogEncoder(framing: .multiplexed).append(
                line.text[...],
                stream: line.stream,
                timestamp: line.timestamp,
                isTerminated: line.isTerminated,
                to: &bytes
            )
            var rest = bytes[...]
            while !rest.isEmpty {
                let start = rest.startIndex
                let length = Int(rest[start + 5]) << 16 | Int(rest[start + 6]) << 8 | Int(rest[start + 7])
                queues[line.stream == .stdout ? 0 : 1].append(rest.prefix(8 + length))
                rest = rest.dropFirst(8 + length)
            }
        }
        var result: [UInt8] = []
        while let queue = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &random) {
            result += queues[queue].removeFirst()
        }
        return result
    }

    /// A stream as no engine should write it: odd timestamps, none, newlines inside, empty frames, other kinds.
    static func odd(_ framing: LogDecoder.Framing, _ random: inout Seeded) -> [UInt8] {
        let words = [
            "\(stamp(1)) ", "\(stamp(2)) ", "\(stamp(1))", "2026-11-23T11:25:38Z ", "2026-11-23T12:25:38.5+01:00 ",
            "\n", "\n", "x", " ", "2", "é€😀", "\r\n", String(repeating: "long ", count: 30), "",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<12 {
            var text = ""
            for _ in 0..<Int.random(in: 0...5, using: &random) { text += words.randomElement(using: &random) ?? "" }
            guard framing == .multiplexed else {
                bytes += text.utf8
                continue
            }
            bytes += frame(StreamFrame.Kind.allCases.randomElement(using: &random) ?? .stdout, text)
        }
        if Int.random(in: 0..<10, using: &random) == 0 { bytes.removeLast(min(bytes.count, 3)) }
        if Int.random(in: 0..<10, using: &random) == 0 { bytes += [9, 9, 9, 9, 9, 9, 9, 9] }
        return bytes
    }
}
