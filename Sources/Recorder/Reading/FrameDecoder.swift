// SPDX-License-Identifier: Apache-2.0

/// Why a frame's content cannot be had, as a sentence's part.
struct FrameFault: Error, Hashable {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// Reads the content of frames: at once where it is small, else piece by piece.
///
/// Content at once was checked against its checksum; of pieces, that is known behind the last one only.
final class FrameDecoder {
    /// The content that is held in memory at once: eight times what a frame ends at, which is exceeded by long lines.
    static let wholeLimit = 8 << 20
    /// How a frame is read in pieces.
    enum Pace {
        /// As fast as can be.
        case full
        /// For the first line alone.
        case brief
        /// For what comes out before a fault: zstd gives nothing of the bytes that it is given together with one.
        case careful

        /// How many compressed bytes are read at once; zstd asks for a block.
        var inputSize: Int {
            switch self {
            case .full: 128 << 10
            case .brief: 8 << 10
            case .careful: 64
            }
        }

        /// How many bytes a piece has at most.
        var pieceSize: Int { self == .full ? 128 << 10 : 8 << 10 }
    }

    private let zstd: ZstdDecompressor
    private let source: any ByteSource

    /// Makes a decoder of a file's frames.
    init(_ source: any ByteSource) throws(RecordingError) {
        self.source = source
        do throws(ZstdError) { zstd = try ZstdDecompressor() } catch {
            throw .system("a frame cannot be decompressed: \(error.description)")
        }
    }

    // MARK: At once

    /// Reads a whole frame's content.
    ///
    /// - Parameters:
    ///   - bytes: Where the frame is.
    ///   - expected: The content's size as the index has it, 0 where it is not known.
    /// - Returns: The content; `nil` where it may be more than ``wholeLimit``.
    /// - Throws: ``FrameFault`` when it cannot be read, or its checksum is wrong.
    func content(of bytes: Range<UInt64>, expected: UInt32) throws(FrameFault) -> [UInt8]? {
        guard expected <= Self.wholeLimit, bytes.count <= Self.wholeLimit else { return nil }
        let frame = try read(bytes)
        if expected > 0 {
            // A frame that does not fit says that the index is wrong, not that the frame is.
            if let content = try? decompress(frame, capacity: Int(expected)) { return content }
        }
        let bound = try Self.contentBound(of: frame)
        guard bound <= Self.wholeLimit else { return nil }
        return try decompress(frame, capacity: bound)
    }

    private func read(_ bytes: Range<UInt64>) throws(FrameFault) -> [UInt8] {
        let frame: [UInt8]
        do throws(RecordingError) {
            frame = try source.bytes(at: bytes.lowerBound, count: bytes.count)
        } catch {
            throw FrameFault(error.description)
        }
        guard frame.count == bytes.count else { throw FrameFault("the file ends within it") }
        return frame
    }

    private func decompress(_ frame: [UInt8], capacity: Int) throws(FrameFault) -> [UInt8] {
        var fault: ZstdError?
        let content = [UInt8](unsafeUninitializedCapacity: capacity) { room, count in
            frame.withUnsafeBytes { input in
                do throws(ZstdError) {
                    count = try zstd.decompress(input, into: UnsafeMutableRawBufferPointer(room))
                } catch {
                    fault = error
                }
            }
        }
        if let fault { throw FrameFault(Self.sentence(fault)) }
        return content
    }

    /// The most that a frame can hold, from its blocks.
    private static func contentBound(of frame: [UInt8]) throws(FrameFault) -> Int {
        let walker = FrameWalker(source: ByteArraySource(bytes: frame))
        do throws(RecordingError) {
            switch try walker.step(at: 0) {
            case .frame(let shape): return shape.blocks * FrameHeader.largestBlock
            case .torn: break
            case .damaged(let reason, _): throw RecordingError.system(reason)
            }
        } catch {
            throw FrameFault(error.description)
        }
        throw FrameFault("it is cut off")
    }

    static func sentence(_ error: ZstdError) -> String {
        "zstd says \"\(error.description)\""
    }

    // MARK: Piece by piece

    private var input: [UInt8] = []
    private var used = 0
    private var rest: Range<UInt64> = 0..<0
    private var pace = Pace.full
    /// Whether the frame that was begun has ended, its checksum being right.
    private(set) var hasEnded = false

    /// Begins to read a frame in pieces.
    ///
    /// - Parameters:
    ///   - bytes: Where the frame is; for a torn one, up to where it can be read.
    ///   - pace: How it is read.
    func begin(_ bytes: Range<UInt64>, _ pace: Pace = .full) {
        zstd.reset()
        self.pace = pace
        input = []
        used = 0
        rest = bytes
        hasEnded = false
    }

    /// Appends the next piece of the content.
    ///
    /// - Returns: Whether there was one; if not, ``hasEnded`` says whether the frame was whole.
    func append(to content: inout [UInt8]) throws(FrameFault) -> Bool {
        var piece = 0
        while piece == 0, !hasEnded {
            if used == input.count, !rest.isEmpty {
                let count = min(rest.count, pace.inputSize)
                input = try read(rest.lowerBound..<(rest.lowerBound + UInt64(count)))
                rest = (rest.lowerBound + UInt64(count))..<rest.upperBound
                used = 0
            }
            let isLastInput = used == input.count
            let step = try step(into: &content)
            used += step.read
            piece = step.written
            hasEnded = step.hasEnded
            if isLastInput, piece == 0, !hasEnded { return false }
        }
        if hasEnded, used < input.count || !rest.isEmpty { throw FrameFault("it ends before its place does") }
        return piece > 0
    }

    private func step(
        into content: inout [UInt8]
    ) throws(FrameFault) -> (read: Int, written: Int, hasEnded: Bool) {
        var result = (read: 0, written: 0, hasEnded: false)
        var fault: ZstdError?
        withUnsafeTemporaryAllocation(byteCount: pace.pieceSize, alignment: 16) { room in
            input.withUnsafeBytes { bytes in
                do throws(ZstdError) {
                    result = try zstd.step(UnsafeRawBufferPointer(rebasing: bytes[used...]), into: room)
                    // SAFETY: the library has written so many bytes.
                    content.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<result.written]))
                } catch {
                    fault = error
                }
            }
        }
        if let fault { throw FrameFault(Self.sentence(fault)) }
        return result
    }
}
