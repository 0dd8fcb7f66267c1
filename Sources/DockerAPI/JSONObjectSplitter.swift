// SPDX-License-Identifier: Apache-2.0

/// Finds the JSON objects in a stream of them, however its bytes were cut: `/events`, `/stats`.
///
/// Objects are told by their braces, not by reads, chunks or lines. White space and the record separators of JSON text
/// sequences (RFC 7464) between them are passed over. An object that lies whole in an array is not copied. Objects are
/// not checked beyond their braces, brackets and strings; who reads them does that.
public struct JSONObjectSplitter: Sendable {
    /// The longest object that is taken.
    ///
    /// A sample has 2 KiB, an event its container's labels and little else; a megabyte is more than any engine sends,
    /// and bounds what a stream of something else can make us hold.
    public static let maximumObject = 1 << 20

    /// The bytes of the object that began in an earlier array.
    private var held: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var failure: WireError?

    /// Makes a splitter that stands before an object.
    public init() {}

    /// Whether an object has begun and not ended: at the end of a stream, that it was cut.
    public var isInsideObject: Bool { depth > 0 }

    /// Reads bytes and appends the objects that end in them.
    ///
    /// - Throws: ``WireError`` when something else than an object begins, or one is over the bound; then, and at each
    ///   later call, with the objects before the fault in `objects`.
    public mutating func split(
        _ bytes: [UInt8],
        into objects: inout [ArraySlice<UInt8>]
    ) throws(WireError) {
        if let failure { throw failure }
        do throws(WireError) {
            try scan(bytes, into: &objects)
        } catch {
            failure = error
            held = []
            throw error
        }
    }

    private mutating func scan(_ bytes: [UInt8], into objects: inout [ArraySlice<UInt8>]) throws(WireError) {
        let span = bytes.span
        var start = 0
        var index = 0
        while index < span.count {
            let byte = span[index]
            index += 1
            if depth == 0 {
                guard try begins(byte) else { continue }
                depth = 1
                start = index - 1
            } else if isInString {
                passString(byte)
            } else {
                guard closes(byte) else { continue }
                try take(bytes, start..<index, into: &objects)
            }
        }
        guard depth > 0 else { return }
        try check(held.count + span.count - start)
        held.append(contentsOf: bytes[start...])
    }

    /// Whether a byte between objects begins one.
    private func begins(_ byte: UInt8) throws(WireError) -> Bool {
        switch byte {
        case UInt8(ascii: "{"): return true
        case 0x20, 0x09, 0x0A, 0x0D, 0x1E: return false
        default:
            throw WireError(what: "stream", reason: "holds the byte \(byte) where a JSON object should begin")
        }
    }

    private mutating func passString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }

    /// Whether a byte outside of strings closes the object.
    private mutating func closes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            return depth == 0
        default: break
        }
        return false
    }

    private mutating func take(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        into objects: inout [ArraySlice<UInt8>]
    ) throws(WireError) {
        try check(held.count + range.count)
        guard !held.isEmpty else { return objects.append(bytes[range]) }
        held.append(contentsOf: bytes[range])
        objects.append(held[...])
        held = []
    }

    private func check(_ count: Int) throws(WireError) {
        guard count <= Self.maximumObject else {
            throw WireError(
                what: "stream",
                reason: "holds an object of more than \(Self.maximumObject) bytes, the bound"
            )
        }
    }
}
