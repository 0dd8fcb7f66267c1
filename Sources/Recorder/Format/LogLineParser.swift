// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Reads log lines in exactly the form that ``LineWriter`` gives them, in one pass and mostly by comparing words.
///
/// Behind the number everything up to the text stands at a fixed place. Containers and seconds come again and again:
/// they are remembered in their text form, so that few digits are read. Whatever differs from the form is left to
/// ``LineParser``.
struct LogLineParser: Sendable {
    private var containers = ContainerCache()
    private var observed = SecondCache()
    private var written = SecondCache()
    private let form = LogLineForm()

    /// Reads a line without its newline; `nil` when it is no log line in the writer's form.
    mutating func parse(_ line: ArraySlice<UInt8>) -> Observation? {
        line.withUnsafeBytes { parse($0, start: line.startIndex, of: line) }
    }

    /// Reads a line without its newline, which begins at an index of `content`: the text becomes a slice of that.
    @inline(__always)
    mutating func parse(
        _ line: UnsafeRawBufferPointer,
        start: Int,
        of content: ArraySlice<UInt8>
    ) -> Observation? {
        guard let (number, base) = LogLineForm.number(line), let stream = form.match(line, at: base),
            // SAFETY: the form has matched, so that all of its places lie within the line.
            let observed = observed.time(line, at: base + LogLineForm.observed),
            let written = written.time(line, at: base + LogLineForm.written),
            let container = containers.container(line, at: base + LogLineForm.container),
            let text = LogLineText(line, at: base + LogLineForm.text)
        else { return nil }
        let range = (start + base + LogLineForm.text)..<(start + text.end)
        var bytes = content[range]
        if text.hasEscapes {
            var plain: [UInt8] = []
            plain.reserveCapacity(range.count)
            JSONEscape.appendUnescaped(bytes.span, to: &plain)
            bytes = plain[...]
        }
        let log = LogLine(
            container: container,
            timestamp: written,
            stream: stream,
            bytes: bytes,
            continues: text.continues,
            isUnterminated: text.isUnterminated
        )
        return Observation(number: number, time: observed, fact: .log(log))
    }
}

/// What stands around the numbers, times and the text of a log line: compared as words that may overlap.
private struct LogLineForm: Sendable {
    /// Where things stand, counted from behind the number.
    static let observed = 6
    static let container = 53
    static let written = 138
    static let text = 175
    private static let stream = 127
    /// The last word that is compared ends where the text begins.
    private static let lastWord = text - 8

    private let time = Self.word(#","t":""#)
    private let kind = (Self.word(#"Z","k":""#), Self.word(#"log","c""#), Self.word(#"g","c":""#))
    private let streamKey = (Self.word(#"","s":"s"#), Self.word(#"s":"std"#))
    private let timestamp = Self.word(#"","ts":""#)
    private let message = Self.word(#"Z","m":""#)

    /// Reads the number behind `{"n":` which has no leading zero.
    ///
    /// - Returns: The number, and where the comma behind it stands.
    @inline(__always)
    static func number(_ line: UnsafeRawBufferPointer) -> (number: UInt64, end: Int)? {
        // The shortest line is longer than this.
        guard line.count > text, line.loadUnaligned(as: UInt32.self) == 0x226E_227B, line[4] == UInt8(ascii: ":") else {
            return nil
        }
        var index = 5
        var value: UInt64 = 0
        // 19 digits always fit.
        while index < 24 {
            let digit = line[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            index &+= 1
        }
        guard index > 5, line[5] != UInt8(ascii: "0") || index == 6 else { return nil }
        return (value, index)
    }

    /// Compares a line with the form; `nil` when it differs.
    @inline(__always)
    func match(_ line: UnsafeRawBufferPointer, at base: Int) -> LogStream? {
        guard base + Self.text <= line.count else { return nil }
        // SAFETY: the last word ends at `base + text`, which lies within the line.
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: line.loadUnaligned(fromByteOffset: base + offset, as: UInt64.self))
        }
        // Six bytes, then the time's first two.
        var difference = (word(0) ^ time) & 0xFFFF_FFFF_FFFF
        difference |= word(35) ^ kind.0
        difference |= word(43) ^ kind.1
        difference |= word(45) ^ kind.2
        difference |= word(117) ^ streamKey.0
        // Seven bytes, then the stream's first.
        difference |= (word(120) ^ streamKey.1) & 0xFF_FFFF_FFFF_FFFF
        difference |= word(130) ^ timestamp
        difference |= word(Self.lastWord) ^ message
        guard difference == 0 else { return nil }
        switch word(Self.stream) & 0xFF_FFFF {
        case 0x74_756F: return .stdout
        case 0x72_7265: return .stderr
        default: return nil
        }
    }

    /// The first eight bytes of a text, or what there is of them, as a word.
    private static func word(_ text: StaticString) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<min(8, text.utf8CodeUnitCount) {
            word |= UInt64(text.utf8Start[offset]) << UInt64(8 * offset)
        }
        return word
    }
}

/// The text of a log line and the flags behind it.
private struct LogLineText {
    /// Where the closing quote stands.
    var end: Int
    var hasEscapes = false
    var continues = false
    var isUnterminated = false

    /// Passes over the text, its closing quote and the flags up to the line's end; `nil` where the text has what JSON
    /// forbids, or something else follows.
    @inline(__always)
    init?(_ line: UnsafeRawBufferPointer, at start: Int) {
        let bytes = line.assumingMemoryBound(to: UInt8.self)
        var index = JSONScan.plainRunEnd(bytes, from: start)
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard let next = Self.skipEscape(bytes, index) else { return nil }
            hasEscapes = true
            index = JSONScan.plainRunEnd(bytes, from: next)
        }
        end = index
        // Nearly every line ends with the text.
        if index + 2 == bytes.count, bytes[index + 1] == UInt8(ascii: "}") { return }
        var rest = UnsafeBufferPointer(rebasing: bytes[min(index + 1, bytes.count)...])
        continues = Self.take(#","more":true"#, &rest)
        isUnterminated = Self.take(#","p":true"#, &rest)
        guard rest.count == 1, rest[0] == UInt8(ascii: "}") else { return nil }
    }

    /// Passes over an escape; `nil` for what is none.
    private static func skipEscape(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            guard index + 6 <= bytes.count, bytes[(index + 2)..<(index + 6)].allSatisfy({ Hex.value(of: $0) != nil })
            else { return nil }
            return index + 6
        default: return nil
        }
    }

    private static func take(_ text: StaticString, _ rest: inout UnsafeBufferPointer<UInt8>) -> Bool {
        let count = text.utf8CodeUnitCount
        guard rest.count >= count else { return false }
        for offset in 0..<count where rest[offset] != text.utf8Start[offset] { return false }
        rest = UnsafeBufferPointer(rebasing: rest[count...])
        return true
    }
}
