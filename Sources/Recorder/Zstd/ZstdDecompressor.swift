// SPDX-License-Identifier: Apache-2.0

internal import CZstd

/// Decompresses zstd frames (RFC 8878), whole or piece by piece, and checks their content checksums.
final class ZstdDecompressor {
    /// The largest window that is given memory to, as a power of two: what the zstd tool takes without `--long`.
    private static let windowLog: Int32 = 27

    private let context: OpaquePointer

    /// Makes a decompressor.
    init() throws(ZstdError) {
        guard let context = ZSTD_createDCtx() else { throw ZstdError(description: "zstd has no memory") }
        self.context = context
        _ = try Self.check(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog))
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Forgets the frame that was begun.
    func reset() {
        // Resetting the session alone cannot fail.
        _ = ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    }

    /// Decompresses whole frames at once.
    ///
    /// - Returns: How many bytes were written.
    func decompress(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(ZstdError) -> Int {
        // SAFETY: the library stays within the two sizes.
        try Self.check(
            ZSTD_decompressDCtx(context, output.baseAddress, output.count, input.baseAddress, input.count)
        )
    }

    /// Decompresses as much as there is input and room for.
    ///
    /// - Returns: How many bytes were read and written, and whether the frame has ended.
    func step(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(ZstdError) -> (read: Int, written: Int, hasEnded: Bool) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        // SAFETY: the library stays within the two sizes.
        let hint = try Self.check(ZSTD_decompressStream(context, &target, &source))
        return (source.pos, target.pos, hint == 0)
    }

    private static func check(_ code: Int) throws(ZstdError) -> Int {
        if ZSTD_isError(code) != 0 { throw ZstdError(code) }
        return code
    }
}
