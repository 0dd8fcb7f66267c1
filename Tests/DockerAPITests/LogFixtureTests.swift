// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Logs of a real engine")
struct LogFixtureTests {
    @Test("the script's lines come in order, each with its stream and time")
    func basic() throws {
        let body = try Fixture("logs_basic").body("both timestamps")
        let decoding = Decoding([body], .unknown)
        #expect(decoding.error == nil)
        #expect(decoding.texts == (1...5).flatMap { ["out\($0)", "err\($0)"] })
        #expect(decoding.lines.map(\.stream) == (1...5).flatMap { _ in [StandardStream.stdout, .stderr] })
        #expect(decoding.lines.first?.timestamp == RFC3339.parse("2026-11-23T11:16:25.872824093Z"))
        let times = decoding.lines.compactMap(\.timestamp)
        #expect(times.count == 10)
        #expect(times == times.sorted())
    }

    @Test("without timestamps the same lines come", arguments: ["both", "follow=1 exited", "tail=all", "since=0"])
    func basicPlain(name: String) throws {
        let body = try Fixture("logs_basic").body(name)
        let hasTimestamps = body.count > 200
        let decoding = Decoding([body], .multiplexed, hasTimestamps: hasTimestamps)
        #expect(decoding.texts == (1...5).flatMap { ["out\($0)", "err\($0)"] })
    }

    @Test("every captured body gives the frames that were noted with it", arguments: ["logs_basic", "logs_odd"])
    func frames(file: String) throws {
        let fixture = try Fixture(file)
        var checked = 0
        for (name, capture) in fixture.root.members {
            guard capture["status"]?.integer == 200, let frames = capture["frames"],
                let body = try? fixture.body(name)
            else { continue }
            var demultiplexer = StreamDemultiplexer()
            var index = 0
            var found: [String] = []
            while let piece = try demultiplexer.next(in: body, at: &index) {
                #expect(piece.isFirst && piece.isLast)
                found.append("\(piece.kind.rawValue) \(piece.range.count)")
            }
            #expect(demultiplexer.isAtFrameBorder)
            let noted = frames.elements.map { "\($0["stream"]?.integer ?? 0) \($0["len"]?.integer ?? 0)" }
            #expect(found == noted, "\(name)")
            checked += 1
        }
        #expect(checked >= 5)
    }

    @Test("odd bytes come through as the engine kept them")
    func odd() throws {
        let fixture = try Fixture("logs_odd")
        let decoding = Decoding([try fixture.body("odd timestamps")], .unknown)
        #expect(
            decoding.texts == [
                "crlf\r", "", "", "tab\there", "nul\0nul", "bad\u{FFFD}\u{FFFD}utf8", "é", "\u{1B}[31mred\u{1B}[0m",
                "<&>\"\\", "\u{2028}ls", "cr\rcr", "halfline", "last no newline",
            ]
        )
        #expect(decoding.lines.filter { $0.isUnterminated }.count == 1)
        #expect(decoding.lines.last?.isUnterminated == true)
        let plain = Decoding([try fixture.body("odd plain")], .multiplexed, hasTimestamps: false)
        #expect(plain.texts == decoding.texts)
    }

    @Test("a TTY's log is read without frames")
    func tty() throws {
        let decoding = Decoding([try Fixture("logs_odd").body("tty timestamps")], .unknown)
        #expect(decoding.texts == ["one\r", "two\r", "no newlinex\r", "y"])
        #expect(decoding.lines.map(\.isUnterminated) == [false, false, false, true])
        #expect(decoding.lines.last?.timestamp == RFC3339.parse("2026-11-23T11:16:39.482988025Z"))
    }

    @Test("lines over 16 KiB are joined, whatever the last part's length", arguments: [16_383, 16_384, 16_385, 40_000])
    func long(count: Int) throws {
        // The capture notes each part's length, beginning and end; all between is zeros.
        let frames = try #require(try Fixture("logs_odd").capture("long \(count) ts")["frames"]).elements
        var bytes: [UInt8] = []
        for frame in frames {
            let length = Int(try #require(frame["len"]?.integer))
            var payload = Array((frame["data"] ?? frame["head"])?.stringBytes ?? [])
            let tail = frame["tail"]?.stringBytes ?? []
            payload += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, length - payload.count - tail.count))
            payload += tail
            #expect(payload.count == length)
            StreamFrame.append(.stdout, payload[...], to: &bytes)
        }
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.texts == [String(repeating: "0", count: count - 1) + "7", "after"])
        // Our own encoder cuts the line as the engine did.
        var written: [UInt8] = []
        for line in decoding.lines {
            LogEncoder(framing: .multiplexed).append(
                line.bytes,
                stream: line.stream,
                timestamp: try #require(line.timestamp),
                to: &written
            )
        }
        #expect(written == bytes)
    }

    @Test("unsynchronised streams are read as the engine sent them")
    func interleave() throws {
        let fixture = try Fixture("logs_odd")
        let decoding = Decoding([try fixture.body("interleave no sleep ts")], .unknown)
        let order = try #require(try fixture.capture("interleave order").string)
        #expect(decoding.texts.joined(separator: " ") == order)
        #expect(decoding.lines.allSatisfy { ($0.bytes.first == UInt8(ascii: "o")) == ($0.stream == .stdout) })
    }

    @Test("lines noted from live streams are whole, and have their times")
    func live() throws {
        let noted = try #require(try Fixture("logs_live").capture("after restart")["all lines"]).elements
        var bytes: [UInt8] = []
        for line in noted { StreamFrame.append(.stdout, try #require(line.stringBytes), to: &bytes) }
        let decoding = Decoding([bytes], .multiplexed)
        #expect(decoding.lines.count == noted.count)
        #expect(decoding.texts.contains("term"))
        #expect(decoding.lines.allSatisfy { $0.timestamp != nil && !$0.isUnterminated })
    }
}
