// SPDX-License-Identifier: Apache-2.0

import Bytes
import Glibc
import ObserverModel

@testable import Recorder

/// A recording that tests make: its bytes, and what was put in.
struct TestRecording {
    /// The lines between two flushes.
    enum Ending {
        /// With index and seek table.
        case finished
        /// Everything flushed, but not ended.
        case killed
        /// As killed, with lines that were not flushed.
        case unflushed
    }

    static let header = RecordingHeader(
        projection: 1,
        run: "run-1",
        first: 1,
        created: Timestamp(seconds: 1_764_000_000),
        producer: "sentinell-observer 0.1.0",
        source: Array(#"{"mode":"live"}"#.utf8)
    )

    var bytes: [UInt8] = []
    var observations: [Observation] = []
    /// The observations that were flushed at the end, and in each ended frame.
    var entries: [FrameEntry] = []
    var flushed = 0

    /// Makes a recording of random observations: so many to a chunk, so many chunks to a frame, and a snapshot before each
    /// so-many-th chunk and the first one.
    init(
        seed: UInt64,
        count: Int,
        first: UInt64 = 1,
        run: String = "run-1",
        chunk: Int = 10,
        frame: Int = 3,
        snapshots: Int = 7,
        lineLength: Int = 300,
        snapshotSize: Int = 50,
        ending: Ending = .finished
    ) throws {
        var header = Self.header
        header.first = first
        header.run = run
        var source = RandomObservations(seed: seed, first: first)
        source.lineLength = lineLength
        var now: Int64 = 0
        var encoder = try FrameEncoder(header: header, now: now, into: &bytes)
        var builder = ChunkBuilder()
        var chunks = 0
        while observations.count < count {
            if chunks % snapshots == 0 {
                _ = builder.append(source.snapshot(size: snapshotSize), time: source.lastTime)
            }
            let batch = source.batch(min(chunk, count - observations.count))
            observations += batch
            for observation in batch { builder.append(observation) }
            _ = try encoder.append(builder.take(), now: now, into: &bytes)
            chunks += 1
            // Everything is flushed, and every so often a frame ends by its age.
            if ending == .unflushed, observations.count == count { break }
            now += FramePolicy.flushInterval
            if chunks % frame == 0 { now += FramePolicy.ageLimit }
            _ = try encoder.tick(now: now, into: &bytes)
            flushed = observations.count
        }
        if ending == .finished {
            try encoder.finish(now: now, into: &bytes)
            flushed = count
        }
        entries = encoder.entries
    }

    /// The observations' lines with their newlines, as the writer makes them.
    var lines: [[UInt8]] { Self.lines(observations) }

    static func lines(_ observations: some Sequence<Observation>) -> [[UInt8]] {
        observations.map {
            var line: [UInt8] = []
            LineWriter.append($0, to: &line)
            return line
        }
    }
}

/// A folder of a test's own, which goes with it.
final class TestFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/recorder-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFault("no folder can be made") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes a file, over what is there.
    @discardableResult
    func write(_ bytes: some Collection<UInt8>, as name: String = "a.zst") throws -> String {
        let path = "\(path)/\(name)"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw TestFault("\(path) cannot be written") }
        defer { close(file) }
        let array = Array(bytes)
        guard array.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == array.count else {
            throw TestFault("\(path) cannot be written")
        }
        return path
    }

    func read(_ name: String) throws -> [UInt8] {
        let source = try FileSource(path: "\(path)/\(name)")
        return try source.bytes(at: 0, count: Int(source.size))
    }
}

struct TestFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// What a reader hands out.
struct Readout {
    var lines: [RecordingLine] = []
    var damage: [Damage] = []
    var content: [UInt8] = []

    init(_ set: RecordingSet, from frame: Int = 0) throws {
        let reader = try RecordingReader(set, from: frame)
        var parser = LineParser()
        while let batch = try reader.next() {
            content += batch.content
            batch.parse(with: &parser, into: &lines, damage: &damage)
        }
        damage += reader.takeDamage()
    }

    var observations: [Observation] {
        lines.compactMap { if case .observation(let observation) = $0 { observation } else { nil } }
    }

    var numbers: [UInt64] { observations.map(\.number) }
}
