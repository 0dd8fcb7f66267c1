// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The header of a recovered recording: the old one, or what can be said instead of it.
enum RecoveredHeader {
    /// Opens a recording, even one whose header cannot be read, and gives the header for the new file.
    static func open(_ path: String) throws(RecordingError) -> (RecordingFile, RecordingHeader) {
        let substitute = try substitute(for: path)
        let file = try RecordingFile.open(path, substitute: substitute)
        var header = file.header
        let isSubstitute = header == substitute
        let first = try firstObservation(of: file)
        if isSubstitute {
            // Without any observation, nothing says that it was a recording.
            guard let first else { return (try RecordingFile.open(path), header) }
            header.created = first.summary.firstTime
        }
        let isSound = try isSound(0, of: file)
        if let first, !isSound {
            // A header out of a damaged frame may be wrong, and numbers cannot come before its first.
            let number = first.summary.firstNumber
            header.first = first.isExact || isSubstitute ? number : min(header.first, number)
        }
        header.first = max(1, header.first)
        return (file, header)
    }

    /// A header that says that nothing is known; the run's name is the same for the same file.
    private static func substitute(for path: String) throws(RecordingError) -> RecordingHeader {
        let source = try FileSource(path: path)
        // The file's last megabyte tells files apart.
        let count = Int(min(source.size, 1 << 20))
        var name: [UInt8] = []
        Hex.append(XXH64.hash(try source.bytes(at: source.size - UInt64(count), count: count)[...]), to: &name)
        return RecordingHeader(
            projection: 0,
            run: "recovered-" + String(decoding: name, as: UTF8.self),
            first: 1,
            created: Timestamp(nanoseconds: 0),
            producer: "unknown",
            source: Array(#"{"mode":"unknown"}"#.utf8)
        )
    }

    private static func firstObservation(of file: RecordingFile) throws(RecordingError) -> FrameEntry? {
        let index = try file.firstFrame(reaching: 1)
        return index < file.frameCount ? try file.frame(index) : nil
    }

    private static func isSound(_ index: Int, of file: RecordingFile) throws(RecordingError) -> Bool {
        guard index < file.frameCount else { return false }
        let entry = try file.frame(index)
        guard entry.offset == 0 else { return false }
        if file.isTorn(index) { return true }
        let decoder = try FrameDecoder(file.source)
        return (try? FrameHeadReader.read(0..<entry.end, .all, with: decoder))?.hasEnded == true
    }
}
