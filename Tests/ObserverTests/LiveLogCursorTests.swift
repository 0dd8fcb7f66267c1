// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import ObserverModel
import TestSupport
import Testing

@testable import Observer

/// A container's log as the engine keeps it, and what it answers to a request.
private struct ModelLog {
    var lines: [LogLine] = []

    /// Appends lines whose times hardly move, repeat, and sometimes run backwards by milliseconds (fact H10).
    mutating func grow(by count: Int, from base: inout Int64, using random: inout SplitMix64) {
        for _ in 0..<count {
            base += [0, 0, 1, 1000, 1_000_000, 700_000_000].randomElement(using: &random) ?? 0
            let back =
                Int64.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 0...3_000_000, using: &random) : 0
            let length =
                Int.random(in: 0..<50, using: &random) == 0 ? Int.random(in: 16_000...70_000, using: &random) : 3
            let letter = UInt8.random(in: 0x61...0x63, using: &random)
            lines.append(
                LogLine(
                    container: ModelLog.container,
                    timestamp: Timestamp(nanoseconds: base - back),
                    stream: Bool.random(using: &random) ? .stdout : .stderr,
                    bytes: [UInt8](repeating: letter, count: length)[...]
                )
            )
        }
    }

    /// The body of an answer: from the first line that is not older than `since` (engine.md, "Log endpoint").
    func body(since: Timestamp?) -> [UInt8] {
        let encoder = LogEncoder(framing: .multiplexed)
        var bytes: [UInt8] = []
        for line in lines.drop(while: { line in since.map { line.timestamp < $0 } ?? false }) {
            encoder.append(
                line.bytes,
                stream: line.stream == .stderr ? .stderr : .stdout,
                timestamp: line.timestamp,
                to: &bytes
            )
        }
        return bytes
    }

    static let container = ContainerID(String(repeating: "ab", count: 32)) ?? ContainerID(words: 0)
}

extension ContainerID {
    /// An id of one number, for tests.
    init(words number: UInt64) {
        var bytes: [UInt8] = []
        for _ in 0..<4 { Hex.append(number, to: &bytes) }
        // 64 hexadecimal digits are an id always.
        self = ContainerID(bytes[...]) ?? .init(words: number)
    }
}

/// Where two lists of lines differ first, in a line's words, or `nil`.
func firstDifference(_ got: [LogLine], _ wanted: [LogLine]) -> String? {
    func words(_ line: LogLine?) -> String {
        line.map { "\($0.timestamp), \($0.bytes.count) bytes, unterminated \($0.isUnterminated)" } ?? "none"
    }
    guard got != wanted else { return nil }
    let index = zip(got, wanted).prefix { $0 == $1 }.count
    return """
        at \(index) of \(got.count) and \(wanted.count): got \(words(got.dropFirst(index).first)), \
        wanted \(words(wanted.dropFirst(index).first))
        """
}

