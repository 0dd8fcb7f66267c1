// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Removes the oldest of the recorder's own files, as far as they are more than is to be kept.
struct RetentionPolicy {
    let place: RecordingPlace
    let keep: [RecorderOptions.Extent]
    /// Tells the free bytes and the size of a folder's disk.
    var freeShare: @Sendable (String) -> (free: UInt64, size: UInt64)? = RecordingOutput.freeShare

    /// A recording of this place that is not being written.
    private struct Candidate {
        var path: String
        var size: UInt64
        /// When it was last written.
        var time: Timestamp
    }

    /// Removes what is too much.
    ///
    /// - Parameters:
    ///   - current: The file that is being written; its size counts.
    ///   - held: Files that somebody still reads; they stay.
    ///   - wall: The present.
    /// - Returns: The paths of the files that were removed.
    func enforce(except current: String?, held: Set<String> = [], wall: Timestamp) -> [String] {
        guard !keep.isEmpty else { return [] }
        var files = candidates(except: current)
        var total = files.reduce(0) { $0 + $1.size } + (current.flatMap { Self.size(of: $0) } ?? 0)
        files.removeAll { held.contains($0.path) }
        var removed: [String] = []
        while let oldest = files.first, isTooMuch(oldest, total: total, wall: wall) || !hasRoom {
            files.removeFirst()
            // Its header names our program, and nobody holds its lock: another observer's recording is not ours.
            guard Self.isFree(oldest.path), unlink(oldest.path) == 0 else { continue }
            total -= oldest.size
            removed.append(oldest.path)
        }
        return removed + removeIncidents(held: held)
    }

    /// Removes incident recordings, the oldest first, while the disk has no room and nothing else is left to give way:
    /// evidence goes last, but a recorder that has stopped would keep none of the next incident.
    private func removeIncidents(held: Set<String>) -> [String] {
        guard !hasRoom else { return [] }
        var removed: [String] = []
        for file in files(where: { $0.hasPrefix(IncidentName.stem) && $0.hasSuffix(RecordingPlace.suffix) })
        where !hasRoom && !held.contains(file.path) {
            guard Self.isFree(file.path), unlink(file.path) == 0 else { continue }
            removed.append(file.path)
        }
        return removed
    }

    /// Sees to it that the disk has room left.
    ///
    /// - Throws: ``RecordingError/full(_:)`` when less of the disk is free than is to be left.
    func checkRoom() throws(RecordingError) {
        guard !hasRoom else { return }
        let share = "1/\(RecorderOptions.freeShare)"
        throw .full("\(place.folder) has less than \(share) of its disk free, which is left alone")
    }

    private var hasRoom: Bool {
        guard let (free, size) = freeShare(place.folder) else { return true }
        return free >= size / RecorderOptions.freeShare
    }

    private func isTooMuch(_ file: Candidate, total: UInt64, wall: Timestamp) -> Bool {
        keep.contains { extent in
            switch extent {
            case .bytes(let limit): total > limit
            case .duration(let limit): wall.duration(since: file.time) > limit
            }
        }
    }

    /// The recorder's own files, the oldest first.
    private func candidates(except current: String?) -> [Candidate] {
        files { place.isOwn($0) && place.path(of: $0) != current }
    }

    /// The folder's files whose names are meant, the oldest first.
    private func files(where isMeant: (String) -> Bool) -> [Candidate] {
        guard let folder = opendir(place.folder) else { return [] }
        defer { closedir(folder) }
        var files: [Candidate] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let path = place.path(of: name)
            guard isMeant(name) else { continue }
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let time = Timestamp(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
            files.append(Candidate(path: path, size: UInt64(status.st_size), time: time))
        }
        return files.sorted { ($0.time, $0.path) < ($1.time, $1.path) }
    }

    private static func size(of path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_size) : nil
    }

    /// Whether a file is a recording of this program that nobody is writing.
    private static func isFree(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) == 0 && RecordingProbe.isOurs(file)
    }
}
