// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a text that should be JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The offset of the byte at which reading stopped.
    public var offset: Int
    /// What was expected there.
    public var reason: String

    /// Makes an error at an offset.
    public init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    /// The error as a sentence's part: `expected a value at byte 12`.
    public var description: String { "\(reason) at byte \(offset)" }
}

/// Passing over JSON in bytes, strictly by RFC 8259, without allocating.
///
/// Each function takes the index of its construct's first byte and leaves it behind its last.
public enum JSONScan {
    /// The deepest nesting that is read.
    ///
    /// The engine's deepest answers have about ten levels; 64 leaves room and keeps recursion within any thread's stack.
    public static let maximumDepth = 64

    /// Passes over blanks, tabs and line ends.
    @inlinable
    public static func skipWhitespace(_ text: Span<UInt8>, _ index: inout Int) {
        while index < text.count {
            switch text[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    /// Passes over one value of any kind.
    public static func skipValue(
        _ text: Span<UInt8>,
        _ index: inout Int,
        depth: Int = 0
    ) throws(JSONError) {
        guard index < text.count else { throw JSONError(offset: index, reason: "expected a value") }
        switch text[index] {
        case UInt8(ascii: "{"):
            try skipContainer(text, &index, close: UInt8(ascii: "}"), isObject: true, depth: depth)
        case UInt8(ascii: "["):
            try skipContainer(text, &index, close: UInt8(ascii: "]"), isObject: false, depth: depth)
        case UInt8(ascii: "\""):
            _ = try skipString(text, &index)
        case UInt8(ascii: "t"):
            try skipLiteral(text, &index, "true")
        case UInt8(ascii: "f"):
            try skipLiteral(text, &index, "false")
        case UInt8(ascii: "n"):
            try skipLiteral(text, &index, "null")
        default:
            try skipNumber(text, &index)
        }
    }

    private static func skipContainer(
        _ text: Span<UInt8>,
        _ index: inout Int,
        close: UInt8,
        isObject: Bool,
        depth: Int
    ) throws(JSONError) {
        guard depth < maximumDepth else { throw JSONError(offset: index, reason: "nested too deeply") }
        index += 1
        skipWhitespace(text, &index)
        if index < text.count, text[index] == close {
            index += 1
            return
        }
        while true {
            if isObject { try skipKey(text, &index) }
            try skipValue(text, &index, depth: depth + 1)
            guard try skipSeparator(text, &index, close: close) else { return }
        }
    }

    /// Passes over a member's name and its colon, with the white space around them.
    ///
    /// - Returns: Whether the name holds an escape.
    @discardableResult
    public static func skipKey(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) -> Bool {
        let hasEscapes = try skipName(text, &index)
        try skipColon(text, &index)
        return hasEscapes
    }

    /// Passes over a member's name, without the colon.
    static func skipName(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: "\"") else {
            throw JSONError(offset: index, reason: "expected a member's name in quotes")
        }
        return try skipString(text, &index)
    }

    /// Passes over the colon behind a member's name, with the white space around it.
    static func skipColon(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) {
        skipWhitespace(text, &index)
        guard index < text.count, text[index] == UInt8(ascii: ":") else {
            throw JSONError(offset: index, reason: "expected a colon")
        }
        index += 1
        skipWhitespace(text, &index)
    }

    /// Passes over what follows a member or an element: a comma, or the closing bracket.
    ///
    /// - Returns: Whether another one follows.
    public static func skipSeparator(
        _ text: Span<UInt8>,
        _ index: inout Int,
        close: UInt8
    ) throws(JSONError) -> Bool {
        skipWhitespace(text, &index)
        guard index < text.count else { throw JSONError(offset: index, reason: "ended inside an object or array") }
        let byte = text[index]
        guard byte == UInt8(ascii: ",") || byte == close else {
            throw JSONError(offset: index, reason: "expected a comma or the closing bracket")
        }
        index += 1
        guard byte != close else { return false }
        skipWhitespace(text, &index)
        return true
    }

    /// Passes over a string with its quotes.
    ///
    /// - Returns: Whether it holds an escape. Bytes above 127 are not checked to be UTF-8.
    @inlinable
    public static func skipString(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) -> Bool {
        var hasEscapes = false
        index += 1
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return hasEscapes
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape(text, &index)
            } else if byte < 0x20 {
                throw JSONError(offset: index, reason: "found a control character inside a string")
            } else {
                index += 1
            }
        }
        throw JSONError(offset: index, reason: "ended inside a string")
    }

