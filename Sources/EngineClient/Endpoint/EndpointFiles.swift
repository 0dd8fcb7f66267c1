// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How the files are read that tell where the engine is, so that tests need none.
public struct EndpointFiles: Sendable {
    /// The contents of a file, or `nil` when there is none; throws when it cannot be read.
    public var read: @Sendable (_ path: String) throws -> [UInt8]?

    /// The names in a directory in any order; empty when there is none.
    public var list: @Sendable (_ path: String) -> [String]

    /// Creates a way to read files.
    public init(
        read: @escaping @Sendable (_ path: String) throws -> [UInt8]?,
        list: @escaping @Sendable (_ path: String) -> [String]
    ) {
        self.read = read
        self.list = list
    }

    /// The files of this machine.
    public static let system = EndpointFiles(
        read: { path in
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return Array(try Data(contentsOf: URL(filePath: path)))
        },
        list: { path in
            (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        }
    )
}
