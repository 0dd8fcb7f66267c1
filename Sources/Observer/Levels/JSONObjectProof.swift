// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The proof, in one pass, that a range is one valid JSON object (RFC 8259) within the bounds of ``LineFields``.
///
/// On the way it learns whether the object can be copied as it is: without blanks between its parts, and all in UTF-8.
struct JSONObjectProof {
    private var hasBlanks = false
    private var isUTF8 = true

    /// Proves a range; `nil` when it is no such object.
    init?(_ line: Span<UInt8>, _ start: Int, _ end: Int) {
        guard start < end, line[start] == UInt8(ascii: "{") else { return nil }
        var index = start
        guard passContainer(line, &index, end, depth: 1), index == end else { return nil }
    }

    // MARK: Passing

    private mutating func passContainer(_ line: Span<UInt8>, _ index: inout Int, _ end: Int, depth: Int) -> Bool {
        guard depth <= LineFields.maximumDepth else { return false }
        let isObject = line[index] == UInt8(ascii: "{")
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        index += 1
        passBlanks(line, &index, end)
        if line.byte(index, before: end) == close {
            index += 1
            return true
        }
        var keys = 0
        while true {
            if isObject {
                keys += 1
                guard keys <= LineFields.maximumKeys, passKey(line, &index, end) else { return false }
            }
            guard passValue(line, &index, end, depth: depth) else { return false }
            passBlanks(line, &index, end)
            guard index < end else { return false }
            let byte = line[index]
            index += 1
            if byte == close { return true }
            guard byte == UInt8(ascii: ",") else { return false }
            passBlanks(line, &index, end)
        }
    }

    @inline(__always)
    private mutating func passKey(_ line: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        guard index < end, line[index] == UInt8(ascii: "\""), passString(line, &index, end) else { return false }
        passBlanks(line, &index, end)
        guard index < end, line[index] == UInt8(ascii: ":") else { return false }
        index += 1
        passBlanks(line, &index, end)
        return true
    }

    @inline(__always)
    private mutating func passValue(_ line: Span<UInt8>, _ index: inout Int, _ end: Int, depth: Int) -> Bool {
        guard index < end else { return false }
        switch line[index] {
        case UInt8(ascii: "\""):
            return passString(line, &index, end)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return passContainer(line, &index, end, depth: depth + 1)
        default:
            // Numbers and names: short, and read no further than their last byte.
            do {
                try JSONScan.skipValue(line, &index)
                return index <= end
            } catch {
                return false
            }
        }
    }

    /// Passes over a string, eight bytes at a time where nothing needs a look.
    private mutating func passString(_ line: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        index += 1
        while index < end {
            if index &+ 8 <= end {
                let skip = ByteMask.plainCount(line.word(at: index))
                index &+= skip
                if skip == 8 { continue }
            }
            let byte = line[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return true
            }
            if byte == UInt8(ascii: "\\") {
                guard Self.passEscape(line, &index, end) else { return false }
            } else if byte >= 0x80 {
                index += passCharacter(line, index)
            } else {
                guard byte >= 0x20 else { return false }
                index += 1
            }
        }
        return false
    }

    private static func passEscape(_ line: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        switch line.byte(index + 1, before: end) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
            return true
        case UInt8(ascii: "u"):
            for digit in (index + 2)..<(index + 6) where Hex.value(of: line.byte(digit, before: end)) == nil {
                return false
            }
            index += 6
            return true
        default:
            return false
        }
    }

    /// The length of the character at an index, 1 for a byte that is none.
    private mutating func passCharacter(_ line: Span<UInt8>, _ index: Int) -> Int {
        // SAFETY: the pointer does not leave the closure, and the scan checks its reads against the count.
        let length = line.withUnsafeBufferPointer { UTF8Scan.characterLength($0, at: index) }
        if length == 0 { isUTF8 = false }
        return max(length, 1)
    }

    @inline(__always)
    private mutating func passBlanks(_ line: Span<UInt8>, _ index: inout Int, _ end: Int) {
        while index < end, Self.isBlank(line[index]) {
            hasBlanks = true
            index += 1
        }
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    // MARK: Writing

    /// Appends the proven object without the blanks between its parts, and with U+FFFD for each byte that is not UTF-8.
    func append(_ line: Span<UInt8>, _ start: Int, _ end: Int, to bytes: inout [UInt8]) {
        // SAFETY: the pointer does not leave the closure, and every index into it lies between `start` and `end`.
        line.withUnsafeBufferPointer { text in
            guard hasBlanks || !isUTF8 else {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
                return
            }
            var index = start
            while index < end {
                if Self.isBlank(text[index]) {
                    index += 1
                    continue
                }
                let runStart = index
                if text[index] == UInt8(ascii: "\"") {
                    index = (line.closingQuote(index + 1, before: end) ?? end - 1) + 1
                    Self.appendString(UnsafeBufferPointer(rebasing: text[runStart..<index]), isUTF8: isUTF8, to: &bytes)
                    continue
                }
                while index < end, !Self.isBlank(text[index]), text[index] != UInt8(ascii: "\"") { index += 1 }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            }
        }
    }

    /// Appends a string with its quotes and escapes.
    private static func appendString(_ text: UnsafeBufferPointer<UInt8>, isUTF8: Bool, to bytes: inout [UInt8]) {
        guard !isUTF8 else {
            bytes.append(contentsOf: text)
            return
        }
        var index = 0
        while index < text.count {
            let length = UTF8Scan.characterLength(text, at: index)
            if length > 0 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<(index + length)]))
            } else {
                bytes.append(contentsOf: "\u{FFFD}".utf8)
            }
            index += max(length, 1)
        }
    }
}
