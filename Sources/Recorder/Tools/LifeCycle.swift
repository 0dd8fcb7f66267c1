// SPDX-License-Identifier: Apache-2.0

/// An event in the life of a container.
public struct LifeCycleEvent: Sendable, Hashable {
    /// What happened: `start`, `die`, `oom`.
    public var action: String
    /// What it says besides, such as `exit code 137`; empty where there is nothing.
    public var detail: String
    /// When it was observed, in nanoseconds from the recording's beginning.
    public var offset: Int64

    /// Makes an event.
    public init(action: String, detail: String = "", offset: Int64) {
        self.action = action
        self.detail = detail
        self.offset = offset
    }

    /// What happened, with what it says besides.
    public var description: String { detail.isEmpty ? action : "\(action), \(detail)" }
}

/// The lives of a recording's containers, by their names: ids differ from run to run.
public struct LifeCycles: Sendable {
    /// How many events are held, some hundred bytes each: a container that crashes every second for a day has half as
    /// many.
    public static let limit = 200_000

    /// The events of each name in their order.
    public private(set) var events: [String: [LifeCycleEvent]] = [:]
    /// How many events there are.
    public private(set) var count = 0
    /// How many more there were than are held.
    public private(set) var dropped = 0

    /// Makes an empty set of lives.
    public init() {}

    /// Appends an event to a container's life.
    public mutating func append(_ event: LifeCycleEvent, to name: String) {
        guard count < Self.limit else {
            dropped += 1
            return
        }
        count += 1
        events[Self.stableName(name), default: []].append(event)
    }

    /// A name without the beginning of the id that Compose puts before it while it replaces a container,
    /// `0ce134c1ed34_shop-db-1`.
    public static func stableName(_ name: String) -> String {
        let bytes = Array(name.utf8)
        guard bytes.count > 13, bytes[12] == UInt8(ascii: "_"),
            bytes[..<12].allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            })
        else { return name }
        return String(decoding: bytes[13...], as: UTF8.self)
    }
}
