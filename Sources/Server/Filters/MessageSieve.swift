// SPDX-License-Identifier: Apache-2.0

internal import Observer
public import ObserverModel

/// The API's filters for who reads messages without a hub: the tools for recordings.
public struct MessageSieve {
    private var judge: FilterJudge

    /// Reads the parameters of a stream, of which position and tail are passed over.
    ///
    /// - Parameters:
    ///   - parameters: Names and values as in a query, not encoded.
    ///   - times: What relative times refer to.
    /// - Throws: ``ParameterError`` for what a stream would refuse.
    public init(parameters: [(name: String, value: String)], times: TimeReference) throws(ParameterError) {
        judge = FilterJudge(try StreamRequest(parameters: parameters, times: times).filter)
    }

    /// The JSON of those messages of a batch that pass, in order.
    public mutating func select(_ batch: MessageBatch) -> [ArraySlice<UInt8>] {
        let table = MessageTable(batch)
        let tags = judge.judgeTags(of: table)
        var selected: [ArraySlice<UInt8>] = []
        for row in table.rows where judge.selects(row, of: table, tags: tags) { selected.append(table.json(of: row)) }
        return selected
    }
}
