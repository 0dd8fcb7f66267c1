// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// What a check of a recording found.
public struct VerificationReport: Sendable {
    /// How many problems are told apart; more are only counted.
    static let problemLimit = 1000

    /// The file.
    public var path: String
    /// Whether it has its index; one that was killed is good up to its last flushed block.
    public var isComplete: Bool
    /// What is wrong, each as a sentence.
    public internal(set) var problems: [String] = []
    /// How many problems there are, those beyond the list's bound too.
    public internal(set) var problemCount = 0
    /// What of the file cannot be read.
    public internal(set) var damage: [Damage] = []
    /// How many observations were read.
    public internal(set) var observations: UInt64 = 0
    /// The hash of the observations' lines (``ContentHash``).
    public internal(set) var contentHash: UInt64 = 0

    /// Whether nothing is wrong.
    public var isSound: Bool { problemCount == 0 }

    mutating func note(_ problem: String) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(problem) }
    }

    mutating func note(_ damage: [Damage]) {
        for damage in damage {
            note(damage.description)
            if self.damage.count < Self.problemLimit { self.damage.append(damage) }
        }
    }
}

/// Holds a recording to every law of its format: checksums, frames, index, seek table, lines, numbers and times.
public struct RecordingVerifier {
    private let file: RecordingFile
    private let set: RecordingSet
    private var report: VerificationReport
    private var law: NumberLaw
    private var parser = LineParser()
    private var hash = ContentHash()
    private var names = NameTable()
    private var isDamaged = false
    /// The frame whose lines are being read, and what they say so far.
    private var frame = FrameEntry()
    private var scratch: [UInt8] = []

