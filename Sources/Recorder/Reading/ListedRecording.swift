// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A recording in a folder, as far as its header tells.
public struct ListedRecording: Sendable, Hashable {
    /// The file's name.
    public var name: String
    /// The file's path.
    public var path: String
    /// The file's size in bytes.
    public var size: UInt64
    /// Whether a recorder holds it, and may append to it.
    public var isBeingWritten: Bool
    /// Its header.
    public var header: RecordingHeader

    /// Looks at a file; `nil` when it is no recording that can be read.
    public init?(path: String) {
        guard let source = try? FileSource(path: path), let header = try? RecordingFile.readHeader(source) else {
            return nil
        }
        self.path = path
        name = String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
        size = source.size
        isBeingWritten = source.isBeingWritten
        self.header = header
    }

    /// How many files of a folder are looked at: their headers take a tenth of a second.
    private static let limit = 1000

    /// The recordings in a folder, in no order; none where it is no folder.
    public static func all(in folder: String) -> [ListedRecording] {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return (RecordingFolder.names(in: folder) ?? []).compactMap { ListedRecording(path: prefix + $0) }
    }

    /// A recorder's files and the incident recordings beside them, the newest first.
    ///
    /// - Parameter place: Where the recorder writes.
    /// - Returns: Those whose headers can be read.
    public static func all(in place: RecordingPlace) -> [ListedRecording] {
        let names = (RecordingFolder.names(in: place.folder) ?? []).filter { place.offers($0) }
        return names.map { (stamp: stamp(in: $0), name: $0) }.sorted { $0 < $1 }.suffix(limit)
            .compactMap { isPlainFile(place.path(of: $0.name)) ? ListedRecording(path: place.path(of: $0.name)) : nil }
            .sorted { ($0.header.created, $0.name) > ($1.header.created, $1.name) }
    }

    /// The time in a file's name, so that the newest are listed whatever they are of; the first file of a start may have
    /// none, and comes last.
    private static func stamp(in name: String) -> String {
        let part = name.split { $0 == "-" || $0 == "." }.first {
            $0.utf8.count == 16 && $0.utf8.last == UInt8(ascii: "Z")
        }
        return part.map { String($0) } ?? "Z"
    }

    /// Whether a path is that of a file itself: what a link points to lies outside of the folder, and is not given out.
    private static func isPlainFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

extension RecordingPlace {
    /// Whether a file's name is that of a recording made here: one of the recorder's own, or of an incident.
    public func offers(_ name: String) -> Bool {
        guard name.hasSuffix(Self.suffix), name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != 0 }) else {
            return false
        }
        return isOwn(name) || name.hasPrefix(IncidentName.stem)
    }

    /// The path of a file that is offered; `nil` for any other.
    public func path(offered name: String) -> String? { offers(name) ? path(of: name) : nil }
}
