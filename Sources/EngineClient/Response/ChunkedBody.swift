// SPDX-License-Identifier: Apache-2.0

/// The decoder of the chunked transfer coding (RFC 9112 §7.1).
///
/// An engine sends one small chunk a log line, so this loop is the client's hottest.
struct ChunkedBody: Sendable {
    /// The longest line before a chunk's data, extensions included, in bytes.
    ///
    /// Go's own reader draws the line there too.
    static let maximumLineLength = 4096

    /// The most bytes of trailer fields, which an engine never sends and we skip.
    static let maximumTrailerLength = 16 * 1024

    private enum Phase: UInt8, Sendable {
        case size, chunkExtension, sizeLineFeed, data, dataReturn, dataLineFeed
        case trailerStart, trailer, trailerLineFeed, finalLineFeed, complete
    }

    private var phase = Phase.size
    /// While a size line is read the value so far, then the bytes of data still to come.
    private var remaining = 0
    /// The bytes of the size line, or of the trailers, so far.
    private var lineLength = 0

    /// How many chunks have begun, the last one included.
    private(set) var chunkCount = 0

    /// Whether the last chunk and the trailers have been read.
    var isComplete: Bool { phase == .complete }

    /// What was missing when the connection ended here.
    var shortfall: String {
        switch phase {
        case .data: "\(remaining) bytes of a chunk"
        case .dataReturn, .dataLineFeed: "the end of a chunk"
        default: "the terminating chunk"
        }
    }

    /// Decodes bytes until they are used up or the body is complete, and appends the data to the output.
    ///
    /// - Returns: How many bytes belonged to the body.
    mutating func decode(
        _ input: UnsafeRawBufferPointer,
        into output: inout OutputSpan<UInt8>
    ) throws(ResponseFault) -> Int {
        var position = 0
        while position < input.count, phase != .complete {
            if phase == .data {
                let count = min(remaining, input.count - position)
                append(input, position, count, to: &output)
                position += count
                remaining -= count
                if remaining == 0 { phase = .dataReturn }
            } else if phase == .size {
                try readSize(input, &position)
            } else {
                try step(input[position])
                position += 1
            }
        }
        return position
    }

    @inline(__always)
    private func append(
        _ input: UnsafeRawBufferPointer,
        _ position: Int,
        _ count: Int,
        to output: inout OutputSpan<UInt8>
    ) {
        // SAFETY: the span checks nothing here, so we do: never more than its free capacity is written, and as many
        // bytes are counted as initialized as were copied. The input's range was checked by the caller.
        output.withUnsafeMutableBufferPointer { buffer, initialized in
            precondition(count <= buffer.count - initialized)
            guard let target = buffer.baseAddress, let source = input.baseAddress else { return }
            UnsafeMutableRawPointer(target + initialized).copyMemory(from: source + position, byteCount: count)
            initialized += count
        }
    }

    /// Reads hexadecimal digits up to what ends them.
    private mutating func readSize(_ input: UnsafeRawBufferPointer, _ position: inout Int) throws(ResponseFault) {
        while position < input.count {
            let byte = input[position]
            position += 1
            let digit = Self.hexadecimal(byte)
            if digit < 16 {
                guard remaining <= Int.max >> 5 else { throw .malformed("a chunk's size is beyond all measure") }
                remaining = remaining << 4 | Int(digit)
                try countLineByte()
                continue
            }
            guard lineLength > 0 else { throw .malformed("a chunk has no size") }
            switch byte {
            case UInt8(ascii: "\r"): phase = .sizeLineFeed
            case UInt8(ascii: ";"), UInt8(ascii: " "), UInt8(ascii: "\t"): phase = .chunkExtension
            default: throw .malformed("a chunk's size is not a hexadecimal number")
            }
            return
        }
    }

    private mutating func step(_ byte: UInt8) throws(ResponseFault) {
        switch phase {
        case .chunkExtension:
            try countLineByte()
            if byte == UInt8(ascii: "\r") {
                phase = .sizeLineFeed
            } else if byte == UInt8(ascii: "\n") {
                throw .malformed("a chunk's size line does not end with CR LF")
            }
        case .sizeLineFeed:
            try expectLineFeed(byte)
            lineLength = 0
            chunkCount &+= 1
            phase = remaining > 0 ? .data : .trailerStart
        case .dataReturn:
            guard byte == UInt8(ascii: "\r") else { throw .malformed("a chunk is longer than it says") }
            phase = .dataLineFeed
        case .dataLineFeed:
            try expectLineFeed(byte)
            phase = .size
        case .trailerStart:
            phase = byte == UInt8(ascii: "\r") ? .finalLineFeed : .trailer
            try countTrailerByte(byte)
        case .trailer:
            if byte == UInt8(ascii: "\r") { phase = .trailerLineFeed }
            try countTrailerByte(byte)
        case .trailerLineFeed:
            try expectLineFeed(byte)
            phase = .trailerStart
        case .finalLineFeed:
            try expectLineFeed(byte)
            phase = .complete
        case .size, .data, .complete:
            break
        }
    }

    private func expectLineFeed(_ byte: UInt8) throws(ResponseFault) {
        guard byte == UInt8(ascii: "\n") else { throw .malformed("CR without LF in the chunked coding") }
    }

    private mutating func countLineByte() throws(ResponseFault) {
        lineLength += 1
        guard lineLength <= Self.maximumLineLength else {
            throw .malformed("a chunk's size line is longer than \(Self.maximumLineLength) bytes")
        }
    }

    private mutating func countTrailerByte(_ byte: UInt8) throws(ResponseFault) {
        guard byte != UInt8(ascii: "\n") else { throw .malformed("a trailer does not end with CR LF") }
        lineLength += 1
        guard lineLength <= Self.maximumTrailerLength else {
            throw .malformed("the trailers are longer than \(Self.maximumTrailerLength) bytes")
        }
    }

    /// The value of a hexadecimal digit, or 16 and above for anything else.
    @inline(__always)
    private static func hexadecimal(_ byte: UInt8) -> UInt8 {
        let decimal = byte &- 48
        if decimal < 10 { return decimal }
        let letter = (byte | 0x20) &- 97
        return letter < 6 ? letter + 10 : 16
    }
}
