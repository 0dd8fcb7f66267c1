// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel

@testable import Recorder

/// A line: both ways of reading it agree, and what was read is written and read again.
enum LineTrial {
    /// Parsers that have seen lines.
    private static let remembering: (LogLineParser, LineParser) = {
        var (fast, parser) = (LogLineParser(), LineParser())
        for line in BaseRecording.small[0].lines {
            _ = fast.parse(line[...])
            _ = read(&parser, line[...])
        }
        return (fast, parser)
    }()

    static func run(_ bytes: ArraySlice<UInt8>) {
        // A newline cannot stand in a line.
        let line = Array(bytes.filter { $0 != 0x0A })[...]
        // Parsers remember what lines have in common: that of other lines must not lead them astray.
        var (fast, parser) = remembering
        let slow = read(&parser, line + [0x20])
        if let quick = fast.parse(line) {
            expect(written(.observation(quick)) == slow.flatMap(written), "a log line is read one way by both parsers")
        }
        let head = LineHead(line)
        _ = LineHead.isSnapshot(line)
        guard let read = read(&parser, line), let text = written(read) else { return }
        expect(text.last == 0x0A && text.dropLast().firstIndex(of: 0x0A) == nil, "a line is written as one line")
        guard let again = self.read(&parser, text.dropLast()) else { broken("what was written can be read") }
        expect(written(again) == text, "what was written is read as it was")
        // The head of a line in the writer's form says what the line says.
        if text.dropLast().elementsEqual(line) {
            guard let head else { broken("a line in the writer's form has a head") }
            expect(head.number == read.number && head.time == read.time, "a line's head says what the line says")
        }
    }

    static func read(_ parser: inout LineParser, _ line: ArraySlice<UInt8>) -> RecordingLine? {
        try? parser.parse(line)
    }

    static func written(_ line: RecordingLine) -> [UInt8]? {
        var bytes: [UInt8] = []
        switch line {
        case .observation(let observation): LineWriter.append(observation, to: &bytes)
        case .snapshot(let snapshot, let time): LineWriter.append(snapshot, time: time, to: &bytes)
        case .unknown: return nil
        }
        return bytes
    }
}

/// A header's line: what was read is written and read again.
enum HeaderTrial {
    static func run(_ bytes: ArraySlice<UInt8>) {
        let line = Array(bytes.filter { $0 != 0x0A })[...]
        guard let header = try? RecordingHeader(line: line) else { return }
        _ = header.mode
        var text: [UInt8] = []
        header.append(to: &text)
        expect((try? RecordingHeader(line: text.dropLast())) == header, "a header that was read is written as it was")
    }
}

/// The names and marks of an index.
enum NamesTrial {
    static func run(_ bytes: ArraySlice<UInt8>) {
        guard let names = NameTable(json: bytes) else { return }
        expect(names.containers.count <= NameTable.limit && names.marks.count <= NameTable.limit, "names are bounded")
        var text: [UInt8] = []
        names.append(to: &text)
        expect(NameTable(json: text[...]) == names, "names that were read are written as they were")
    }
}
