// SPDX-License-Identifier: Apache-2.0

import Recorder

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The lines of a run while it is being recorded: those that are there, then each as it is written.
struct RecordingFollower {
    /// How often it is looked for more, in microseconds: less than the recorder holds lines back.
    private static let interval: useconds_t = 100_000
    /// How often the file that follows another one is looked for: for 8 s, since a recorder that failed tries again
    /// after 5 s.
    private static let patience = 80

    private var paths: ArraySlice<String>
    private let folders: [String]
    private var tail: RecordingTail
    private let run: String
    /// Why nothing more comes, once ``next()`` has returned `nil`.
    private(set) var ending = ""

    /// Begins with the first line of the first part.
    ///
    /// - Parameters:
    ///   - recording: The parts that are there.
    ///   - folders: Where parts that are yet to be written come to be.
    /// - Throws: ``RecordingError/system(_:)`` when the first part cannot be opened.
    init(_ recording: RecordingSet, folders: [String]) throws(RecordingError) {
        paths = recording.parts.dropFirst().map(\.path)[...]
        self.folders = folders
        run = recording.run
        tail = try RecordingTail(path: recording.parts[0].path)
    }

    /// The next lines, waited for while somebody writes; `nil` when nobody does any more.
    mutating func next() throws(RecordingError) -> ArraySlice<UInt8>? {
        while true {
            switch try tail.next() {
            case .lines(let lines): return lines
            case .ended:
                guard let path = nextPath() else {
                    ending = "\(tail.path) has ended, and no file of its run follows"
                    return nil
                }
                tail = try RecordingTail(path: path)
            case .nothing:
                if tail.isBeingWritten {
                    usleep(Self.interval)
                    continue
                }
                // What was written between the last look and the end of the writer.
                if case .lines(let lines) = try tail.next() { return lines }
                guard let path = nextPath() else {
                    ending = "\(tail.path) is not being written any more and has no end: its writer was killed"
                    return nil
                }
                tail = try RecordingTail(path: path)
            }
        }
    }

    /// The part that follows, also one that is only just begun.
    private mutating func nextPath() -> String? {
        if let path = paths.popFirst() { return path }
        guard let last = ListedRecording(path: tail.path)?.header else { return nil }
        for _ in 0..<(folders.isEmpty ? 0 : Self.patience) {
            let later = folders.flatMap { ListedRecording.all(in: $0) }
                .filter {
                    $0.header.run == run && $0.header.incident == nil && $0.path != tail.path
                        && ($0.header.first, $0.header.created) > (last.first, last.created)
                }
            if let next = later.min(by: { $0.header.first < $1.header.first }) { return next.path }
            usleep(Self.interval)
        }
        return nil
    }
}
