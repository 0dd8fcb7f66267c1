// SPDX-License-Identifier: Apache-2.0

public import Bytes
internal import Synchronization

/// Which files a recorder has written, and where in them the state can be read: for those who read along.
///
/// The recorder notes, others ask, from any thread. It knows this run's own files alone.
public final class RecordingLedger: Sendable {
    /// Where a snapshot opens a frame.
    public struct Place: Sendable, Hashable {
        /// The file.
        public var path: String
        /// Where the frame begins.
        public var offset: UInt64
        /// The number of the last observation that the snapshot holds.
        public var number: UInt64
        /// That observation's time.
        public var time: Timestamp
    }

    /// How many places are known: at one per 4 MiB of lines, 256 GiB; with the paths 4 MB of memory.
    static let placeLimit = 65_536

    private struct State {
        var paths: [String] = []
        var sizes: [String: UInt64] = [:]
        var places: [Place] = []
        var engine: [UInt8]?
        /// The number of the first observation that each reader along still needs.
        var holds: [Int: UInt64] = [:]
        var nextHold = 0
    }

    private let state = Mutex(State())

    /// Makes a ledger of no files.
    public init() {}

    // MARK: The recorder notes

    func began(_ path: String) {
        state.withLock { state in
            state.paths.append(path)
            state.sizes[path] = 0
        }
    }

    func note(_ place: Place, engine: ArraySlice<UInt8>?) {
        state.withLock { state in
            if let engine { state.engine = Array(engine) }
            if state.places.count == Self.placeLimit { state.places.removeFirst(Self.placeLimit / 4) }
            state.places.append(place)
        }
    }

    func grew(_ path: String, to size: UInt64) {
        state.withLock { $0.sizes[path] = size }
    }

    func removed(_ path: String) {
        state.withLock { state in
            state.paths.removeAll { $0 == path }
            state.places.removeAll { $0.path == path }
            state.sizes[path] = nil
        }
    }

    /// The files that somebody still has to read.
    var held: Set<String> {
        state.withLock { state in
            guard let first = state.holds.values.min() else { return [] }
            // The file that holds a number begins with the last place at or before it.
            let from = state.places.last { $0.number < first }.map(\.path)
            guard let from, let index = state.paths.firstIndex(of: from) else { return Set(state.paths) }
            return Set(state.paths[index...])
        }
    }

    // MARK: Readers ask

    /// The engine's answer to `/version`, as last recorded.
    var engine: [UInt8]? { state.withLock { $0.engine } }

    /// The files, the oldest first.
    public var paths: [String] { state.withLock { $0.paths } }

    /// Whether a file is one of these.
    public func holds(_ path: String) -> Bool { state.withLock { $0.sizes[path] != nil } }

    /// The last snapshot at or before a time; `nil` when what is recorded begins later.
    public func place(before time: Timestamp) -> Place? {
        state.withLock { state in state.places.last { $0.time <= time } }
    }

    /// Where to begin so that a time is reached, or what comes as near to it as files and a size allow.
    ///
    /// - Parameters:
    ///   - time: The time that is wanted.
    ///   - bytes: How many bytes of files there may be from the place to the present end.
    /// - Returns: The place, and the hold that keeps files from there on, for ``release(_:)``; `nil` when nothing is
    ///   recorded yet.
    func place(before time: Timestamp, within bytes: UInt64) -> (place: Place, hold: Int)? {
        state.withLock { state in
            guard let place = Self.place(before: time, within: bytes, in: state) else { return nil }
            return (place, Self.hold(from: place.number + 1, in: &state))
        }
    }

    private static func place(before time: Timestamp, within bytes: UInt64, in state: State) -> Place? {
        guard let newest = state.places.last else { return nil }
        var ends: [String: UInt64] = [:]
        var behind: UInt64 = 0
        for path in state.paths.reversed() {
            ends[path] = (state.sizes[path] ?? 0) + behind
            behind = ends[path] ?? behind
        }
        let affordable = state.places.filter { place in
            guard let end = ends[place.path] else { return false }
            return end < place.offset + bytes
        }
        return affordable.last { $0.time <= time } ?? affordable.first ?? newest
    }

    /// Forgets the places in a file that cannot be opened any more; those who read it go on to the next all the same.
    public func forget(_ path: String) {
        state.withLock { $0.places.removeAll { $0.path == path } }
    }

    /// The file that follows another one.
    public func path(after path: String) -> String? {
        state.withLock { state in
            guard let index = state.paths.firstIndex(of: path), index + 1 < state.paths.count else { return nil }
            return state.paths[index + 1]
        }
    }

    /// Keeps files from a number on from being removed as old ones.
    ///
    /// - Returns: What ``release(_:)`` takes.
    func hold(from number: UInt64) -> Int {
        state.withLock { Self.hold(from: number, in: &$0) }
    }

    private static func hold(from number: UInt64, in state: inout State) -> Int {
        state.nextHold += 1
        state.holds[state.nextHold] = number
        return state.nextHold
    }

    func move(_ hold: Int, to number: UInt64) {
        state.withLock { $0.holds[hold] = number }
    }

    func release(_ hold: Int) {
        state.withLock { $0.holds[hold] = nil }
    }
}
