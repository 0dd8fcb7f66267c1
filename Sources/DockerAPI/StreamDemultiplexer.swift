// SPDX-License-Identifier: Apache-2.0

/// Takes a multiplexed stream apart, however its bytes were cut; copies nothing.
public struct StreamDemultiplexer: Sendable {
    /// A payload, or the part of one that lies in one array.
    public struct Piece: Sendable, Hashable {
        /// What the payload is.
        public var kind: StreamFrame.Kind
        /// Where the bytes lie in the array that was handed in.
        public var range: Range<Int>
        /// Whether the payload begins here.
        public var isFirst: Bool
        /// Whether the payload ends here.
        public var isLast: Bool
    }

    /// The header's bytes that came so far, the first highest.
    private var header: UInt64 = 0
    private var headerCount = 0
    /// The bytes of the payload that are still to come; `nil` while the header is incomplete.
    private var left: Int?
    private var isAtPayloadStart = false
    private var kind = StreamFrame.Kind.stdout

    /// Makes a demultiplexer that stands before a header.
    public init() {}

    /// Whether the last byte that was read ended a frame, or none was read.
    public var isAtFrameBorder: Bool { left == nil && headerCount == 0 }

    /// Reads on from `index`, which it moves behind what it returns.
    ///
    /// - Returns: The next piece, empty only for a payload without bytes; `nil` when all bytes are read.
    /// - Throws: ``LogStreamError/malformed(_:)``; then nothing behind can be read.
    public mutating func next(in bytes: [UInt8], at index: inout Int) throws(LogStreamError) -> Piece? {
        try next(in: bytes.span, at: &index)
    }

    @inline(__always)
    mutating func next(in bytes: Span<UInt8>, at index: inout Int) throws(LogStreamError) -> Piece? {
        if left == nil {
            guard try readHeader(bytes, &index) else { return nil }
        }
        guard let left else { return nil }
        let count = min(left, bytes.count - index)
        guard count > 0 || left == 0 else { return nil }
        let isFirst = isAtPayloadStart
        let isLast = count == left
        isAtPayloadStart = false
        self.left = isLast ? nil : left - count
        index += count
        return Piece(kind: kind, range: (index - count)..<index, isFirst: isFirst, isLast: isLast)
    }

    /// Reads a header, or as much of it as there is.
    ///
    /// - Returns: Whether the header is complete.
    @inline(__always)
    private mutating func readHeader(_ bytes: Span<UInt8>, _ index: inout Int) throws(LogStreamError) -> Bool {
        if headerCount == 0, bytes.count - index >= StreamFrame.headerLength {
            header = UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += StreamFrame.headerLength
        } else {
            while headerCount < StreamFrame.headerLength {
                guard index < bytes.count else { return false }
                header = header << 8 | UInt64(bytes[index])
                headerCount += 1
                index += 1
            }
            headerCount = 0
        }
        guard header & 0x00FF_FFFF_0000_0000 == 0, let kind = StreamFrame.Kind(rawValue: UInt8(header >> 56)) else {
            throw malformedHeader
        }
        let length = Int(header & 0xFFFF_FFFF)
        guard length <= StreamFrame.maximumLength else {
            throw .malformed("a frame of \(length) bytes is over the bound of \(StreamFrame.maximumLength)")
        }
        self.kind = kind
        left = length
        isAtPayloadStart = true
        return true
    }

    private var malformedHeader: LogStreamError {
        let text = String(header, radix: 16)
        return .malformed("0x\(String(repeating: "0", count: 16 - text.utf8.count))\(text) is no frame header")
    }
}
