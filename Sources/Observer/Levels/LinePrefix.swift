// SPDX-License-Identifier: Apache-2.0

/// What others put before a program's own line: a byte order mark, a time, the stream, the service's name.
struct LinePrefix {
    /// Where the program's own line begins.
    private(set) var end: Int
    /// Whether a time stood before it.
    private(set) var hasTime = false

    /// The longest service name that Compose is taken to print before its bar.
    private static let maximumName = 80

    /// Finds the prefixes of the line in a range.
    @inline(__always)
    init(_ line: Span<UInt8>, _ start: Int, _ limit: Int) {
        end = start
        if line.has("\u{FEFF}", at: end, before: limit) { end += 3 }
        skipName(line, limit)
        skipTime(line, limit)
    }

    /// `2026-11-23T10:00:00.000000000Z `, as `docker logs -t` and the container runtimes of Kubernetes write it, the
    /// latter
    /// with the stream and `F` or `P` behind it.
    @inline(__always)
    private mutating func skipTime(_ line: Span<UInt8>, _ limit: Int) {
        guard limit - end > 20, line[end + 4] == UInt8(ascii: "-"), line[end + 10] == UInt8(ascii: "T"),
            line[end + 13] == UInt8(ascii: ":"), ByteKind.isDigit(line[end])
        else { return }
        var index = end + 16
        while index < limit, !ByteKind.isBlank(line[index]) {
            let byte = line[index]
            guard
                ByteKind.isDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "Z") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            else { return }
            index += 1
        }
        // Two blanks or a tab belong to a format of the program's own; a single one may.
        end = line.blanksEnd(index, before: limit)
        hasTime = true
        if line.has("stdout ", at: end, before: limit) || line.has("stderr ", at: end, before: limit) {
            let tag = line.byte(end + 7, before: limit)
            if (tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P")), line.byte(end + 8, before: limit) == 0x20 {
                end += 9
                hasTime = false
            }
        }
    }

    /// `web-1  | `, as `docker compose logs` writes it.
    @inline(__always)
    private mutating func skipName(_ line: Span<UInt8>, _ limit: Int) {
        guard end < limit, ByteKind.isLetter(line[end]) else { return }
        let nameEnd = line.tokenEnd(end, before: min(limit, end + Self.maximumName))
        guard line.byte(nameEnd, before: limit) == 0x20 else { return }
        let bar = line.blanksEnd(nameEnd, before: limit)
        guard line.byte(bar, before: limit) == UInt8(ascii: "|"), line.byte(bar + 1, before: limit) == 0x20,
            LevelWords.find(line, end, nameEnd) == nil
        else { return }
        end = bar + 2
    }
}
