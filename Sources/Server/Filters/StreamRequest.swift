// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import Observer

/// Where a stream begins.
public enum StreamStart: Sendable, Hashable {
    /// With this many recent log lines of each container, 2,000 in all at most.
    case tail(Int)
    /// With the oldest message held.
    case oldest
    /// Behind a message, of a run or of whichever this is.
    case after(UInt64, run: String?)
}

/// What a client of `/ws/logs` or `/ws/logs/{name}` asks for.
public struct StreamRequest: Sendable {
    /// Which messages it wants.
    public var filter: MessageFilter
    /// Where it wants to begin.
    public var start: StreamStart
    /// The name or id prefix in the path of a container's stream.
    public var container: String?
    /// Whether it waits for a container that is unknown.
    public var waits: Bool

    /// Makes a request.
    public init(
        filter: MessageFilter = MessageFilter(),
        start: StreamStart = .tail(100),
        container: String? = nil,
        waits: Bool = false
    ) {
        self.filter = filter
        self.start = start
        self.container = container
        self.waits = waits
    }

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - parameters: The query's names and values, percent-decoded, in order.
    ///   - container: The decoded last segment of a container stream's path.
    ///   - times: What relative times refer to.
    /// - Throws: ``ParameterError`` for an empty or malformed value of a known parameter.
    public init(
        parameters: [(name: String, value: String)],
        container: String? = nil,
        times: TimeReference
    ) throws(ParameterError) {
        let parameters = RequestParameters(parameters, times: times)
        filter = try parameters.filter()
        waits = try parameters.flag("wait")
        self.container = container
        let run = try parameters.value("run")
        let tail = try parameters.number("tail", in: 0...UInt64(TailScan.totalLimit))
        if let after = try parameters.number("after", in: 0...UInt64.max) {
            start = .after(after, run: run)
        } else if let tail {
            start = .tail(Int(tail))
        } else {
            // A stream with `since` begins there, whatever lies between it and now.
            start = filter.since == nil ? .tail(TailScan.standard) : .oldest
        }
    }
}

/// What a client of `GET /logs` asks for.
public struct PageRequest: Sendable {
    /// Which messages it wants.
    public var filter = MessageFilter()
    /// The message behind which it wants to begin.
    public var after: UInt64?
    /// The run that `after` belongs to.
    public var run: String?
    /// How many messages it takes at most.
    public var limit = HistoryPage.standardLimit
    /// Which end it wants.
    public var order = PageOrder.oldest
    /// How many recent log lines of each container it wants, instead of everything.
    public var tail: Int?

    /// Makes a request for the oldest messages held.
    public init() {}

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - parameters: The query's names and values, percent-decoded, in order.
    ///   - times: What relative times refer to.
    /// - Throws: ``ParameterError`` for an empty or malformed value of a known parameter.
    public init(parameters: [(name: String, value: String)], times: TimeReference) throws(ParameterError) {
        let parameters = RequestParameters(parameters, times: times)
        filter = try parameters.filter()
        after = try parameters.number("after", in: 0...UInt64.max)
        run = try parameters.value("run")
        tail = try parameters.number("tail", in: 0...UInt64(TailScan.totalLimit)).map { Int($0) }
        if let limit = try parameters.number("limit", in: 1...UInt64(HistoryPage.largestLimit)) {
            self.limit = Int(limit)
        }
        switch try parameters.value("order") {
        case nil, "oldest": order = .oldest
        case "newest": order = .newest
        case .some(let text): throw ParameterError("order", text, "is not an order: they are oldest and newest")
        }
    }
}
