// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A directory of recordings.
enum RecordingFolder {
    /// How many files of a directory are looked at: a year of hourly rotation, and again as many.
    private static let limit = 20_000

    /// The names of the `.zst` files in a directory, sorted; `nil` when it is no directory.
    static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder), names.count < limit {
            // SAFETY: the entry is valid until the next call, and its name ends with a zero.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".zst"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Opens the recordings among a directory's files.
    ///
    /// - Throws: ``RecordingError`` when there is none, or there are several runs, which it names.
    static func open(
        _ names: [String],
        in folder: String,
        skipped: inout [String]
    ) throws(RecordingError) -> [RecordingFile] {
        var files: [RecordingFile] = []
        for name in names {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            do throws(RecordingError) {
                files.append(try RecordingFile.open(path))
            } catch .notARecording(let reason) {
                skipped.append("\(path) is not a recording: \(reason)")
            }
        }
        let whole = files.filter { $0.header.incident == nil }
        if !whole.isEmpty {
            // What an incident recording holds stands in the recorder's own files as well.
            skipped += files.filter { $0.header.incident != nil }.map {
                "\($0.path) is an incident of the same recorder"
            }
            files = whole
        }
        guard let first = files.first else { throw .notARecording("\(folder) holds no recording") }
        guard files.contains(where: { $0.header.run != first.header.run }) else { return files }
        var runs: [(run: String, path: String, count: Int)] = []
        for file in files {
            if let index = runs.firstIndex(where: { $0.run == file.header.run }) {
                runs[index].count += 1
            } else {
                runs.append((file.header.run, file.path, 1))
            }
        }
        let list = runs.prefix(10).map { "\"\($0.run)\" (\($0.count) from \($0.path) on)" }.joined(separator: ", ")
        throw .mismatch(
            "\(folder) holds \(runs.count) runs, name the files of one of them: \(list)\(runs.count > 10 ? ", …" : "")"
        )
    }
}
