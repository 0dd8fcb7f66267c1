// SPDX-License-Identifier: Apache-2.0

public import Bytes
public import ObserverModel

/// A container that a recording tells of.
public struct RecordedContainer: Sendable, Hashable {
    /// The container.
    public var id: ContainerID
    /// Every name that it had, in the order in which they came.
    public var names: [String]

    /// Makes one.
    public init(id: ContainerID, names: [String]) {
        self.id = id
        self.names = names
    }
}

/// A mark that a recording holds.
public struct RecordedMark: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// When it was set.
    public var time: Timestamp
    /// The number of its observation.
    public var number: UInt64

    /// Makes one.
    public init(name: String, time: Timestamp, number: UInt64) {
        self.name = name
        self.time = time
        self.number = number
    }
}

/// The index at the end of a recording, as bytes: entries of a fixed size, searched in place, then names and marks.
///
/// The content of the skippable frame is: tag, version, entry size and number of entries, four bytes each; the entries;
/// the names and marks as JSON; eight bytes of XXH64 over all before.
enum RecordingIndex {
    /// `SOix`, in the order of the bytes.
    static let tag: UInt32 = 0x7869_4F53
    static let version: UInt32 = 1
    static let headSize = 16
    /// Offsets and times of eight bytes, sizes, flags and counts of four.
    static let entrySize = 8 * 7 + 4 * 3 + 8 + 4 * LineKind.observationCount
    static let checksumSize = 8

    static func encode(_ entries: [FrameEntry], names: NameTable) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(headSize + entries.count * entrySize + 1024)
        LittleEndian.append(tag, to: &content)
        LittleEndian.append(version, to: &content)
        LittleEndian.append(UInt32(entrySize), to: &content)
        LittleEndian.append(UInt32(entries.count), to: &content)
        for entry in entries { append(entry, to: &content) }
        names.append(to: &content)
        LittleEndian.append(XXH64.hash(content[...]), to: &content)
        var bytes: [UInt8] = []
        SkippableFrame.append(SkippableFrame.indexMagic, content, to: &bytes)
        return bytes
    }

    static func append(_ entry: FrameEntry, to bytes: inout [UInt8]) {
        let summary = entry.summary
        LittleEndian.append(entry.offset, to: &bytes)
        LittleEndian.append(summary.firstNumber, to: &bytes)
        LittleEndian.append(summary.lastNumber, to: &bytes)
        LittleEndian.append(summary.firstTime.nanoseconds, to: &bytes)
        LittleEndian.append(summary.lastTime.nanoseconds, to: &bytes)
        LittleEndian.append(summary.leastTimestamp.nanoseconds, to: &bytes)
        LittleEndian.append(summary.greatestTimestamp.nanoseconds, to: &bytes)
        LittleEndian.append(entry.compressedSize, to: &bytes)
        LittleEndian.append(entry.contentSize, to: &bytes)
        LittleEndian.append(UInt32(entry.opensWithSnapshot ? 1 : 0), to: &bytes)
        // Room for what a later version wants to know of a frame.
        LittleEndian.append(UInt64(0), to: &bytes)
        for count in summary.counts { LittleEndian.append(count, to: &bytes) }
    }

    /// Reads an entry; later versions may have longer ones, whose beginning is the same.
    static func entry(_ bytes: ArraySlice<UInt8>) -> FrameEntry {
        var entry = FrameEntry()
        entry.offset = LittleEndian.read(UInt64.self, bytes, at: 0)
        entry.summary.firstNumber = LittleEndian.read(UInt64.self, bytes, at: 8)
        entry.summary.lastNumber = LittleEndian.read(UInt64.self, bytes, at: 16)
        let times = (0..<4).map { Timestamp(nanoseconds: LittleEndian.read(Int64.self, bytes, at: 24 + 8 * $0)) }
        entry.summary.firstTime = times[0]
        entry.summary.lastTime = times[1]
        entry.summary.leastTimestamp = times[2]
        entry.summary.greatestTimestamp = times[3]
        entry.compressedSize = LittleEndian.read(UInt32.self, bytes, at: 56)
        entry.contentSize = LittleEndian.read(UInt32.self, bytes, at: 60)
        entry.opensWithSnapshot = LittleEndian.read(UInt32.self, bytes, at: 64) & 1 != 0
        for index in entry.summary.counts.indices {
            entry.summary.counts[index] = LittleEndian.read(UInt32.self, bytes, at: 76 + 4 * index)
        }
        return entry
    }
}
