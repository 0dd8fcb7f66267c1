// SPDX-License-Identifier: Apache-2.0

import CZstd
import Foundation
import Observer
import ObserverModel
import Recorder
import Testing

@testable import ObserverCommand

/// Recordings of format version 1 and projection version 1, frozen: what they hold must never read otherwise.
@Suite("Frozen recordings")
struct GoldenTests {
    static let names = ["incident", "crash-loop", "rolling-restart", "engine-restart"]

    private func path(_ name: String) throws -> String {
        try #require(Bundle.module.path(forResource: "Golden/\(name)", ofType: "zst"))
    }

    private func messages(of recording: RecordingSet) throws -> [String] {
        var reader = try RecordedMessages(recording)
        var messages: [String] = []
        while let batch = try reader.next() {
            messages += batch.headers.map { String(decoding: batch.json(of: $0), as: UTF8.self) }
        }
        #expect(reader.damage.isEmpty)
        return messages
    }

    @Test("Law 2: each message of a frozen recording has the bytes that it always had", arguments: names)
    func messages(name: String) throws {
        #expect(Projection.version == 1, "a new version freezes recordings of its own and keeps reading these")
        let frozen = try FileManager.default.contents(atPath: path(name + ".messages")).map { [UInt8]($0) } ?? []
        let expected = String(decoding: decompressed(frozen), as: UTF8.self).split(separator: "\n").map { String($0) }
        let found = try messages(of: try RecordingSet(paths: [path(name)]))
        #expect(expected.count > 40)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) { #expect(found == expected) }
    }

    @Test("A frozen recording is sound, and its observations have the hash that they always had", arguments: names)
    func sound(name: String) throws {
        let report = try RecordingVerifier.verify(path(name))
        #expect(report.problems == [])
        let hashes: [String: UInt64] = [
            "crash-loop": 0x0028_CBF7_F127_DE4D, "engine-restart": 0x8A78_FD13_5D84_9BE2,
            "incident": 0xDE3A_AE25_38AF_43A6, "rolling-restart": 0xDDB7_09E4_7306_0E8F,
        ]
        #expect(report.contentHash == hashes[name])
    }

    @Test("Law 2: reading on from any observation gives the same messages as reading from the start", arguments: names)
    func anywhere(name: String) throws {
        let recording = try RecordingSet(paths: [path(name)])
        let archive = RecordingArchive(recording: recording)
        let numbers = try #require(archive.numbers)
        let all = try messages(of: recording)
        for after in stride(from: numbers.lowerBound - 1, through: numbers.upperBound, by: 7) {
            var found: [String] = []
            try archive.messages(after: after, through: numbers.upperBound, since: nil) { batch in
                found += batch.headers.map { String(decoding: batch.json(of: $0), as: UTF8.self) }
                return true
            }
            #expect(found == Array(all.suffix(found.count)))
            let first = all.firstIndex { $0.contains(#""seq":"#) && sequence(of: $0) > after } ?? all.count
            #expect(found.count == all.count - first)
        }
    }

    @Test("The story of the incident names its cause, the first errors and the last words")
    func story() throws {
        let recording = try RecordingSet(paths: [path("incident")])
        var reader = try RecordedMessages(recording)
        var story = RecordingStory()
        while let batch = try reader.next() { story.take(batch) }
        #expect(story.deaths.map(\.container) == ["db", "orders", "orders"])
        #expect(story.deaths[0].text.contains("out of memory"))
        #expect(story.deaths[0].lines.last?.text.contains("work_mem exceeded") == true)
        #expect(story.deaths.map(\.cause) == ["oom", "crashed", "crashed"])
        #expect(story.deaths[0].evidence.contains { $0.contains("137") })
        #expect(story.firstErrors.map(\.container) == ["orders", "gateway"])
        let figures = try RecordingFigures(recording)
        let text = figures.text(story)
        #expect(text.contains("@restart-db at +36.8 s"))
        #expect(text.contains("db died at +23.4 s, cause oom\n  evidence   "))
        #expect(text.contains("274 log, 28 event, 154 stats"))
        #expect(try jsonObject(figures.json(story))["last"] as? Int == 476)
    }

    @Test("Law 2: played twice, a recording whose snapshot tells of another state is found out", arguments: names)
    func check(name: String) throws {
        let recording = try RecordingSet(paths: [path(name)])
        let check = try PlaybackCheck(recording) { _, _ in }
        #expect(check.problems == [])
        #expect(check.snapshots >= 1 && check.messages > 40)
        // The same lines with a snapshot in the middle that was made of the first half with one observation left out.
        let reader = try RecordingReader(recording)
        var lines: [ArraySlice<UInt8>] = []
        while let batch = try reader.next() { batch.forEachLine { lines.append($0) } }
        var parser = LineParser()
        var projector = Projector()
        var content: [UInt8] = []
        recording.header.append(to: &content)
        let middle = lines.count / 2
        for (index, line) in lines.enumerated() {
            content += line + [0x0A]
            guard case .observation(let observation) = try parser.parse(line), index <= middle else { continue }
            if case .container = observation.fact, index != middle { continue }
            _ = projector.project([observation])
            guard index == middle else { continue }
            LineWriter.append(projector.snapshot(), time: observation.time, to: &content)
        }
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        frame.removeLast(frame.count - ZSTD_compress(&frame, frame.count, content, content.count, 1))
        let altered =
            FileManager.default.temporaryDirectory.path + "/altered-\(name)-\(UInt64.random(in: 0 ... .max)).zst"
        defer { try? FileManager.default.removeItem(atPath: altered) }
        try Data(frame).write(to: URL(fileURLWithPath: altered))
        let found = try PlaybackCheck(RecordingSet(paths: [altered])) { _, _ in }
        #expect(found.problems.contains { $0.contains("is not the state that playing from the start comes to") })
        #expect(found.messages == check.messages)
    }

    private func sequence(of message: String) -> UInt64 {
        message.range(of: #""seq":"#).flatMap { UInt64(message[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
    }

    private func jsonObject(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func decompressed(_ bytes: [UInt8]) -> [UInt8] {
        let size = ZSTD_getFrameContentSize(bytes, bytes.count)
        // Written by the tool with the content's size; a megabyte is far more than any of them has.
        var content = [UInt8](repeating: 0, count: size < 1 << 20 ? Int(size) : 1 << 20)
        let count = ZSTD_decompress(&content, content.count, bytes, bytes.count)
        return ZSTD_isError(count) == 0 ? Array(content.prefix(count)) : []
    }
}
