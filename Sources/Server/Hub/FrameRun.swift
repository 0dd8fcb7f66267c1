// SPDX-License-Identifier: Apache-2.0

internal import Observer

/// The frames of those messages of a batch that a selection wants: encoded once, for all of its clients.
struct FrameRun: Sendable {
    private(set) var segments: [FrameSegment] = []
    private(set) var messageCount = 0
    private(set) var byteCount = 0

    /// Judges a table's messages and encodes those that are chosen.
    ///
    /// Two passes: a segment of the exact size costs one allocation and one copy. `chosen` is room to work in.
    init(_ table: MessageTable, judge: inout FilterJudge, segmentBytes: Int, chosen: inout [Int32]) {
        let tags = judge.judgeTags(of: table)
        chosen.removeAll(keepingCapacity: true)
        var start = 0
        var size = 0
        for index in table.rows.indices where !judge.hasGivenUp {
            let row = table.rows[index]
            guard judge.selects(row, of: table, tags: tags) else { continue }
            let frame = FrameSegment.frameBytes(payload: Int(row.bodyCount))
            if size > 0, size + frame > segmentBytes {
                add(chosen[start...], of: table, byteCount: size)
                start = chosen.count
                size = 0
            }
            chosen.append(Int32(truncatingIfNeeded: index))
            size += frame
        }
        if size > 0 { add(chosen[start...], of: table, byteCount: size) }
    }

    private mutating func add(_ rows: ArraySlice<Int32>, of table: MessageTable, byteCount: Int) {
        segments.append(FrameSegment(rows, of: table, byteCount: byteCount))
        messageCount += rows.count
        self.byteCount += byteCount
    }
}
