// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// The observations' lines of a recording one by one, snapshots left out.
final class ObservationCursor {
    /// A line.
    struct Line {
        var number: UInt64
        /// Its bytes without the newline.
        var bytes: ArraySlice<UInt8>
    }

    private let reader: RecordingReader
    private var parser = LineParser()
    private var batch: LineBatch?
    private var rest: ArraySlice<UInt8> = []
    private var lastNumber: UInt64 = 0
    private var damage: [Damage] = []

    init(_ set: RecordingSet) throws(RecordingError) {
        reader = try RecordingReader(set)
    }

    /// The frame that is being read.
    var frame: Int { batch?.frame ?? 0 }

    /// Takes the damage that was passed since the last call.
    func takeDamage() -> [Damage] {
        defer { damage = [] }
        return reader.takeDamage() + damage
    }

    /// The next observation's line; `nil` behind the last.
    func next() throws(RecordingError) -> Line? {
        while true {
            guard let end = LineBreak.next(in: rest) else {
                guard let batch = try reader.next() else { return nil }
                self.batch = batch
                rest = batch.content
                continue
            }
            let bytes = rest[..<end]
            rest = rest[(end + 1)...]
            do throws(LineError) {
                guard let number = try number(of: bytes) else { continue }
                guard number > lastNumber else { throw LineError("its number does not rise above \(lastNumber)") }
                lastNumber = number
                return Line(number: number, bytes: bytes)
            } catch {
                if let batch { damage.append(batch.damage(of: bytes, because: error.description)) }
            }
        }
    }

    /// The number of an observation; `nil` for a snapshot.
    private func number(of bytes: ArraySlice<UInt8>) throws(LineError) -> UInt64? {
        if let head = LineHead(bytes) { return head.kind == .snapshot ? nil : head.number }
        let line = try parser.parse(bytes)
        if case .snapshot = line { return nil }
        return line.number
    }

    /// A line in the writer's own form: two that say the same may be written differently.
    static func canonical(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var parser = LineParser()
        guard case .observation(let observation)? = try? parser.parse(bytes) else { return bytes }
        var line: [UInt8] = []
        LineWriter.append(observation, to: &line)
        return line.dropLast()
    }
}