    /// Checks one file, in memory that does not grow with it.
    ///
    /// - Parameters:
    ///   - path: The recording.
    ///   - progress: Is told now and then how many of the file's frames were read.
    /// - Returns: What was found.
    /// - Throws: ``RecordingError`` when the file cannot be opened as a recording.
    public static func verify(
        _ path: String,
        progress: (_ frames: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(RecordingError) -> VerificationReport {
        var verifier = RecordingVerifier(try RecordingFile.open(path))
        try verifier.run(progress)
        return verifier.report
    }

    private init(_ file: RecordingFile) {
        self.file = file
        set = RecordingSet(file)
        report = VerificationReport(path: file.path, isComplete: file.isComplete)
        law = NumberLaw(file.header)
    }

    private mutating func run(_ progress: (Int, Int) -> Void) throws(RecordingError) {
        let reader = try RecordingReader(set)
        let headerSize = try file.headerSize() ?? 0
        let walker = FrameWalker(source: file.source)
        var batch = try reader.next()
        for index in 0..<file.frameCount {
            let entry = try file.frame(index)
            frame = FrameEntry()
            frame.contentSize = UInt32(clamping: index == 0 ? headerSize : 0)
            var isFirstLine = true
            while let lines = batch, lines.frame == index {
                check(lines, &isFirstLine)
                batch = try reader.next()
            }
            let damage = reader.takeDamage()
            report.note(damage)
            isDamaged = isDamaged || !damage.isEmpty
            if entry.isExact {
                try compare(
                    entry,
                    with: walker,
                    isRead: !damage.contains { $0.bytes.overlaps(entry.offset..<entry.end) }
                )
            }
            progress(index + 1, file.frameCount)
        }
        report.note(reader.takeDamage())
        report.contentHash = hash.value
        for hole in law.holes {
            report.note("Numbers \(hole.lowerBound) to \(hole.upperBound) are missing, and no gap accounts for them.")
        }
        try checkIndex()
    }

    // MARK: Lines

    private mutating func check(_ batch: LineBatch, _ isFirstLine: inout Bool) {
        hash.update(batch)
        frame.contentSize &+= UInt32(clamping: batch.content.count)
        var rest = batch.content
        while let end = LineBreak.next(in: rest) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            do throws(LineError) {
                try check(line, isFirst: isFirstLine)
            } catch {
                report.note(batch.damage(of: line, because: error.description).description)
            }
            isFirstLine = false
        }
    }

    private mutating func check(_ bytes: ArraySlice<UInt8>, isFirst: Bool) throws(LineError) {
        guard UTF8Scan.isValid(bytes.span) else { throw LineError("it is not UTF-8") }
        let line = try parser.parse(bytes)
        if let fault = law.fault(of: line) { throw LineError(fault) }
        law.take(line)
        scratch.removeAll(keepingCapacity: true)
        switch line {
        case .observation(let observation):
            report.observations += 1
            LineWriter.append(observation, to: &scratch)
            frame.summary.add(
                number: observation.number,
                time: observation.time,
                timestamp: observation.messageTime,
                kind: LineKind(observation.fact)
            )
            names.note(observation)
        case .snapshot(let snapshot, let time):
            LineWriter.append(snapshot, time: time, to: &scratch)
            if isFirst { frame.opensWithSnapshot = true }
        case .unknown: return
        }
        guard scratch.dropLast().elementsEqual(bytes) else {
            throw LineError("it has not the form that the writer gives to what it says")
        }
    }

    // MARK: Index and seek table

    /// Compares what the index says of a frame with the frame.
    private mutating func compare(
        _ entry: FrameEntry,
        with walker: FrameWalker<FileSource>,
        isRead: Bool
    ) throws(RecordingError) {
        let place = "the frame at byte \(entry.offset)"
        guard isRead else { return }
        if case .frame(let shape) = try walker.step(at: entry.offset), shape.bytes == entry.offset..<entry.end {
            if !shape.hasChecksum { report.note("In \(place), there is no checksum.") }
        } else {
            report.note("The index's size of \(place) is wrong.")
        }
        frame.offset = entry.offset
        frame.compressedSize = entry.compressedSize
        let summary = (entry.summary, frame.summary)
        let pairs: [(String, Bool)] = [
            ("content size", entry.contentSize == frame.contentSize),
            ("first number", summary.0.firstNumber == summary.1.firstNumber),
            ("last number", summary.0.lastNumber == summary.1.lastNumber),
            ("first time", summary.0.firstTime == summary.1.firstTime),
            ("last time", summary.0.lastTime == summary.1.lastTime),
            ("least timestamp", summary.0.leastTimestamp == summary.1.leastTimestamp),
            ("greatest timestamp", summary.0.greatestTimestamp == summary.1.greatestTimestamp),
            ("counts", summary.0.counts == summary.1.counts),
            ("snapshot", entry.opensWithSnapshot == frame.opensWithSnapshot),
        ]
        for (name, isRight) in pairs where !isRight {
            report.note("What the index says of \(place) is wrong: its \(name).")
        }
    }

    private mutating func checkIndex() throws(RecordingError) {
        guard let index = file.storedIndex else { return }
        if !isDamaged, index.names != names { report.note("The index's names and marks are not those of the lines.") }
        let location: SeekTableLocation
        do throws(IndexFault) {
            guard let found = try SeekTableLocation.find(in: file.source) else {
                return report.note("There is no seek table at the file's end.")
            }
            location = found
        } catch {
            return report.note("The seek table cannot be used: \(error.reason).")
        }
        guard location.count == index.count + 1, index.bytes.upperBound == location.bytes.lowerBound else {
            return report.note("The seek table does not list the index's \(index.count) frames and the index.")
        }
        var offset = location.bytes.lowerBound + UInt64(SkippableFrame.headerSize)
        for number in 0...index.count {
            let bytes = try file.source.bytes(at: offset, count: SeekTable.entrySize)
            guard bytes.count == SeekTable.entrySize else { return report.note("The seek table is cut off.") }
            var expected = SeekTable.Entry(compressedSize: UInt32(clamping: index.bytes.count), contentSize: 0)
            if number < index.count {
                let entry = try file.frame(number)
                expected = SeekTable.Entry(compressedSize: entry.compressedSize, contentSize: entry.contentSize)
            }
            if SeekTable.entry(bytes[...]) != expected { report.note("The seek table's entry \(number) is wrong.") }
            offset += UInt64(SeekTable.entrySize)
        }
    }
}
