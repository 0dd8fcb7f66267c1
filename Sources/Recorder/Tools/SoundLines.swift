// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// The lines of a run's parts that can be read and may stand where they stand, in order.
final class SoundLines {
    /// A line.
    struct Line {
        var content: RecordingLine
        /// Its bytes without the newline.
        var bytes: ArraySlice<UInt8>
        /// Whether it is a line of a recording that was cut, whose snapshots say what was left out.
        var isOfCut: Bool
    }

    private let set: RecordingSet
    private let reader: RecordingReader
    /// The kinds that are wanted; of others, snapshots alone are parsed.
    private let kinds: Set<LineKind>
    private var parser = LineParser()
    private var law: NumberLaw
    private var batch: LineBatch?
    private var rest: ArraySlice<UInt8> = []
    private var isOfCut = false
    private var damage: [Damage] = []

    /// Reads from a frame on.
    init(_ set: RecordingSet, from frame: Int, kinds: Set<LineKind> = []) throws(RecordingError) {
        self.set = set
        self.kinds = kinds
        reader = try RecordingReader(set, from: frame)
        law = NumberLaw(behind: frame == 0 ? max(1, set.header.first) - 1 : 0)
    }

    /// The frame that is being read.
    var frame: Int { batch?.frame ?? 0 }

    /// Takes the damage that was passed since the last call.
    func takeDamage() -> [Damage] {
        defer { damage = [] }
        return reader.takeDamage() + damage
    }

    /// The next line; `nil` behind the last.
    func next() throws(RecordingError) -> Line? {
        while true {
            guard let end = LineBreak.next(in: rest) else {
                guard let batch = try reader.next() else { return nil }
                self.batch = batch
                rest = batch.content
                isOfCut = set.parts[set.location(of: batch.frame).part].header.cut != nil
                continue
            }
            let bytes = rest[..<end]
            rest = rest[(end + 1)...]
            guard isWanted(bytes) else { continue }
            do throws(LineError) {
                return Line(content: try read(bytes), bytes: bytes, isOfCut: isOfCut)
            } catch {
                if let batch { damage.append(batch.damage(of: bytes, because: error.description)) }
            }
        }
    }

    private func isWanted(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !kinds.isEmpty, let kind = LineHead(bytes)?.kind else { return true }
        return kind == .snapshot || kinds.contains(kind)
    }

    private func read(_ bytes: ArraySlice<UInt8>) throws(LineError) -> RecordingLine {
        guard UTF8Scan.isValid(bytes.span) else { throw LineError("it is not UTF-8") }
        let line = try parser.parse(bytes)
        if let fault = law.fault(of: line) { throw LineError(fault) }
        law.take(line)
        return line
    }
}
