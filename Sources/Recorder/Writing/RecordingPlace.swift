// SPDX-License-Identifier: Apache-2.0

internal import Bytes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Where recordings go: a folder, or a file's path.
///
/// Nothing that exists is ever overwritten or continued: a name that is taken gets the time, and then a number.
public struct RecordingPlace: Sendable, Hashable {
    /// The folder, with no slash behind it.
    public let folder: String
    /// The beginning of the files' names.
    let stem: String
    /// Whether the first file is to have just the name that was given.
    let hasOwnName: Bool

    /// What every recording's name ends in.
    public static let suffix = ".zst"
    /// How many names are tried for one second: more writers than one machine has.
    static let attemptLimit = 100

    /// Reads a path: a folder where it is one, or ends in a slash; else a file.
    ///
    /// - Parameters:
    ///   - path: The path as it was given.
    ///   - stem: What files in a folder are called.
    public init(path: String, stem: String = "observer") {
        var status = stat()
        let isFolder = path.hasSuffix("/") || (stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR)
        guard !isFolder else {
            let trimmed = path.reversed().drop { $0 == "/" }.reversed()
            folder = trimmed.isEmpty ? "/" : String(trimmed)
            self.stem = stem
            hasOwnName = false
            return
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let name = String(parts[parts.count - 1])
        let parent = parts.dropLast().joined(separator: "/")
        folder = parts.count == 1 ? "." : parent.isEmpty ? "/" : parent
        self.stem = name.hasSuffix(Self.suffix) ? String(name.dropLast(Self.suffix.count)) : name
        hasOwnName = true
    }

    /// The names for a file that is begun at a time, the most wanted one first.
    ///
    /// - Parameters:
    ///   - time: The wall time.
    ///   - isFirst: Whether it is the first file of this start.
    /// - Returns: Names to be tried in turn.
    func candidates(at time: Timestamp, isFirst: Bool) -> [String] {
        let stamped = "\(stem)-\(Self.stamp(time))"
        var names = isFirst && hasOwnName ? [stem] : []
        names.append(stamped)
        for number in 2...Self.attemptLimit { names.append("\(stamped)-\(number)") }
        return names.map { $0 + Self.suffix }
    }

    /// Whether a file's name is one that this place gives: then it may be removed when it is old.
    func isOwn(_ name: String) -> Bool {
        guard name.hasSuffix(Self.suffix), name.hasPrefix(stem) else { return false }
        let middle = name.dropFirst(stem.count).dropLast(Self.suffix.count)
        guard !middle.isEmpty else { return hasOwnName }
        // -20261123T031500Z, and -2 where that was taken.
        let parts = middle.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].isEmpty, parts[1].utf8.count == 16, parts[1].hasSuffix("Z") else {
            return false
        }
        return parts.count == 2 || Int(parts[2]) != nil
    }

    /// The path of a file in the folder.
    func path(of name: String) -> String {
        folder == "/" ? "/" + name : folder + "/" + name
    }

    /// A time in names: UTC, to the second, without signs that shells or other systems mind.
    static func stamp(_ time: Timestamp) -> String {
        time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
