// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// The beginning of a line, which tells its number, time and kind without the rest.
public struct LineHead: Sendable, Hashable {
    /// The number; a snapshot's is that of the last observation folded in.
    public var number: UInt64
    /// The time `t`.
    public var time: Timestamp
    /// The kind; `nil` for one that this code does not know.
    public var kind: LineKind?

    /// How many bytes of a line hold its head: the longest number and the longest kind have room.
    static let maximumSize = 96

    /// Reads the beginning of a line that has the writer's own form; `nil` for another one, or when the bytes end in it.
    public init?(_ line: ArraySlice<UInt8>) {
        let bytes = line.prefix(Self.maximumSize)
        let span = bytes.span
        var index = 0
        guard Self.take(#"{"n":"#, span, &index) else { return nil }
        let digits = index
        while index < span.count, span[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        guard let number = Decimal.parse(span.extracting(digits..<index)), Self.take(#","t":""#, span, &index),
            index + RFC3339.length <= span.count,
            let time = RFC3339.parse(span.extracting(index..<(index + RFC3339.length)))
        else { return nil }
        index += RFC3339.length
        guard Self.take(#"","k":""#, span, &index) else { return nil }
        let name = index
        while index < span.count, span[index] != UInt8(ascii: "\"") { index += 1 }
        guard index < span.count else { return nil }
        self.number = number
        self.time = time
        kind = LineKind.allCases.first { kind in
            var place = name
            return Self.take(kind.name, span, &place) && place == index
        }
    }

    /// Whether a line in the writer's own form is a snapshot's: the kind stands behind the number and 30 bytes of time.
    static func isSnapshot(_ line: ArraySlice<UInt8>) -> Bool {
        let span = line.span
        var index = 0
        guard take(#"{"n":"#, span, &index) else { return false }
        while index < span.count, span[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        index += RFC3339.length + 6
        return take(#"","k":"snapshot""#, span, &index)
    }

    private static func take(_ text: StaticString, _ bytes: Span<UInt8>, _ index: inout Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
        index += count
        return true
    }
}
