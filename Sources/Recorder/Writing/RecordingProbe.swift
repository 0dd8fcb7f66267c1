// SPDX-License-Identifier: Apache-2.0

internal import CZstd

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Looks at a file's beginning: whether it is a recording of this program.
enum RecordingProbe {
    /// The beginning of every header line.
    private static let beginning = Array(#"{"observer":"recording","#.utf8)
    private static let producer = Array(#""producer":"sentinell-observer "#.utf8)
    /// A header is a few hundred bytes; with a host's and a scenario's names it has room here.
    private static let headerLimit = 64 << 10

    /// Whether an open file begins with a header that names this program as its producer.
    static func isOurs(_ file: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: headerLimit)
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        guard count > 0, let context = ZSTD_createDCtx() else { return false }
        defer { ZSTD_freeDCtx(context) }
        var content = [UInt8](repeating: 0, count: headerLimit)
        var produced = 0
        bytes.withUnsafeBytes { input in
            content.withUnsafeMutableBytes { output in
                var source = ZSTD_inBuffer(src: input.baseAddress, size: count, pos: 0)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                // An error ends it as the end of the input does: what came out before is judged.
                while source.pos < source.size, target.pos < target.size {
                    let before = (source.pos, target.pos)
                    guard ZSTD_isError(ZSTD_decompressStream(context, &target, &source)) == 0 else { break }
                    guard (source.pos, target.pos) != before else { break }
                }
                produced = target.pos
            }
        }
        let line = content[..<produced].prefix { $0 != UInt8(ascii: "\n") }
        guard line.starts(with: beginning) else { return false }
        return line.indices.contains { line[$0...].starts(with: producer) }
    }
}
