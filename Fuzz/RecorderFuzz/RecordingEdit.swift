// SPDX-License-Identifier: Apache-2.0

import Bytes

@testable import Recorder

/// Ways to damage a recording.
enum RecordingEdit {
    /// Changes bytes anywhere; the checksums stay what they were.
    static func damage(_ bytes: inout [UInt8], _ plan: inout Plan) {
        for _ in 0...plan.below(4) {
            guard !bytes.isEmpty else { return }
            let place = plan.below(bytes.count)
            let end = min(bytes.count, place + 1 + plan.below(400))
            switch plan.below(9) {
            case 0, 1: bytes[place] ^= 1 << (plan.byte() & 7)
            case 2: bytes[place] = plan.byte()
            case 3: bytes.replaceSubrange(place..<end, with: repeatElement(0, count: end - place))
            case 4: bytes.removeSubrange(place..<end)
            case 5: bytes.removeSubrange(place...)
            case 6: bytes.insert(contentsOf: bytes[place..<end], at: plan.below(bytes.count))
            case 7: overwrite(&bytes, at: place, with: plan.number(), count: [2, 3, 4, 8][plan.below(4)])
            default: bytes.insert(contentsOf: (0..<plan.below(16)).map { _ in plan.byte() }, at: place)
            }
        }
    }

    private static func overwrite(_ bytes: inout [UInt8], at place: Int, with number: UInt64, count: Int) {
        for offset in 0..<min(count, bytes.count - place) {
            bytes[place + offset] = UInt8(truncatingIfNeeded: number >> UInt64(8 * offset))
        }
    }

    /// Changes what the index or the seek table says, and puts the index's checksum right.
    static func index(_ base: BaseRecording, _ plan: inout Plan) -> [UInt8] {
        var index = RecordingIndex.encode(base.entries, names: base.table)
        var table = BaseRecording.seekTable(base.entries, indexSize: index.count)
        let head = SkippableFrame.headerSize
        for _ in 0...plan.below(4) {
            let content = index.count - head - RecordingIndex.checksumSize
            switch plan.below(6) {
            case 0:
                // Tag, version, entry size, number of entries.
                overwrite(&index, at: head + 4 * plan.below(4), with: plan.number(), count: 4)
            case 1, 2:
                let entry = head + RecordingIndex.headSize + RecordingIndex.entrySize * plan.below(base.entries.count)
                let isLong = plan.below(2) == 0
                let place = isLong ? 8 * plan.below(7) : 56 + 4 * plan.below(16)
                overwrite(&index, at: entry + place, with: plan.number(), count: isLong ? 8 : 4)
            case 3: index[head + plan.below(content)] = plan.byte()
            case 4:
                let place = head + plan.below(content)
                index.insert(contentsOf: (0..<plan.below(12)).map { _ in plan.byte() }, at: place)
            default: overwrite(&table, at: plan.below(table.count), with: plan.number(), count: 4)
            }
            let size = UInt64(index.count - head)
            if plan.below(4) > 0 { overwrite(&index, at: 4, with: size, count: 4) }
            let hash = XXH64.hash(index[head..<(index.count - RecordingIndex.checksumSize)])
            overwrite(&index, at: index.count - RecordingIndex.checksumSize, with: hash, count: 8)
            // The seek table's last entry leads to the index.
            if table.count >= 17, plan.below(4) > 0 {
                overwrite(&table, at: table.count - 17, with: UInt64(index.count), count: 4)
            }
        }
        let end = Int(base.entries[base.entries.count - 1].end)
        return base.bytes[..<end] + index + table
    }

    /// Changes lines, and compresses and indexes them as if a recorder had written them.
    static func content(_ base: BaseRecording, _ plan: inout Plan) -> [UInt8] {
        var frames = base.frames
        for _ in 0...plan.below(4) {
            let frame = plan.below(frames.count)
            var lines = frames[frame].split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
            let line = plan.below(lines.count)
            switch plan.below(8) {
            case 0: lines.remove(at: line)
            case 1: lines.insert(lines[line], at: plan.below(lines.count))
            case 2: lines.swapAt(line, plan.below(lines.count))
            case 3: lines[line] = number(plan.number(), in: lines[line])
            case 4: lines.insert((0..<plan.below(40)).map { _ in plan.byte() }, at: line)
            case 5: if lines[line].last != nil { lines[line].removeLast(1 + plan.below(lines[line].count)) }
            default:
                for _ in 0...plan.below(3) where !lines[line].isEmpty {
                    lines[line][plan.below(lines[line].count)] = plan.byte()
                }
            }
            frames[frame] = Array(lines.joined(separator: [0x0A]))
        }
        var entries: [FrameEntry] = []
        return BaseRecording.encode(frames, isFinished: plan.below(4) > 0, &entries)
    }

    /// A line with another number.
    private static func number(_ number: UInt64, in line: [UInt8]) -> [UInt8] {
        guard let comma = line.firstIndex(of: UInt8(ascii: ",")) else { return line }
        return Array("{\"n\":\(number)".utf8) + line[comma...]
    }
}
