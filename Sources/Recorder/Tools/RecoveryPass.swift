// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Writes the readable lines of a recording into a new one.
struct RecoveryPass {
    /// The highest number of a line that is taken over: behind it there must be one for the gap that tells of a loss.
    private static let highestNumber = UInt64.max - 2

    private let header: RecordingHeader
    private var law: NumberLaw
    private var parser = LineParser()
    private var chunk = LineChunk()
    private var encoder: FrameEncoder
    private var output: [UInt8] = []
    private let target: NewFile
    /// Whether something was lost since the last line, and up to which number if that is known.
    private var isLossOpen = false
    private var lossEnd: UInt64 = 0
    private(set) var result: Recovery

    init(_ header: RecordingHeader, path: String, _ target: NewFile) throws(RecordingError) {
        self.header = header
        self.target = target
        law = NumberLaw(header)
        result = Recovery(path: path)
        do throws(ZstdError) {
            encoder = try FrameEncoder(header: header, now: 0, into: &output)
        } catch {
            throw .system("a frame cannot be compressed: \(error.description)")
        }
    }

    mutating func run(_ file: RecordingFile, _ progress: (Int, Int) -> Void) throws(RecordingError) {
        let reader = try RecordingReader(RecordingSet(file))
        while let batch = try reader.next() {
            for damage in reader.takeDamage() { note(damage, in: file) }
            try take(batch, in: file)
            progress(batch.frame, file.frameCount)
        }
        for damage in reader.takeDamage() { note(damage, in: file) }
        try end()
        progress(file.frameCount, file.frameCount)
    }

    // MARK: Lines

    private mutating func take(_ batch: LineBatch, in file: RecordingFile) throws(RecordingError) {
        var rest = batch.content
        while let end = LineBreak.next(in: rest) {
            let bytes = rest[..<end]
            rest = rest[(end + 1)...]
            let line: RecordingLine
            do throws(LineError) { line = try readable(bytes) } catch {
                note(batch.damage(of: bytes, because: error.description), in: file)
                continue
            }
            try write(line, bytes)
        }
    }

    /// Reads a line that may stand in its place.
    private mutating func readable(_ bytes: ArraySlice<UInt8>) throws(LineError) -> RecordingLine {
        guard UTF8Scan.isValid(bytes.span) else { throw LineError("it is not UTF-8") }
        let line = try parser.parse(bytes)
        guard line.number <= Self.highestNumber else { throw LineError("its number leaves none to what follows") }
        if let fault = law.fault(of: line) { throw LineError(fault) }
        return line
    }

    private mutating func write(_ line: RecordingLine, _ bytes: ArraySlice<UInt8>) throws(RecordingError) {
        let isSnapshot = if case .snapshot = line { true } else { false }
        if isLossOpen { try writeGap(upTo: isSnapshot ? line.number : line.number - 1, before: line.time) }
        law.take(line)
        switch line {
        case .observation(let observation):
            result.observations += 1
            append(observation)
        case .snapshot(let snapshot, let time):
            try flush()
            LineWriter.append(snapshot, time: time, to: &chunk.bytes)
            chunk.snapshot = LineChunk.SnapshotMark(number: snapshot.number, time: time)
        case .unknown:
            chunk.bytes += bytes
            chunk.bytes.append(0x0A)
        }
        if chunk.bytes.count >= FramePolicy.flushSize { try flush() }
    }

    private mutating func append(_ observation: Observation) {
        LineWriter.append(observation, to: &chunk.bytes)
        let kind = LineKind(observation.fact)
        chunk.summary.add(
            number: observation.number,
            time: observation.time,
            timestamp: observation.messageTime,
            kind: kind
        )
        switch kind {
        case .container, .mark, .incident: chunk.named.append(observation)
        default: break
        }
    }

    private mutating func flush() throws(RecordingError) {
        guard !chunk.isEmpty else { return }
        let full = chunk
        chunk = LineChunk()
        do throws(ZstdError) {
            _ = try encoder.append(full, now: 0, into: &output)
        } catch {
            throw .system("a frame cannot be compressed: \(error.description)")
        }
        try drain()
    }

    private mutating func drain() throws(RecordingError) {
        try target.append(output)
        output.removeAll(keepingCapacity: true)
    }

    // MARK: Losses

    private mutating func note(_ damage: Damage, in file: RecordingFile) {
        result.damageCount += 1
        if result.damage.count < Recovery.damageLimit { result.damage.append(damage) }
        guard damage.kind != .index else { return }
        result.hasLoss = true
        isLossOpen = true
        // A number that only the neighbours speak for may never have been.
        let isKnown = damage.kind == .frame && file.isComplete
        if isKnown, let numbers = damage.numbers {
            lossEnd = max(lossEnd, min(numbers.upperBound, Self.highestNumber))
        }
    }

    /// Writes the gap that stands for all numbers up to one, if there are any.
    private mutating func writeGap(upTo number: UInt64, before time: Timestamp?) throws(RecordingError) {
        isLossOpen = false
        guard number > law.last else { return }
        let missing = number - law.last
        // The gap that told of an earlier hole may be among what was lost.
        let (lost, overflow) = missing.addingReportingOverflow(law.unaccounted)
        try write(gap: header.cut == nil && !overflow ? lost : nil, number: number, before: time)
    }

    private mutating func write(
        gap lost: UInt64?,
        number: UInt64,
        before next: Timestamp?
    ) throws(RecordingError) {
        let from = law.lastTime
        let count = lost.map { $0 == 1 ? "One observation is" : "\($0) observations are" } ?? "Observations are"
        let gap = Gap(
            scope: .recorder,
            reason: .damaged,
            from: from,
            to: next,
            lost: lost,
            message: "\(count) lost: the recording was damaged there."
        )
        // It stands for the last lost number, right before what comes next: a snapshot as of it has the same time.
        let time = next ?? from ?? header.created
        let observation = Observation(number: number, time: time, fact: .gap(gap))
        law.take(.observation(observation))
        append(observation)
    }

    private mutating func end() throws(RecordingError) {
        if isLossOpen { try writeGap(upTo: lossEnd, before: nil) }
        if law.unaccounted > 0, law.last < .max {
            // The gap that told of a hole was lost, and nothing follows: the next number tells of it.
            try write(gap: law.unaccounted, number: law.last + 1, before: nil)
        }
        try flush()
        do throws(ZstdError) {
            try encoder.finish(now: 0, into: &output)
        } catch {
            throw .system("a frame cannot be compressed: \(error.description)")
        }
        try drain()
    }
}
