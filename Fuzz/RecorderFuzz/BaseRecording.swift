// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel

@testable import Recorder

/// A sound recording with lines of every kind, which is then damaged.
struct BaseRecording: Sendable {
    /// The content of each frame, the header in the first.
    var frames: [[UInt8]] = []
    var bytes: [UInt8] = []
    var entries: [FrameEntry] = []
    /// The lines behind the header, without their newlines.
    var lines: [[UInt8]] = []
    var lineSet: Set<[UInt8]> = []
    /// The index's names and marks.
    var table = NameTable()

    /// Finished, killed in its last frame, and of one frame.
    static let small = [
        BaseRecording(count: 32, perFrame: 8), BaseRecording(count: 32, perFrame: 8, isFinished: false),
        BaseRecording(count: 12, perFrame: 100),
    ]
    /// With a frame that is read in pieces.
    static let large = BaseRecording(count: 12, perFrame: 4, snapshotSize: FrameDecoder.wholeLimit + 1000)

    /// The header with its newline.
    static let headerLine: [UInt8] = {
        let header = RecordingHeader(
            projection: 1,
            run: "run-1",
            first: 1,
            created: Timestamp(seconds: 1_764_000_000),
            producer: "sentinell-observer 0.1.0",
            source: Array(#"{"mode":"live"}"#.utf8)
        )
        var line: [UInt8] = []
        header.append(to: &line)
        return line
    }()

    init(count: Int, perFrame: Int, snapshotSize: Int = 20, isFinished: Bool = true) {
        var parser = LineParser()
        var content = Self.headerLine
        for number in 1...UInt64(count) {
            if (number - 1) % UInt64(perFrame) == 0 {
                if number > 1 { frames.append(content) }
                if number > 1 { content = [] }
                let state = #"{"filler":""# + String(repeating: "s", count: number == 1 ? 20 : snapshotSize) + #""}"#
                let snapshot = StateSnapshot(number: number - 1, projection: 1, json: Array(state.utf8))
                LineWriter.append(snapshot, time: Self.time(max(1, number - 1)), to: &content)
            }
            guard case .observation(let observation)? = LineTrial.read(&parser, Array(Self.text(number).utf8)[...])
            else { broken("an input to begin with can be read: \(Self.text(number))") }
            LineWriter.append(observation, to: &content)
        }
        frames.append(content)
        bytes = Self.encode(frames, isFinished: isFinished, &entries)
        lines = Self.lines(frames.flatMap { $0 }).dropFirst().map { Array($0) }
        lineSet = Set(lines)
        for line in lines {
            if case .observation(let observation)? = LineTrial.read(&parser, line[...]) { table.note(observation) }
        }
    }

    static func lines(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
        content.split(separator: 0x0A, omittingEmptySubsequences: true)
    }

    /// The JSON of the index's names and marks.
    var names: [UInt8] {
        var json: [UInt8] = []
        table.append(to: &json)
        return json
    }

    /// Makes frames of contents; the last one is flushed but not ended unless the recording is finished.
    static func encode(_ frames: [[UInt8]], isFinished: Bool, _ entries: inout [FrameEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        var names = NameTable()
        var parser = LineParser()
        do throws(ZstdError) {
            let zstd = try ZstdCompressor()
            for (index, content) in frames.enumerated() {
                var entry = summary(of: content, isFirst: index == 0, &parser, &names)
                entry.offset = UInt64(bytes.count)
                let half = content.count / 2
                try zstd.compress(content[..<half], .flush, into: &bytes)
                let isEnded = isFinished || index < frames.count - 1
                try zstd.compress(content[half...], isEnded ? .end : .flush, into: &bytes)
                entry.compressedSize = UInt32(UInt64(bytes.count) - entry.offset)
                entries.append(entry)
            }
        } catch { broken("content can be compressed: \(error)") }
        guard isFinished else { return bytes }
        return bytes + ending(entries, names)
    }

    /// The index and the seek table.
    static func ending(_ entries: [FrameEntry], _ names: NameTable) -> [UInt8] {
        let index = RecordingIndex.encode(entries, names: names)
        return index + seekTable(entries, indexSize: index.count)
    }

    static func seekTable(_ entries: [FrameEntry], indexSize: Int) -> [UInt8] {
        var table = entries.map { SeekTable.Entry(compressedSize: $0.compressedSize, contentSize: $0.contentSize) }
        table.append(SeekTable.Entry(compressedSize: UInt32(indexSize), contentSize: 0))
        return SeekTable.encode(table)
    }

    private static func summary(
        of content: [UInt8],
        isFirst: Bool,
        _ parser: inout LineParser,
        _ names: inout NameTable
    ) -> FrameEntry {
        var entry = FrameEntry()
        entry.contentSize = UInt32(content.count)
        for (index, line) in lines(content).dropFirst(isFirst ? 1 : 0).enumerated() {
            switch LineTrial.read(&parser, line) {
            case .observation(let observation)?:
                entry.summary.add(
                    number: observation.number,
                    time: observation.time,
                    timestamp: observation.messageTime,
                    kind: LineKind(observation.fact)
                )
                names.note(observation)
            case .snapshot?: entry.opensWithSnapshot = entry.opensWithSnapshot || index == 0
            case .unknown?, nil: break
            }
        }
        return entry
    }

    private static func time(_ number: UInt64) -> Timestamp {
        Timestamp(seconds: 1_764_000_000).advanced(byNanoseconds: Int64(number) * 400_000_007)
    }

    private static func text(_ number: UInt64) -> String {
        let id = String(repeating: number % 3 == 0 ? "0123456789abcdef" : "fedcba9876543210", count: 4)
        let start = #"{"n":\#(number),"t":"\#(time(number))","k":"#
        let log = #""log","c":"\#(id)","s":"\#(number % 2 == 0 ? "stdout" : "stderr")","ts":"\#(time(number))""#
        switch number % 16 {
        case 0: return start + #""event","c":"\#(id)","raw":{"Action":"die","time":1}}"#
        case 1: return start + #""stats","c":"\#(id)","raw":{"read":"2026-11-23T10:45:47.6Z"}}"#
        case 2: return start + #""container","c":"\#(id)","raw":{"Name":"/web-\#(number)"}}"#
        case 3: return start + #""engine","state":"connected","message":"m","version":{"Version":"1"}}"#
        case 4: return start + #""anomaly","object":{"score":1}}"#
        case 5: return start + #""mark","name":"deploy","text":"a mark"}"#
        case 6: return start + #""command","method":"POST","path":"/stop","body":"b","status":204}"#
        case 7: return start + #""settle","c":"\#(id)","die":1}"#
        case 8: return start + #""gap","scope":"container","c":"\#(id)","reason":"driver_unreadable","message":"m"}"#
        case 9: return start + #""incident","c":"\#(id)","trigger":"oom","file":"f","message":"m"}"#
        case 10: return start + log + #","b":"/w=="}"#
        case 11: return start + log + #","m":"a \u0001 \" é","more":true}"#
        case 12: return start + log + #","m":"","p":true}"#
        default: return start + log + #","m":"2026-11-23 INFO GET /orders/\#(number) 200"}"#
        }
    }
}