    /// The end of the run of bytes that stand for themselves inside a string: anything but a quote, a backslash and
    /// control characters.
    @inlinable
    public static func plainRunEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        runEnd(text, from: start, alsoAt: 0)
    }

    /// The end of such a run in which all bytes are ASCII too.
    @inlinable
    static func plainASCIIRunEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        runEnd(text, from: start, alsoAt: 0x80)
    }

    /// The end of a run, found 32 bytes at a time, then eight, then one.
    ///
    /// - Parameters:
    ///   - text: The bytes.
    ///   - start: Where the run begins.
    ///   - bit: A bit that no byte of the run has, 0 where all may have any.
    /// - Returns: The offset of the first byte that does not belong to the run, or the number of bytes.
    @inlinable
    @inline(__always)
    static func runEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int, alsoAt bit: UInt8) -> Int {
        var index = start
        let count = text.count
        guard let base = text.baseAddress else { return 0 }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        // A byte's high bit is set where it is below 0x20, a quote or a backslash, or has the bit; borrows may set wrong
        // ones above the lowest, which alone is used, and never where there is none.
        func marks(_ offset: Int) -> UInt64 {
            // SAFETY: the loops' conditions leave eight bytes from the offset; the load may be unaligned.
            let word = UInt64(littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let control = (word &- ones &* 0x20) & ~word
            let high = word & (ones &* UInt64(bit))
            return control | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | high
        }
        while index &+ 32 <= count {
            let all = marks(index) | marks(index &+ 8) | marks(index &+ 16) | marks(index &+ 24)
            guard all & highs == 0 else { break }
            index &+= 32
        }
        while index &+ 8 <= count {
            let mask = marks(index) & highs
            if mask != 0 { return index &+ mask.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte & bit != 0 { break }
            index &+= 1
        }
        return index
    }

    @usableFromInline
    static func skipEscape(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) {
        index += 1
        guard index < text.count else { throw JSONError(offset: index, reason: "ended inside a string") }
        switch text[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        case UInt8(ascii: "u"):
            index += 1
            for _ in 0..<4 {
                guard index < text.count, Hex.value(of: text[index]) != nil else {
                    throw JSONError(offset: index, reason: "expected four hexadecimal digits")
                }
                index += 1
            }
        default:
            throw JSONError(offset: index, reason: "found an unknown escape")
        }
    }

    private static func skipLiteral(
        _ text: Span<UInt8>,
        _ index: inout Int,
        _ literal: StaticString
    ) throws(JSONError) {
        let count = literal.utf8CodeUnitCount
        guard index + count <= text.count else { throw JSONError(offset: index, reason: "expected a value") }
        for offset in 0..<count where text[index + offset] != literal.utf8Start[offset] {
            throw JSONError(offset: index, reason: "expected a value")
        }
        index += count
    }

    /// Passes over a number.
    public static func skipNumber(_ text: Span<UInt8>, _ index: inout Int) throws(JSONError) {
        let start = index
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        let whole = skipDigits(text, &index)
        guard whole > 0 else { throw JSONError(offset: start, reason: "expected a value") }
        if whole > 1, text[index - whole] == UInt8(ascii: "0") {
            throw JSONError(offset: start, reason: "found a number with a leading zero")
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits(text, &index) > 0 else { throw JSONError(offset: index, reason: "expected a digit") }
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            guard skipDigits(text, &index) > 0 else { throw JSONError(offset: index, reason: "expected a digit") }
        }
    }

    private static func skipDigits(_ text: Span<UInt8>, _ index: inout Int) -> Int {
        let start = index
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        return index - start
    }
}
