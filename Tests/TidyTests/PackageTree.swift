// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The package's own text files, read once.
struct PackageTree: Sendable {
    /// One file.
    struct File: Sendable {
        /// Its path within the package.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var isSwift: Bool { path.hasSuffix(".swift") }
        /// `Sources`, `Tests` or `Benchmarks`, else the folder or file at the top.
        var area: Substring { path.prefix { $0 != "/" } }
        /// The target's name, for a file of `Sources`, `Tests` or `Benchmarks`.
        var target: Substring { path.split(separator: "/").dropFirst().first ?? "" }
    }

    static let root: String = {
        let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        return path.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }()

    /// The tree, read at the first use.
    static let shared = PackageTree(root: root)

    let files: [File]

    /// The Swift files with their code told apart from their comments and strings.
    let sources: [(file: File, code: SwiftCode)]

    /// Folders that hold nothing of our own making.
    private static let skippedFolders: Set<String> = [".build", ".git", ".swiftpm", "node_modules"]
    /// Larger files are data.
    private static let sizeLimit = 1 << 20

    init(root: String) {
        let base = URL(fileURLWithPath: root)
        var files: [File] = []
        let enumerator = FileManager.default.enumerator(atPath: root)
        while let path = enumerator?.nextObject() as? String {
            if Self.skippedFolders.contains(URL(fileURLWithPath: path).lastPathComponent) {
                enumerator?.skipDescendants()
                continue
            }
            guard enumerator?.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
                let data = try? Data(contentsOf: base.appendingPathComponent(path)), data.count <= Self.sizeLimit,
                let text = String(data: data, encoding: .utf8)
            else { continue }
            files.append(File(path: path, text: text))
        }
        self.files = files.sorted { $0.path < $1.path }
        sources = self.files.filter(\.isSwift).map { ($0, SwiftCode($0.text)) }
    }

    /// Whether there is a file or folder at a path within the package.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(root)/\(path)")
    }
}