@Suite("The log cursor")
struct LiveLogCursorTests {
    /// Reads one answer, cut behind a number of bytes, as the log reader does.
    private func read(
        _ body: ArraySlice<UInt8>,
        isWhole: Bool,
        cursor: inout LogCursor,
        pending: inout Timestamp?,
        random: inout SplitMix64
    ) throws -> [LogLine] {
        var decoder = LogDecoder(framing: .multiplexed)
        var decoded: [DecodedLine] = []
        var rest = body
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...5000, using: &random))
            try decoder.decode(Array(rest.prefix(count)), into: &decoded)
            rest = rest.dropFirst(count)
        }
        if isWhole { try decoder.finish(into: &decoded) }
        pending = decoder.pendingTimestamp
        var delivered: [LogLine] = []
        for line in decoded {
            let line = LogLine(
                container: ModelLog.container,
                timestamp: try #require(line.timestamp),
                stream: line.stream == .stderr ? .stderr : .stdout,
                bytes: line.bytes,
                continues: line.continues,
                isUnterminated: line.isUnterminated
            )
            switch cursor.judge(line) {
            case .drop: continue
            case .deliver: delivered.append(line)
            case .deliverAfterLoss:
                Issue.record("a loss was told where nothing was lost")
                delivered.append(line)
            }
        }
        return delivered
    }

    @Test("Law 5: whatever the cuts, each line is delivered once and in the order of its stream", arguments: 0..<600)
    func cuts(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var log = ModelLog()
        var cursor = LogCursor()
        var pending: Timestamp?
        var delivered: [LogLine] = []
        var base: Int64 = 1_795_433_138_000_000_000
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            log.grow(by: Int.random(in: 0...40, using: &random), from: &base, using: &random)
            let body = log.body(since: cursor.resume(pending: pending))
            let cut = Int.random(in: 0...body.count, using: &random)
            delivered += try read(
                body.prefix(cut),
                isWhole: false,
                cursor: &cursor,
                pending: &pending,
                random: &random
            )
        }
        let last = log.body(since: cursor.resume(pending: pending))
        delivered += try read(last[...], isWhole: true, cursor: &cursor, pending: &pending, random: &random)
        for stream in [LogStream.stdout, .stderr] {
            let wanted = log.lines.filter { $0.stream == stream }
            let got = delivered.filter { $0.stream == stream }
            let difference = firstDifference(got, wanted)
            #expect(difference == nil, "seed \(seed), \(stream)")
        }
    }

    @Test("Law 9: a container that writes 200,000 lines a second is resumed exactly, from 65,536 remembered lines")
    func busy() throws {
        var cursor = LogCursor()
        let lines = (0..<200_000).map { number in
            LogLine(
                container: ModelLog.container,
                timestamp: Timestamp(nanoseconds: 1_000_000_000_000 + Int64(number / 3) * 5000),
                stream: .stdout,
                bytes: Array(String(number).utf8)[...]
            )
        }
        for line in lines.prefix(150_000) { #expect(cursor.judge(line) == .deliver) }
        let resumption = cursor.resume()
        let since = try #require(resumption)
        #expect(since > lines[150_000 - LogCursor.capacity - 3].timestamp)
        let resumed = lines.drop { $0.timestamp < since }
        let delivered = resumed.filter { cursor.judge($0) == .deliver }
        #expect(delivered == Array(lines[150_000...]))
    }

    @Test("Law 4: a log whose last delivered line was rotated away is told as lost, once")
    func rotation() {
        var cursor = LogCursor()
        func line(_ number: Int64) -> LogLine {
            LogLine(
                container: ModelLog.container,
                timestamp: Timestamp(nanoseconds: number * 100_000_000),
                stream: .stdout,
                bytes: Array(String(number).utf8)[...]
            )
        }
        for number in 1...20 { #expect(cursor.judge(line(Int64(number))) == .deliver) }
        _ = cursor.resume()
        #expect(cursor.judge(line(30)) == .deliverAfterLoss)
        #expect(cursor.judge(line(31)) == .deliver)
    }

    @Test("Equal lines of one moment are dropped as often as they were delivered, not more")
    func equals() {
        var cursor = LogCursor()
        let line = LogLine(
            container: ModelLog.container,
            timestamp: Timestamp(nanoseconds: 5_000_000_000),
            stream: .stdout,
            bytes: [0x61]
        )
        for _ in 0..<3 { #expect(cursor.judge(line) == .deliver) }
        #expect(cursor.resume() == Timestamp(nanoseconds: 4_000_000_000))
        for _ in 0..<3 { #expect(cursor.judge(line) == .drop) }
        #expect(cursor.judge(line) == .deliver)
    }

    @Test("A line whose beginning came before a cut is asked for again, however old it is")
    func pending() {
        var cursor = LogCursor()
        let late = LogLine(
            container: ModelLog.container,
            timestamp: Timestamp(nanoseconds: 90_000_000_000),
            stream: .stderr,
            bytes: [0x61]
        )
        _ = cursor.judge(late)
        let begun = Timestamp(nanoseconds: 80_000_000_000)
        #expect(cursor.resume(pending: begun) == begun)
    }
}
