// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The hash of a recording's observations: XXH64 over their lines, newlines included.
///
/// The header and snapshots are left out, and frames, blocks and files do not matter: two recordings of the same
/// observations have the same hash.
public struct ContentHash: Sendable {
    private var hash = XXH64()

    /// Starts a hash.
    public init() {}

    /// The hash of all that can be read of a run's parts.
    public static func of(_ set: RecordingSet) throws(RecordingError) -> UInt64 {
        var hash = ContentHash()
        let reader = try RecordingReader(set)
        while let batch = try reader.next() { hash.update(batch) }
        return hash.value
    }

    /// Feeds lines.
    public mutating func update(_ batch: LineBatch) {
        // Lines between two snapshots are fed together.
        var start = batch.content.startIndex
        batch.forEachLine { line in
            guard LineHead.isSnapshot(line) else { return }
            hash.update(batch.content[start..<line.startIndex])
            start = line.endIndex + 1
        }
        hash.update(batch.content[start...])
    }

    /// The hash of what was fed so far.
    public var value: UInt64 { hash.value }
}
