// SPDX-License-Identifier: Apache-2.0

import Recorder

/// Opening recordings for a tool that says which file it could not open.
enum OpenedRecording {
    /// Opens the parts of one run, and says on standard error which files of a folder are none.
    ///
    /// - Throws: A usage error that names the file.
    static func open(_ paths: [String]) throws -> RecordingSet {
        do throws(RecordingError) {
            let set = try RecordingSet(paths: paths)
            for file in set.skipped { StandardError.write("observer: \(file)\n") }
            return set
        } catch {
            throw CommandFailure.usage(sentence(error, paths))
        }
    }

    private static func sentence(_ error: RecordingError, _ paths: [String]) -> String {
        switch error {
        case .notARecording, .tooNew:
            // The error is the end of a sentence that begins with the name of the file that it happens to.
            let culprit = paths.first { path in
                do throws(RecordingError) { _ = try RecordingFile.open(path) } catch let other { return other == error }
                return false
            }
            return culprit.map { "\($0) \(error)" } ?? error.description
        case .system, .full, .mismatch: return error.description
        }
    }
}
