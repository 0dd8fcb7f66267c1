// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// The parts of one run, as one sequence of frames.
public final class RecordingSet: FrameSequence {
    /// The files, in the order of their numbers.
    public let parts: [RecordingFile]
    /// Files of a directory that were passed over, with the reason.
    public let skipped: [String]
    /// What was found to be broken when the files were opened, and the numbers that are between two of them.
    public let damage: [Damage]
    /// The numbers that are missing before each part.
    let holes: [Damage?]
    /// The index of each part's first frame, and behind them the number of all frames.
    private let starts: [Int]

    /// Makes a set of one file.
    public convenience init(_ file: RecordingFile) {
        self.init(ordered: [file], skipped: [], holes: [nil])
    }

    /// Opens files, and of directories the recordings in them.
    ///
    /// - Throws: ``RecordingError/mismatch(_:)`` for files of different runs or with the same numbers, and what
    ///   ``RecordingFile/open(_:substitute:)`` throws.
    public convenience init(paths: [String]) throws(RecordingError) {
        var files: [RecordingFile] = []
        var skipped: [String] = []
        for path in paths {
            if let names = RecordingFolder.names(in: path) {
                files += try RecordingFolder.open(names, in: path, skipped: &skipped)
            } else {
                files.append(try RecordingFile.open(path))
            }
        }
        try self.init(files, skipped: skipped)
    }

    /// Puts files in order.
    ///
    /// - Throws: ``RecordingError/mismatch(_:)`` for files of different runs or with the same numbers.
    public convenience init(_ files: [RecordingFile], skipped: [String] = []) throws(RecordingError) {
        guard let one = files.first else { throw .notARecording("no file was given") }
        let parts = files.sorted { ($0.header.first, $0.lastNumber) < ($1.header.first, $1.lastNumber) }
        if let other = parts.first(where: { $0.header.run != one.header.run }) {
            throw .mismatch(
                "\(one.path) is of run \"\(one.header.run)\" and \(other.path) of run \"\(other.header.run)\": "
                    + "only parts of one run can be read together"
            )
        }
        var holes: [Damage?] = []
        var before: RecordingFile?
        for part in parts {
            holes.append(try before.flatMap { before throws(RecordingError) in try Self.hole(from: before, to: part) })
            if part.lastNumber > 0 { before = part }
        }
        self.init(ordered: parts, skipped: skipped, holes: holes)
    }

    private init(ordered parts: [RecordingFile], skipped: [String], holes: [Damage?]) {
        self.parts = parts
        self.skipped = skipped
        self.holes = holes
        starts = parts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.frameCount) }
        damage = zip(holes, parts).flatMap { hole, part in (hole.map { [$0] } ?? []) + part.damage }
    }

    private static func hole(from a: RecordingFile, to b: RecordingFile) throws(RecordingError) -> Damage? {
        guard b.header.first > a.lastNumber else {
            throw .mismatch(
                "\(a.path) goes up to number \(a.lastNumber) and \(b.path) begins at \(b.header.first): "
                    + "they hold the same observations"
            )
        }
        // A selection leaves out numbers on purpose.
        guard a.header.cut == nil, b.header.cut == nil,
            let numbers = Damage.numbers(from: a.lastNumber + 1, to: b.header.first - 1)
        else { return nil }
        let message = "Nothing between this file and \(a.path) before it was found."
        return Damage(kind: .hole, path: b.path, bytes: 0..<0, numbers: numbers, message: message)
    }

    /// The header of the first part.
    public var header: RecordingHeader { parts[0].header }

    /// Whether every part has its index.
    public var isComplete: Bool { parts.allSatisfy(\.isComplete) }

    /// The size of all parts in bytes.
    public var size: UInt64 { parts.reduce(0) { $0 &+ $1.size } }

    /// The last observation's number, and 0 if there is none.
    public var lastNumber: UInt64 { parts.last { $0.lastNumber > 0 }?.lastNumber ?? 0 }

    /// The last observation's time; if there is none, when the last part was begun.
    public var lastTime: Timestamp { (parts.last { $0.lastNumber > 0 } ?? parts[parts.count - 1]).lastTime }

    /// The containers and marks of all parts.
    public func names() throws(RecordingError) -> NameTable {
        var names = try parts[0].names()
        for part in parts.dropFirst() { names.add(try part.names()) }
        return names
    }

    /// How many frames there are.
    public var frameCount: Int { starts[parts.count] }

    /// What is known of a frame, from 0 on; its offset is that in its own file.
    public func frame(_ index: Int) throws(RecordingError) -> FrameEntry {
        let (part, frame) = location(of: index)
        return try parts[part].frame(frame)
    }

    /// Which part a frame is in, and its index there.
    public func location(of index: Int) -> (part: Int, frame: Int) {
        var (low, high) = (0, parts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= index { low = middle } else { high = middle }
        }
        return (low, index - starts[low])
    }
}
