// SPDX-License-Identifier: Apache-2.0

internal import CZstd

/// What the zstd library refused, in its own words.
public struct ZstdError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The library's name of the error.
    public let description: String

    init(_ code: Int) {
        description = String(cString: ZSTD_getErrorName(code))
    }

    init(description: String) {
        self.description = description
    }
}

/// Makes zstd frames (RFC 8878) with content checksums, one behind another.
final class ZstdCompressor {
    /// What to do with the bytes that the library still holds.
    enum Directive {
        /// Keep them for better compression.
        case `continue`
        /// Write them out as a block that a reader can decompress.
        case flush
        /// Write them out and end the frame.
        case end
    }

    private let context: OpaquePointer
    private let room = ZSTD_CStreamOutSize()

    /// Makes a compressor.
    ///
    /// - Parameter level: zstd's level; 1 is both smaller and faster than 3 on recordings.
    /// - Throws: What the library says, when there is no memory say.
    init(level: Int32 = 1) throws(ZstdError) {
        guard let context = ZSTD_createCCtx() else { throw ZstdError(description: "zstd has no memory") }
        self.context = context
        try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Compresses bytes and appends what the library gives out.
    func compress(
        _ bytes: ArraySlice<UInt8>,
        _ directive: Directive,
        into output: inout [UInt8]
    ) throws(ZstdError) {
        let mode =
            switch directive {
            case .continue: ZSTD_e_continue
            case .flush: ZSTD_e_flush
            case .end: ZSTD_e_end
            }
        var code = 0
        bytes.withUnsafeBytes { input in
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            repeat {
                code = step(&source, mode, into: &output)
            } while ZSTD_isError(code) == 0 && (directive == .continue ? source.pos < source.size : code != 0)
        }
        try Self.check(code)
    }

    /// Calls the library once, with room behind the output for whatever it gives.
    private func step(_ source: inout ZSTD_inBuffer, _ mode: ZSTD_EndDirective, into output: inout [UInt8]) -> Int {
        let start = output.count
        var code = 0
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { buffer in
            var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            code = ZSTD_compressStream2(context, &target, &source, mode)
            // SAFETY: the library has written `pos` bytes, at most the room's.
            if ZSTD_isError(code) == 0 {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<target.pos]))
            }
        }
        assert(output.count >= start)
        return code
    }

    private static func check(_ code: Int) throws(ZstdError) {
        if ZSTD_isError(code) != 0 { throw ZstdError(code) }
    }
}
