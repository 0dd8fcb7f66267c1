// SPDX-License-Identifier: Apache-2.0

import Bytes
import CZstd
import ObserverModel

@testable import Recorder

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A folder for one test, removed with what is in it.
struct WritingFolder: ~Copyable {
    let path: String

    init() {
        var template = Array("/tmp/recorder-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The files in it, sorted by name.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func bytes(of name: String) -> [UInt8] {
        let file = open("\(path)/\(name)", O_RDONLY)
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &piece, piece.count)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    /// A file's lines, as far as zstd decompresses them.
    func lines(of name: String) -> [String] {
        let text = String(decoding: decompressed(bytes(of: name)), as: UTF8.self)
        return text.split(separator: "\n").map { String($0) }
    }
}

/// What zstd makes of frames, up to the first fault.
func decompressed(_ bytes: [UInt8]) -> [UInt8] {
    let context = ZSTD_createDCtx()
    defer { ZSTD_freeDCtx(context) }
    var result: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 17)
    bytes.withUnsafeBytes { input in
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            let count = room.withUnsafeMutableBytes { output in
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                let code = ZSTD_decompressStream(context, &target, &source)
                return ZSTD_isError(code) == 0 ? target.pos : 0
            }
            result += room[..<count]
            if count == 0, source.pos == source.size { return }
            if count == 0, source.pos < source.size { return }
        }
    }
    return result
}

/// A source of observations for tests: numbers and times as the pipeline gives them.
struct WritingSource {
    var number: UInt64 = 0
    var time = Timestamp(seconds: 1_795_433_138)
    let id = ContainerID(String(repeating: "ab", count: 32))!

    mutating func lines(_ count: Int, text: String = "GET /index.html 200") -> ObservationBatch {
        (0..<count).map { _ in
            number += 1
            time = time.advanced(byNanoseconds: 1_000_000)
            let bytes = Array("\(text) \(number)".utf8)
            let line = LogLine(container: id, timestamp: time, stream: .stdout, bytes: bytes[...])
            return Observation(number: number, time: time, fact: .log(line))
        }
    }

    /// The time of the observation with a number, counted from the first.
    func time(of number: UInt64) -> Timestamp {
        Timestamp(seconds: 1_795_433_138).advanced(byNanoseconds: Int64(number) * 1_000_000)
    }

    func snapshot() -> StateSnapshot {
        StateSnapshot(number: number, projection: 1, json: Array(#"{"n":\#(number)}"#.utf8))
    }
}

/// A recorder's core with its queue, driven by the test.
struct WritingBench {
    var source = WritingSource()
    var core: RecorderCore
    let queue: ChunkQueue
    var now: Int64 = 0

    init(
        _ path: String,
        rotation: RecorderOptions.Extent? = nil,
        keep: [RecorderOptions.Extent] = [],
        limit: Int = RecorderOptions.queueLimit
    ) {
        let options = RecorderOptions(
            place: RecordingPlace(path: path),
            rotation: rotation.map { [$0] } ?? [],
            keep: keep,
            run: "run-1",
            projection: 1,
            producer: "sentinell-observer 0.0.0",
            source: RecordedSource(mode: "live")
        )
        queue = ChunkQueue(initial: source.snapshot(), time: source.time, limit: limit) {}
        core = RecorderCore(options: options, queue: queue)
    }

    mutating func put(_ batch: ObservationBatch) {
        let source = source
        queue.put(batch) { source.snapshot() }
    }

    mutating func put(lines count: Int) { put(source.lines(count)) }

    /// Lets time pass and the core work.
    @discardableResult
    mutating func step(after duration: Duration = .zero) -> Bool {
        now += duration.wholeNanoseconds
        return core.step(now: now, wall: Timestamp(seconds: 1_795_433_138).advanced(byNanoseconds: now))
    }

    mutating func finish() {
        queue.close()
        step()
    }
}
