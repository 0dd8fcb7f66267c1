// SPDX-License-Identifier: Apache-2.0

internal import Observer

/// Judges and encodes for one selection, from its first batch to its last; used by the pipeline alone.
final class SelectionEncoder {
    let id: Int
    var judge: FilterJudge
    /// Whether its clients were told that the pattern reaches its limits.
    var isTold = false
    private var chosen: [Int32] = []

    init(id: Int, filter: MessageFilter) {
        self.id = id
        judge = FilterJudge(filter)
    }

    func encode(_ table: MessageTable, segmentBytes: Int) -> FrameRun {
        FrameRun(table, judge: &judge, segmentBytes: segmentBytes, chosen: &chosen)
    }
}

/// The encoders of all selections that there were when the pipeline last looked.
struct Publisher {
    /// What the board's generation was then.
    var generation = 0
    private(set) var encoders: [SelectionEncoder] = []

    /// Drops encoders of selections that are gone, and returns those made for new ones.
    mutating func update(_ selections: [(id: Int, filter: MessageFilter)]) -> [SelectionEncoder] {
        let ids = Set(selections.map(\.id))
        encoders.removeAll { !ids.contains($0.id) }
        let known = Set(encoders.map(\.id))
        let new = selections.filter { !known.contains($0.id) }.map { SelectionEncoder(id: $0.id, filter: $0.filter) }
        encoders += new
        return new
    }
}
