// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// A line of a container's log, or a piece of one over the limit.
public struct DecodedLine: Sendable, Hashable {
    /// The bytes up to the newline, which is left out; a carriage return before it stays.
    ///
    /// A slice of the array that was handed in where the line lies whole in it, which keeps that array alive.
    public var bytes: ArraySlice<UInt8>
    /// The engine's time of the line, of its first part where it has several (fact H6).
    ///
    /// `nil` only where the engine gave none for this line, nor for one before it on the same stream.
    public var timestamp: Timestamp?
    /// The stream that it was written to.
    public var stream: StandardStream
    /// Whether the line goes on in the stream's next `DecodedLine`: a piece of a line over the limit.
    public var continues: Bool
    /// Whether the line was left without a newline when its run ended.
    public var isUnterminated: Bool

    /// Makes a line.
    public init(
        bytes: ArraySlice<UInt8>,
        timestamp: Timestamp?,
        stream: StandardStream,
        continues: Bool = false,
        isUnterminated: Bool = false
    ) {
        self.bytes = bytes
        self.timestamp = timestamp
        self.stream = stream
        self.continues = continues
        self.isUnterminated = isUnterminated
    }
}

/// Makes lines of the bytes of a `logs` response with `timestamps=1`, however they were cut.
///
/// Lines that the engine cut into parts (fact H6) are joined, per stream. A line that lies whole in an array is not
/// copied. The same bytes give the same lines, whatever their cuts.
public struct LogDecoder: Sendable {
    /// How a response is framed.
    public enum Framing: Sendable, Hashable {
        /// In frames, for a container without a TTY.
        case multiplexed
        /// Not at all, for a container with a TTY.
        case raw
        /// One or the other: the first bytes decide.
        ///
        /// The response's content type does not tell before API 1.42 (fact H1); this is for when inspect's
        /// `Config.Tty` is not known either.
        case unknown
    }

    /// The longest line that is joined: sixteen of the engine's parts.
    public static let defaultMaximumLine = 256 << 10

    /// The longest text of the engine's own that is kept: it is a sentence.
    private static let maximumSystemError = 16 << 10

    private var framing: Framing
    private var demultiplexer = StreamDemultiplexer()
    private var stdout: LineAssembler
    private var stderr: LineAssembler
    /// The first bytes, while the framing is unknown.
    private var sniffed: [UInt8] = []
    private var systemErrorText: [UInt8] = []
    private var systemError: LogStreamError?
    private var failure: LogStreamError?

    /// Makes a decoder for one response.
    ///
    /// - Parameters:
    ///   - framing: How the response is framed.
    ///   - maximumLine: The longest line that is joined, in bytes; a longer one is given out in pieces. At least 64.
    ///   - hasTimestamps: Whether each message has a timestamp before it, as `timestamps=1` asks for.
    public init(
        framing: Framing,
        maximumLine: Int = LogDecoder.defaultMaximumLine,
        hasTimestamps: Bool = true
    ) {
        self.framing = framing
        stdout = LineAssembler(stream: .stdout, maximumLine: maximumLine, hasTimestamps: hasTimestamps)
        stderr = LineAssembler(stream: .stderr, maximumLine: maximumLine, hasTimestamps: hasTimestamps)
        if framing == .raw { stdout.marksParts = true }
    }

    /// Whether a begun line or frame is held, of which more has to come.
    public var isPending: Bool {
        !demultiplexer.isAtFrameBorder || stdout.isPending || stderr.isPending || !sniffed.isEmpty
    }

    /// The time of the oldest line that is held and has not ended, or `nil` when none is.
    ///
    /// A response that is asked for again after a cut must reach back to it.
    public var pendingTimestamp: Timestamp? {
        [stdout, stderr].compactMap { $0.isPending ? $0.lineTime : nil }.min()
    }

    /// Reads bytes and appends the lines that end in them.
    ///
    /// - Throws: ``LogStreamError/malformed(_:)``, now and at each later call, with the lines before the fault in
    ///   `lines`; ``LogStreamError/systemError(_:)`` after all of the bytes were read.
    public mutating func decode(_ bytes: [UInt8], into lines: inout [DecodedLine]) throws(LogStreamError) {
        if let failure { throw failure }
        switch framing {
        case .multiplexed:
            do throws(LogStreamError) {
                try decodeFrames(bytes, into: &lines)
            } catch {
                failure = error
                throw error
            }
        case .raw:
            stdout.take(bytes, bytes.indices, isFirst: false, isLast: false, into: &lines)
        case .unknown:
            guard let found = sniff(bytes) else { return }
            settle(found)
            let held = sniffed
            sniffed = []
            return try decode(held.isEmpty ? bytes : held + bytes, into: &lines)
        }
        if let systemError {
            self.systemError = nil
            throw systemError
        }
    }

    /// Appends the lines that the response ended in without a newline; the decoder is of no more use then.
    ///
    /// Not for a response that was cut: what is held then is the beginning of something that the engine sends again
    /// when it is asked.
    ///
    /// - Throws: ``LogStreamError/truncated`` when the response ended inside a frame, and then no line is appended.
    public mutating func finish(into lines: inout [DecodedLine]) throws(LogStreamError) {
        if let failure { throw failure }
        if framing == .unknown {
            let held = sniffed
            sniffed = []
            settle(.raw)
            try decode(held, into: &lines)
        }
        guard demultiplexer.isAtFrameBorder else { throw .truncated }
        if let out = stdout.lineTime, let error = stderr.lineTime, error < out {
            stderr.finish(into: &lines)
            stdout.finish(into: &lines)
        } else {
            stdout.finish(into: &lines)
            stderr.finish(into: &lines)
        }
    }

    private mutating func decodeFrames(
        _ bytes: [UInt8],
        into lines: inout [DecodedLine]
    ) throws(LogStreamError) {
        var index = 0
        while let piece = try demultiplexer.next(in: bytes, at: &index) {
            switch piece.kind {
            case .stdout, .stdin:
                stdout.take(bytes, piece.range, isFirst: piece.isFirst, isLast: piece.isLast, into: &lines)
            case .stderr:
                stderr.take(bytes, piece.range, isFirst: piece.isFirst, isLast: piece.isLast, into: &lines)
            case .systemError:
                takeSystemError(bytes[piece.range], isLast: piece.isLast)
            }
        }
    }

    private mutating func takeSystemError(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
        systemErrorText.append(contentsOf: bytes.prefix(Self.maximumSystemError - systemErrorText.count))
        guard isLast else { return }
        while systemErrorText.last == UInt8(ascii: "\n") { systemErrorText.removeLast() }
        // The first one says why; what may follow is its consequence.
        if systemError == nil { systemError = .systemError(String(decoding: systemErrorText, as: UTF8.self)) }
        systemErrorText = []
    }

    private mutating func settle(_ found: Framing) {
        framing = found
        stdout.marksParts = found == .raw
    }

    /// Tells the framing by the first bytes: a header's kind and three zeros, which no timestamp begins with.
    private mutating func sniff(_ bytes: [UInt8]) -> Framing? {
        var position = sniffed.count
        for byte in bytes {
            guard position == 0 ? byte <= StreamFrame.Kind.systemError.rawValue : byte == 0 else { return .raw }
            position += 1
            if position == 4 { return .multiplexed }
        }
        sniffed.append(contentsOf: bytes)
        return nil
    }
}
