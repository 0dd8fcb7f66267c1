// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Whole lines of one frame, observations and snapshots; their bytes are shared with what is parsed out of them.
public struct LineBatch: Sendable {
    /// The lines, each with its newline.
    public let content: ArraySlice<UInt8>
    /// The frame that they stand in, among all of the reader's frames.
    public let frame: Int
    /// The file's path.
    public let path: String
    /// Where the frame is in the file.
    let place: Range<UInt64>

    /// Calls a closure with each line, without its newline.
    public func forEachLine<Failure: Error>(_ body: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure) {
        var rest = content
        while let end = LineBreak.next(in: rest) {
            try body(rest[..<end])
            rest = rest[(end + 1)...]
        }
    }

    /// Reads the lines.
    ///
    /// - Parameters:
    ///   - parser: Remembers what lines have in common: one for all of a reader's batches is fastest.
    ///   - lines: The lines are appended; snapshots and unknown kinds too.
    ///   - damage: A line that cannot be read is passed over, and appended here.
    public func parse(with parser: inout LineParser, into lines: inout [RecordingLine], damage: inout [Damage]) {
        parse(with: &parser, into: &lines, damage: &damage) {
            $1.append(.observation($0))
        } other: {
            $1.append($0)
        }
    }

    /// Reads the lines and hands over each; see ``parse(with:into:damage:)``.
    ///
    /// Log lines, of which there are many, are handed over by themselves: moved, not copied.
    @inline(__always)
    func parse<Result>(
        with parser: inout LineParser,
        into result: inout Result,
        damage: inout [Damage],
        log: (consuming Observation, inout Result) -> Void,
        other: (consuming RecordingLine, inout Result) -> Void
    ) {
        content.withUnsafeBytes { bytes in
            var start = 0
            // SAFETY: `start <= end < count` holds by the search.
            while let end = LineBreak.next(in: bytes, from: start) {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                let place = content.startIndex + start
                start = end + 1
                if let observation = parser.parseLog(line, start: place, of: content) {
                    log(observation, &result)
                    continue
                }
                let slice = content[place..<(place + line.count)]
                do throws(LineError) {
                    other(try parser.parse(slice), &result)
                } catch {
                    damage.append(self.damage(of: slice, because: error.description))
                }
            }
        }
    }

    /// The damage that a line is.
    func damage(of line: ArraySlice<UInt8>, because reason: String) -> Damage {
        let head = LineHead(line)
        let number = head.map { "the line of number \($0.number)" } ?? "a line of \(line.count) bytes"
        let lost = head.flatMap { $0.kind == .snapshot ? nil : Damage.numbers(from: $0.number, to: $0.number) }
        let message = "In the frame at byte \(place.lowerBound), \(number) cannot be read: \(reason)."
        return Damage(kind: .line, path: path, bytes: place, numbers: lost, message: message)
    }
}
