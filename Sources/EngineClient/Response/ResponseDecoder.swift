// SPDX-License-Identifier: Apache-2.0

/// A decoder of one HTTP/1.1 response: a pure state machine that takes bytes in any split.
///
/// Feed it what arrives; the body's bytes are appended to an array of yours with the transfer coding taken off, and
/// ``head`` appears once the empty line has come. Interim responses (1xx) are skipped. After a fault the response is
/// beyond repair and the decoder takes nothing more.
public struct ResponseDecoder: Sendable {
    /// The longest head, in bytes.
    ///
    /// An engine's is below 1 KiB; proxies add cookies and policies, and 64 KiB is what they allow themselves at most.
    public static let maximumHeadLength = 64 * 1024

    /// The most interim responses before the real one; an engine sends none.
    static let maximumInterimResponses = 8

    private enum Body: Sendable {
        case none
        case length(Int)
        case chunked(ChunkedBody)
        case untilClose
    }

    private let expectsBody: Bool
    private var headBytes: [UInt8] = []
    private var interimResponses = 0
    private var body = Body.none
    private var fault: ResponseFault?

    /// The head, as soon as it is whole.
    public private(set) var head: ResponseHead?

    /// Whether the whole response has been read.
    public private(set) var isComplete = false

    /// How many bytes have come, of any kind.
    public private(set) var byteCount = 0

    /// Creates a decoder for the answer to one request.
    ///
    /// - Parameter isHeadRequest: Whether the request's method was HEAD, whose answers have no body.
    public init(isHeadRequest: Bool = false) {
        expectsBody = !isHeadRequest
    }

    /// How many chunks of a chunked body have begun: with an engine, the number of its writes.
    public var chunkCount: Int {
        if case .chunked(let chunks) = body { chunks.chunkCount } else { 0 }
    }

    /// Whether the connection can be used again: the response ended by its own framing and nobody said `close`.
    public var keepsConnection: Bool {
        isComplete && !lastsUntilClose && head?.keepsConnection == true
    }

    /// Whether the body's end is told by the connection's end alone.
    var lastsUntilClose: Bool {
        if case .untilClose = body { true } else { false }
    }

    /// Decodes bytes, and appends what they hold of the body to `output`.
    ///
    /// - Returns: How many bytes belonged to the response: all, unless it became complete before the last.
    /// - Throws: ``ResponseFault/malformed(_:)``; what was decoded before the fault is in `output`.
    public mutating func decode(_ input: RawSpan, into output: inout [UInt8]) throws(ResponseFault) -> Int {
        if let fault { throw fault }
        // SAFETY: the pointer is used inside the closure alone, and every access is within its count.
        let result: Result<Int, ResponseFault> = input.withUnsafeBytes { bytes in
            do throws(ResponseFault) {
                return .success(try decode(bytes, into: &output))
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = result { fault = error }
        return try result.get()
    }

    /// Says that the connection has ended.
    ///
    /// - Throws: ``ResponseFault/truncated(_:)`` unless the response is complete, or lasts until the connection's end.
    public mutating func finish() throws(ResponseFault) {
        if let fault { throw fault }
        guard !isComplete else { return }
        let missing: String
        switch body {
        case .none: missing = byteCount == 0 ? "any answer" : "the end of the head"
        case .length(let remaining): missing = "\(remaining) bytes of the body"
        case .chunked(let chunks): missing = chunks.shortfall
        case .untilClose:
            isComplete = true
            return
        }
        throw .truncated(missing)
    }

    private mutating func decode(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(ResponseFault) -> Int {
        byteCount += input.count
        var position = 0
        while head == nil, position < input.count {
            position = try readHead(input, from: position)
        }
        guard head != nil, !isComplete, position < input.count else { return position }
        return position + (try readBody(UnsafeRawBufferPointer(rebasing: input[position...]), into: &output))
    }

    /// Collects the head's bytes and reads it once the empty line has come.
    private mutating func readHead(_ input: UnsafeRawBufferPointer, from start: Int) throws(ResponseFault) -> Int {
        for position in start..<input.count {
            let byte = input[position]
            headBytes.append(byte)
            guard headBytes.count <= Self.maximumHeadLength else {
                throw .malformed("the response's head is longer than \(Self.maximumHeadLength) bytes")
            }
            guard byte == UInt8(ascii: "\n") else { continue }
            if headBytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                try acceptHead(ResponseHead(parsing: headBytes))
                headBytes = []
                return position + 1
            } else if !headBytes.suffix(2).elementsEqual("\r\n".utf8) {
                throw .malformed("a line of the response's head does not end with CR LF")
            } else if headBytes.count < 12 || !headBytes.starts(with: "HTTP/1.".utf8) {
                // Told at the first line, so that another protocol's greeting is not waited upon.
                throw .malformed("the answer does not begin with an HTTP/1.1 status line")
            }
        }
        return input.count
    }

    private mutating func acceptHead(_ head: ResponseHead) throws(ResponseFault) {
        if head.status == 101 { throw .malformed("the server switched protocols unasked") }
        if head.status < 200 {
            interimResponses += 1
            guard interimResponses <= Self.maximumInterimResponses else {
                throw .malformed("more than \(Self.maximumInterimResponses) interim responses")
            }
            return
        }
        self.head = head
        guard expectsBody, head.status != 204, head.status != 304 else {
            isComplete = true
            return
        }
        body = try Self.framing(of: head)
        if case .length(0) = body { isComplete = true }
    }

    /// How the body's end is told (RFC 9112 §6.3).
    private static func framing(of head: ResponseHead) throws(ResponseFault) -> Body {
        let codings = head.values(of: "Transfer-Encoding")
        let lengths = head.values(of: "Content-Length")
        if let coding = codings.first {
            guard codings.count == 1, equalsIgnoringCase(coding, "chunked"), head.minorVersion == 1 else {
                throw .malformed("the transfer coding \(codings) is not one that this client knows")
            }
            guard lengths.isEmpty else { throw .malformed("both a transfer coding and a Content-Length") }
            return .chunked(ChunkedBody())
        }
        guard let length = lengths.first else { return .untilClose }
        guard lengths.allSatisfy({ $0 == length }), !length.isEmpty,
            length.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(length)
        else { throw .malformed("the Content-Length \(lengths) is not one whole number") }
        return .length(count)
    }

    private mutating func readBody(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(ResponseFault) -> Int {
        switch body {
        case .none: return 0
        case .untilClose:
            output.append(contentsOf: input)
            return input.count
        case .length(let remaining):
            let count = min(remaining, input.count)
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[..<count]))
            body = .length(remaining - count)
            isComplete = count == remaining
            return count
        case .chunked(var chunks):
            // Stored back whatever happens, so that the shortfall is told right after a fault too.
            defer {
                isComplete = chunks.isComplete
                body = .chunked(chunks)
            }
            // The data is never longer than its coding: one reservation, and no check a chunk.
            var consumed = 0
            try output.append(addingCapacity: input.count) { (span) throws(ResponseFault) in
                consumed = try chunks.decode(input, into: &span)
            }
            return consumed
        }
    }
}
